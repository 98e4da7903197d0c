//! Limits, over a real socket: bodies that are too large, too slow, or break off.

use std::net::SocketAddr;
use std::time::Duration;

use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_web::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::test_app::{TestApp, Who};

/// Serves the app on a port of this machine.
async fn listening(records: TestDatabase, settings: Settings) -> (TestApp, SocketAddr) {
    let app = TestApp::with(records, settings).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = app.routes.clone();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (app, address)
}

fn head(app: &TestApp, path: &str, headers: &str) -> String {
    let key = app.key(Who::Admin).unwrap();
    format!(
        "POST {path} HTTP/1.1\r\nhost: mamori\r\nauthorization: Bearer {key}\r\n\
         connection: close\r\n{headers}\r\n\r\n"
    )
}

async fn answer(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    String::from_utf8(text).unwrap()
}

on_both_engines! {
    async fn a_sender_that_stops_is_answered(records: TestDatabase) {
        let settings =
            Settings { body_idle_timeout: Duration::from_millis(200), ..Settings::default() };
        let (app, address) = listening(records, settings).await;
        let mut stream = TcpStream::connect(address).await.unwrap();

        let headers = "content-type: application/json\r\ncontent-length: 100";
        stream.write_all(head(&app, "/v1/services", headers).as_bytes()).await.unwrap();
        stream.write_all(b"{\"name\":").await.unwrap();
        let answer = answer(stream).await;

        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("body.timeout"), "{answer}");
    }

    async fn a_sender_that_drips_is_answered_when_the_request_took_too_long(records: TestDatabase) {
        let settings = Settings {
            body_idle_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_millis(500),
            ..Settings::default()
        };
        let (app, address) = listening(records, settings).await;
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = stream.into_split();
        let headers = "content-type: application/json\r\ncontent-length: 1000";
        writer.write_all(head(&app, "/v1/services", headers).as_bytes()).await.unwrap();

        let dripping = tokio::spawn(async move {
            let mut drops = tokio::time::interval(Duration::from_millis(50));
            while writer.write_all(b" ").await.is_ok() {
                drops.tick().await;
            }
        });
        let mut first = [0; 12];
        reader.read_exact(&mut first).await.unwrap();
        dripping.abort();

        assert_eq!(&first, b"HTTP/1.1 408");
    }

    async fn a_body_over_the_limit_is_answered_however_it_comes(records: TestDatabase) {
        let settings = Settings { json_bytes_max: 1_000, ..Settings::default() };
        let (app, address) = listening(records, settings).await;
        let body = vec![b' '; 3 << 20];

        let declared = {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let length = body.len();
            let headers = format!("content-type: application/json\r\ncontent-length: {length}");
            stream.write_all(head(&app, "/v1/services", &headers).as_bytes()).await.unwrap();
            stream.write_all(&body).await.unwrap();
            answer(stream).await
        };
        let chunked = {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let headers = "content-type: application/json\r\ntransfer-encoding: chunked";
            stream.write_all(head(&app, "/v1/services", headers).as_bytes()).await.unwrap();
            stream.write_all(format!("{:x}\r\n", body.len()).as_bytes()).await.unwrap();
            stream.write_all(&body).await.unwrap();
            stream.write_all(b"\r\n0\r\n\r\n").await.unwrap();
            answer(stream).await
        };

        for answer in [declared, chunked] {
            assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
            assert!(answer.contains("body.too_large"), "{answer}");
        }
    }

    async fn an_item_over_the_limit_is_refused_and_one_at_it_is_not(records: TestDatabase) {
        let settings = Settings { item_bytes_max: 5_000, ..Settings::default() };
        let app = TestApp::with(records, settings).await;

        for (length, problem) in [(5_000, "media.unsupported"), (5_001, "body.too_large")] {
            let item = vec![b'x'; length];
            let bare = app.post_bytes(Who::Admin, "/v1/hash", "image/png", &item).await;
            let form = app.form(Who::Admin, "/v1/hash", &[("file", &item)]).await;
            assert_eq!((bare.problem().1.as_str(), form.problem().1.as_str()), (problem, problem));
        }
    }

    async fn an_import_whose_sender_disconnects_keeps_what_it_stored(records: TestDatabase) {
        let (app, address) = listening(records, Settings::default()).await;
        let bank = app.bank("list-a").await;
        let path = format!("{bank}/imports");

        let mut stream = TcpStream::connect(address).await.unwrap();
        let headers = "content-type: application/x-ndjson\r\ncontent-length: 1000000";
        stream.write_all(head(&app, &path, headers).as_bytes()).await.unwrap();
        let line = format!("{{\"hash\":\"{}\"}}\n{{\"hash", "0ff0".repeat(16));
        stream.write_all(line.as_bytes()).await.unwrap();
        drop(stream);

        let mut looks = tokio::time::interval(Duration::from_millis(20));
        let import = loop {
            looks.tick().await;
            let imports = app.get(Who::Admin, &path).await.ok();
            let import = imports["data"][0].clone();
            if import["state"] == "interrupted" {
                break import;
            }
        };
        assert_eq!(import["added"], 1);
        assert_eq!(app.get(Who::Admin, &bank).await.ok()["entries"], 1);
    }

    async fn an_import_over_the_limit_says_how_much_it_added(records: TestDatabase) {
        let settings = Settings { import_bytes_max: 100, ..Settings::default() };
        let (app, address) = listening(records, settings).await;
        let bank = app.bank("list-a").await;
        let line = format!("{{\"hash\":\"{}\"}}\n", "0ff0".repeat(16));

        let mut stream = TcpStream::connect(address).await.unwrap();
        let headers = "content-type: application/x-ndjson\r\ntransfer-encoding: chunked";
        let path = format!("{bank}/imports");
        stream.write_all(head(&app, &path, headers).as_bytes()).await.unwrap();
        for _ in 0..2 {
            stream.write_all(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()).await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        let answer = answer(stream).await;

        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("added 1 entries"), "{answer}");
    }
}
