//! The memory budget for items: reserved, refused with 503 when it is exhausted, and released.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mamori_testkit::database::TestDatabase;
use mamori_testkit::pictures::{draw, encode};
use mamori_web::Settings;
use mamori_web::budget::Limits;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::test_app::{TestApp, Who};

const BUDGET_BYTES: u64 = 400 * 1_024;

/// Serves an app with a small budget, of which a service may use half.
async fn listening_app() -> (TestApp, SocketAddr) {
    let settings = Settings { item_bytes_max: 100_000, ..Settings::default() };
    let budget_limits = Limits {
        bytes_max: BUDGET_BYTES,
        service_bytes_max: BUDGET_BYTES / 2,
        wait_max: Duration::from_millis(50),
    };
    let app = TestApp::with_budget(TestDatabase::sqlite().unwrap(), settings, budget_limits).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = app.routes.clone();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (app, address)
}

/// Begins to send an item of 150 kB in a form, and stops in the middle.
async fn half_an_item(app: &TestApp, address: SocketAddr, who: Who) -> TcpStream {
    let key = app.key(who).unwrap();
    let head = format!(
        "POST /v1/hash HTTP/1.1\r\nhost: mamori\r\nauthorization: Bearer {key}\r\n\
         content-type: multipart/form-data; boundary=a-line\r\ncontent-length: 150000\r\n\r\n\
         --a-line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nhalf"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn until_free(app: &TestApp, bytes: u64) {
    let begun = Instant::now();
    while app.budget.bytes_free() != bytes {
        assert!(begun.elapsed() < Duration::from_secs(10), "{}", app.budget.bytes_free());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_service_that_fills_its_share_is_refused_and_no_other_is() {
    let (app, address) = listening_app().await;
    let item = vec![b'x'; 100_000];
    let stopped = half_an_item(&app, address, Who::Service).await;
    until_free(&app, BUDGET_BYTES - 150_528).await;

    let bare = app.post_bytes(Who::Service, "/v1/hash", "image/png", &item).await;
    let form = app.check("post-1", &item).await;
    let small = app.post_bytes(Who::Service, "/v1/hash", "image/png", b"x").await;
    let other = app.post_bytes(Who::OtherService, "/v1/hash", "image/png", &item).await;

    for refused in [bare, form] {
        assert_eq!(refused.problem(), (503, "busy".to_owned()));
        assert_eq!(refused.headers["retry-after"], "1");
    }
    for taken in [small, other] {
        assert_eq!(taken.problem().1, "media.unsupported");
    }
    drop(stopped);
    until_free(&app, BUDGET_BYTES).await;
    let again = app.post_bytes(Who::Service, "/v1/hash", "image/png", &item).await;
    assert_eq!(again.problem().1, "media.unsupported");
}

#[tokio::test]
async fn memory_is_released_however_a_request_ended() {
    let (app, _) = listening_app().await;
    app.bank("list-a").await;
    let picture = encode::png(&draw(1, 64, 64));
    let cut =
        "--a-line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nhal";
    let form = "multipart/form-data; boundary=a-line";

    let good = app.check("post-1", &picture).await;
    let unreadable = app.check("post-2", picture.get(..200).unwrap()).await;
    let too_large = app.check("post-3", &vec![b'x'; 100_001]).await;
    let broken = app.post_bytes(Who::Service, "/v1/check", form, cut.as_bytes()).await;
    let nothing = app.post_bytes(Who::Service, "/v1/check", form, b"").await;
    let no_key = app.post_bytes(Who::WithoutKey, "/v1/hash", "image/png", &picture).await;

    let answers = [good, unreadable, too_large, broken, nothing, no_key];
    let answers = answers.map(|answer| answer.status.as_u16());
    assert_eq!(answers, [200, 422, 413, 400, 400, 401]);
    until_free(&app, BUDGET_BYTES).await;
}
