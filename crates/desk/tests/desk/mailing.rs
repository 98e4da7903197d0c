//! Mails to the people on duty, through a real mail server.

use std::time::Duration;

use jiff::SignedDuration;
use mamori_desk::settings::{MailServer, MailTls};
use mamori_desk::{LocalCli, Settings};
use mamori_model::{Language, Sensitive, Urgency};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::log::CapturedLog;
use mamori_testkit::peer::Peer;
use serde_json::{Value, json};

use crate::alerting::{escalated, notify};
use crate::common::people::ORIGIN;
use crate::common::{TestApp, settings, test_app_with};

/// The settings of a node that sends mail to these addresses through the server of this name.
fn with_mail(peer: &Peer, server: &str, tls: MailTls, addresses: &[&str]) -> Settings {
    let mut settings = settings();
    settings.sign_in.origin = Some(ORIGIN.parse().unwrap());
    let closed = |text: &str| Sensitive::new(text.to_owned());
    settings.notify.first.addresses = addresses.iter().map(|address| closed(address)).collect();
    settings.notify.mail = Some(MailServer {
        host: "localhost".to_owned(),
        port: peer.ready()[server].as_u64().unwrap().try_into().unwrap(),
        tls,
        from: "Mamori <mamori@service.example>".to_owned(),
        credentials: Some(("mamori".to_owned(), closed("mild words"))),
        authorities: Some(peer.ready()["ca"].as_str().unwrap().as_bytes().to_vec()),
        timeout: Duration::from_secs(20),
    });
    settings
}

async fn app_with(settings: Settings) -> TestApp {
    test_app_with(TestDatabase::sqlite().unwrap(), settings).await
}

/// An app in which a case waits in which a child may be in danger.
async fn in_danger(settings: Settings) -> TestApp {
    let app = app_with(settings).await;
    app.lead("lea").await;
    let case = app.cases(1).await[0];
    escalated(&app, case, "rei", Urgency::ChildInDanger).await;
    app
}

/// The values of a header and the text of a mail.
fn header<'a>(mail: &'a Value, name: &str) -> &'a str {
    let data = mail["data"].as_str().unwrap();
    let start = format!("{name}: ");
    data.lines()
        .find_map(|line| line.strip_prefix(&start))
        .unwrap_or_else(|| panic!("{name}: {data}"))
}

/// The text of a mail in ASCII, of which quoted-printable has only wrapped the lines.
fn text(mail: &Value) -> String {
    let text = mail["data"].as_str().unwrap().split_once("\r\n\r\n").unwrap().1;
    format!("{}\n", text.replace("=\r\n", "").replace("\r\n", "\n").trim_end())
}

/// The results of a test of the contacts.
async fn results(settings: Settings) -> Vec<(bool, String)> {
    let app = app_with(settings).await;
    let tests = app.desk.test_contacts(&LocalCli::here()).await.unwrap();
    tests.into_iter().map(|test| (test.is_accepted, test.result)).collect()
}

#[tokio::test]
async fn a_mail_has_numbers_and_a_link_and_each_address_gets_its_own() {
    let peer = Peer::smtp_server().unwrap();
    let addresses =
        ["duty@service.example", "refused@service.example", "Lea <lea@service.example>"];
    let log = CapturedLog::start();
    let app = in_danger(with_mail(&peer, "starttls", MailTls::Starttls, &addresses)).await;

    notify(&app.desk).await;

    let mails = peer.reports();
    let to: Vec<&Value> = mails.iter().map(|mail| &mail["to"]).collect();
    assert_eq!(to, [&json!(["duty@service.example"]), &json!(["lea@service.example"])]);
    for mail in &mails {
        assert_eq!(mail["user"], "mamori");
        assert_eq!(mail["from"], "mamori@service.example");
        assert_eq!(
            header(mail, "Subject"),
            "Mamori: a child may be in danger: an unclaimed case waits"
        );
        assert_eq!(header(mail, "Auto-Submitted"), "auto-generated");
        assert!(header(mail, "Message-ID").starts_with("<ntf_"), "{mail}");
        let expected = format!(
            "Unclaimed cases in which a child may be in danger now: 1\n\nConsole: {ORIGIN}/console\n\n\
             This message was sent automatically. It has numbers only; the rest is in the console.\n"
        );
        assert_eq!(text(mail), expected);
    }
    let lines = log.lines().join("\n");
    assert!(
        lines.contains("a notification could not be sent") && lines.contains("refused with 550")
    );
    assert!(!lines.contains("@service.example"), "{lines}");
}

#[tokio::test]
async fn a_deferred_mail_is_sent_again_with_the_same_id() {
    let mut peer = Peer::smtp_server().unwrap();
    peer.tell(&json!({ "defer": 1 })).unwrap();
    let settings = with_mail(&peer, "implicit", MailTls::Implicit, &["duty@service.example"]);
    let app = in_danger(settings).await;

    notify(&app.desk).await;
    app.clock.advance(SignedDuration::from_secs(10));
    app.desk.work_once().await.unwrap();
    app.clock.advance(SignedDuration::from_mins(5));
    app.desk.work_once().await.unwrap();

    let mails = peer.reports();
    let deferred: Vec<_> = mails.iter().map(|mail| mail["deferred"].as_bool().unwrap()).collect();
    assert_eq!(deferred, [true, false]);
    assert_eq!(header(&mails[0], "Message-ID"), header(&mails[1], "Message-ID"));
}

#[tokio::test]
async fn a_mail_is_in_the_language_of_the_configuration() {
    let peer = Peer::smtp_server().unwrap();
    let mut settings = with_mail(&peer, "starttls", MailTls::Starttls, &["duty@service.example"]);
    settings.notify.language = Language::Japanese;

    assert_eq!(results(settings).await, [(true, "accepted".to_owned())]);

    let mail = &peer.reports()[0];
    assert!(header(mail, "Subject").starts_with("Mamori: =?utf-8?"), "{mail}");
    assert_eq!(header(mail, "Content-Type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn a_mail_server_that_cannot_be_trusted_gets_no_password_and_no_mail() {
    let peer = Peer::smtp_server().unwrap();
    let with = |server: &str, tls| with_mail(&peer, server, tls, &["duty@service.example"]);
    let mut unknown = with("implicit", MailTls::Implicit);
    unknown.notify.mail.as_mut().unwrap().authorities = None;
    let mut wrong = with("starttls", MailTls::Starttls);
    wrong.notify.mail.as_mut().unwrap().credentials =
        Some(("mamori".to_owned(), Sensitive::new("other words".to_owned())));
    let mut closed = with("plain", MailTls::None);
    closed.notify.mail.as_mut().unwrap().port = 1;

    for (what, settings, words) in [
        ("an unknown authority", unknown, "certificate"),
        ("no STARTTLS", with("plain", MailTls::Starttls), "STARTTLS is not supported"),
        ("a wrong password", wrong, "refused with 535"),
        ("no server", closed, "onnection"),
    ] {
        let results = results(settings).await;
        assert!(!results[0].0 && results[0].1.contains(words), "{what}: {results:?}");
    }
    assert_eq!(peer.reports(), Vec::<Value>::new());
}
