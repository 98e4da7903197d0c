//! Strict extractors for JSON, queries and ids: unknown keys and parameters are refused by name.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::{Kind, Problem};
use crate::{Settings, body};

/// A JSON body, of at most [`Settings::json_bytes_max`] bytes.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// The query parameters.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// The ids in the path. An id that cannot be parsed is answered like one that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
    Arc<Settings>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if media_type(request.headers()).as_deref() != Some("application/json") {
            let detail = "Send JSON, with `content-type: application/json`.";
            return Err(Problem::new(Kind::ContentType, detail));
        }
        let bytes_max = Arc::<Settings>::from_ref(state).json_bytes_max;
        let (parts, body) = request.into_parts();
        let bytes = body::read(body, &parts.headers, bytes_max).await?;
        parse_json(&bytes).map(Self)
    }
}

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::from_request_parts(parts, state).await;
        read.map(|query| Self(query.0)).map_err(|why| Problem::new(Kind::Query, why.body_text()))
    }
}

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|path| Self(path.0)).map_err(|_| Problem::not_found())
    }
}

/// Returns the media type without its parameters, in lower case.
pub fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}

/// Parses JSON; the problem names the key and the place of an error.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        json_problem(&path, error.inner())
    })?;
    deserializer.end().map_err(|error| json_problem(".", &error))?;
    Ok(value)
}

fn json_problem(path: &str, error: &serde_json::Error) -> Problem {
    let kind = if error.is_data() { Kind::JsonShape } else { Kind::JsonSyntax };
    // For a key at the root, or no key, the path is a dot, which tells nothing.
    let detail = if path == "." { error.to_string() } else { format!("`{path}`: {error}") };
    Problem::new(kind, detail)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "read by serde only")]
        apples: Vec<u8>,
    }

    fn problem(text: &str) -> (Kind, String) {
        let problem = parse_json::<Order>(text.as_bytes()).unwrap_err();
        (problem.kind, problem.detail.into_owned())
    }

    #[test]
    fn a_problem_names_the_key_and_the_place() {
        let (kind, detail) = problem(r#"{"apples":[1,300]}"#);
        assert_eq!(kind, Kind::JsonShape);
        assert!(detail.starts_with("`apples[1]`: "), "{detail}");

        let (kind, detail) = problem(r#"{"pears":1}"#);
        assert_eq!(kind, Kind::JsonShape);
        assert!(detail.contains("unknown field `pears`"), "{detail}");
    }

    #[test]
    fn text_that_is_not_json_is_refused() {
        for text in ["", "{", "\0", "{} {}", "{\"apples\":[]}x", "\u{feff}{}"] {
            assert_eq!(
                problem(text).0,
                if text == "{} {}" { Kind::JsonShape } else { Kind::JsonSyntax },
                "{text:?}"
            );
        }
    }
}
