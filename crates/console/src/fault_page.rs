//! Renders a fault as a page in the language of the reader.

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::Console;
use crate::fault::{Fault, FaultText};
use crate::frame::{Frame, RequestFrame};
use crate::guard;
use crate::local_time;

/// The page of a fault.
#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    frame: &'a Frame,
    text: FaultText,
    about: Option<&'a str>,
    link: &'a str,
}

/// Renders each fault as a page in the reader's language; a script that accepts JSON gets the same
/// texts as JSON.
pub async fn render(mut request: Request, next: Next) -> Response {
    let request_frame = RequestFrame::new(request.headers());
    let wants_json =
        request.headers().get(ACCEPT).is_some_and(|wanted| wanted == "application/json");
    request.extensions_mut().insert(request_frame.clone());
    let mut response = next.run(request).await;
    let fault = response.extensions_mut().remove::<Fault>();
    let frame = request_frame.frame();
    let Some(fault) = fault else { return local_time::localised(response, &frame).await };
    let link = fault.link();
    if wants_json {
        let text = fault.text(frame.messages);
        let text = serde_json::json!({ "happened": text.happened, "todo": text.todo });
        response.headers_mut().remove(CONTENT_LENGTH);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *response.body_mut() = Body::from(text.to_string());
        return response;
    }
    let page =
        FaultPage { text: fault.text(frame.messages), about: fault.field(), link, frame: &frame };
    let Ok(html) = page.render() else { return response };
    response.headers_mut().remove(CONTENT_LENGTH);
    let html_type = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html_type);
    *response.body_mut() = Body::from(html);
    local_time::localised(response, &frame).await
}

/// Answers every unknown address, and every method that an address does not support, with 404. A
/// signed-in staff member gets the same page as for an address that they may not see.
pub async fn no_such_page(State(console): State<Console>, request: Request) -> Fault {
    let (mut parts, _) = request.into_parts();
    // Called for its side effect: if there is a session, the frame becomes the staff member's. The
    // answer is 404 in either case.
    drop(guard::find(&mut parts, &console).await);
    Fault::not_found()
}
