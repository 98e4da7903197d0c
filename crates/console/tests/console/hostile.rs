//! Hostile text in every field of every form of every page: script, characters that reverse or hide
//! others, and a megabyte.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use jiff::SignedDuration;
use mamori_console::ROUTES;
use mamori_model::StaffRole;
use mamori_testkit::database::TestDatabase;

use crate::bad_requests::BY_SCRIPT;
use crate::html_forms::{Form, Kind, forms};
use crate::matrix::matrix;
use crate::test_app::{Person, TestResponse};
use crate::world::{MATRIX_COLUMNS, World};

/// A hostile text.
#[derive(Clone, Copy, Debug)]
struct Hostile {
    text: &'static str,
    /// The forms of it that no page may contain.
    raw: &'static [&'static str],
    /// The forms in which a page shows it; at least one page must contain one of them.
    shown: &'static [&'static str],
    /// Whether only fields that are typed in get it. There it may be shown unchanged, because the
    /// text around a field is not affected.
    is_for_typing: bool,
}

const SCRIPT: Hostile = Hostile {
    text: "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    raw: &["<script>alert", "<img src=x"],
    shown: &["&lt;script&gt;alert", "&#60;script&#62;alert"],
    is_for_typing: false,
};

/// With a character that reverses text and an invisible one: both are marked, or the field is
/// refused by name.
const HIDDEN: Hostile = Hostile {
    text: "a\u{202e}gpj\u{200b}.exe",
    raw: &["\u{202e}", "\u{200b}"],
    shown: &["U+202E", "id=\"problem-"],
    is_for_typing: true,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn script_in_any_field_stays_text() {
    in_every_field(SCRIPT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hidden_character_in_any_field_is_marked_or_refused() {
    in_every_field(HIDDEN).await;
}

/// Sends every form of every page with the text in each of its fields, in each role that may open
/// the page. The page that follows, and each page that it links to, must show the text escaped.
async fn in_every_field(hostile: Hostile) {
    let world = World::open(TestDatabase::sqlite().unwrap()).await;
    let mut crawl = Crawl { world, hostile, sent: BTreeSet::new(), shown: 0, written: 0 };

    for (column, role) in MATRIX_COLUMNS.into_iter().enumerate() {
        for ((method, template), expected) in matrix() {
            if method != "GET" || expected[column] != "yes" || template.contains("{digest}") {
                continue;
            }
            for is_claimed in [true, false] {
                crawl.page(role, template, is_claimed).await;
            }
        }
    }

    assert!(crawl.shown > 0, "a page shows the text");
    if hostile.is_for_typing {
        return;
    }
    let all = ROUTES.iter().filter(|(method, _)| *method == "POST").map(|(_, path)| *path);
    let unreached: Vec<_> =
        all.filter(|path| !crawl.sent.contains(path) && !BY_SCRIPT.contains(path)).collect();
    assert!(unreached.is_empty(), "no page has a form for: {unreached:#?}");
}

struct Crawl {
    world: World,
    hostile: Hostile,
    sent: BTreeSet<&'static str>,
    shown: usize,
    written: usize,
}

impl Crawl {
    /// Sends each form of a page. Loads the page again each time, because the previous form changed
    /// it.
    async fn page(&mut self, role: Option<StaffRole>, template: &str, is_claimed: bool) {
        let (who, path, first) = self.open(role, template, is_claimed).await;
        self.check_page(&first, &path);
        self.send_too_much(who.as_ref(), &first).await;
        for (nth, form) in forms(&first.text).into_iter().enumerate() {
            for field in 0..form.fields.len().max(1) {
                let kind = form.fields.get(field).map(|field| field.kind);
                if self.hostile.is_for_typing && kind != Some(Kind::Typed) {
                    continue;
                }
                let (who, path, page) = self.open(role, template, is_claimed).await;
                let Some(form) = forms(&page.text).into_iter().nth(nth) else { break };
                self.send(who.as_ref(), &path, &form, field).await;
            }
        }
    }

    async fn open(
        &self,
        role: Option<StaffRole>,
        template: &str,
        is_claimed: bool,
    ) -> (Option<Person>, String, TestResponse) {
        if !is_claimed {
            // Earlier claims lapse.
            self.world.app.clock.advance(SignedDuration::from_mins(11));
            self.world.app.desk.catch_up().await.unwrap();
        }
        if template == "/console/webhooks" {
            // Earlier deliveries may be on later pages.
            self.world.delivery().await;
        }
        if template == "/console/changes" {
            self.world.waiting_request().await;
            self.world.notice().await;
        }
        let who = self.world.sign_in(role).await;
        let claimant = who.as_ref().filter(|_| is_claimed);
        let path = if template == "/console/cases/{case}"
            && role == Some(StaffRole::Lead)
            && !is_claimed
        {
            format!("/console/cases/{}", self.world.proposed_lowering().await)
        } else {
            self.world.path(template, claimant).await
        };
        let page = self.world.get(who.as_ref(), &path).await;
        (who, path, page)
    }

    async fn send(&mut self, who: Option<&Person>, path: &str, form: &Form, scripted: usize) {
        let route = template_of(&form.action);
        self.sent.insert(route.unwrap_or_else(|| panic!("{path}: {} is no route", form.action)));
        // It also serves as a sign-in name, which must be unique.
        self.written += 1;
        let plain_words = format!("plain-words-{}", self.written);
        let mut fields = Vec::new();
        for (nth, field) in form.fields.iter().enumerate().filter(|(_, field)| field.name != "csrf")
        {
            let plain = match field.kind {
                Kind::Typed if field.value.is_empty() => plain_words.as_str(),
                Kind::Typed | Kind::Given => field.value.as_str(),
            };
            fields.push((
                field.name.as_str(),
                if nth == scripted { self.hostile.text } else { plain },
            ));
        }
        let answer = self.world.post(who, &form.action, &fields).await;
        assert!(!answer.status.is_server_error(), "{}: {answer:?}", form.action);
        self.check_page(&answer, &form.action);
        let to = answer.headers.get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
        let page = match to {
            Some(to) => self.world.get(who, &to).await,
            None => answer,
        };
        self.check_page(&page, &form.action);
        for link in links(&page.text) {
            let beside = self.world.get(who, &link).await;
            self.check_page(&beside, &link);
        }
    }

    /// Sends a megabyte in each field; it is refused with the page of that fault.
    async fn send_too_much(&self, who: Option<&Person>, page: &TestResponse) {
        let too_much = "x".repeat(1 << 20);
        for form in forms(&page.text) {
            for field in form.fields.iter().filter(|field| field.kind == Kind::Typed) {
                let fields = [(field.name.as_str(), too_much.as_str())];
                let answer = self.world.post(who, &form.action, &fields).await;
                assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", form.action);
                let title = "<title>This form is too large";
                assert!(answer.text.contains(title), "{}, {}", form.action, field.name);
            }
        }
    }

    fn check_page(&mut self, answer: &TestResponse, path: &str) {
        let may_be_typed = self.hostile.is_for_typing;
        let text = if may_be_typed { without_fields(&answer.text) } else { answer.text.clone() };
        for raw in self.hostile.raw {
            assert!(!text.contains(raw), "{path}: {text}");
        }
        self.shown += usize::from(self.hostile.shown.iter().any(|shown| text.contains(shown)));
    }
}

/// A page without the content of its form fields.
fn without_fields(html: &str) -> String {
    let (mut parts, mut text) = (html.split("<textarea"), String::new());
    text.push_str(parts.next().unwrap());
    for part in parts {
        text.push_str(part.split_once("</textarea>").unwrap().1);
    }
    let mut values = text.split(" value=\"");
    let first = values.next().unwrap().to_owned();
    values.fold(first, |before, part| before + part.split_once('"').unwrap().1)
}

/// The paths with an id that a page links to.
fn links(html: &str) -> BTreeSet<String> {
    let links = html.split(" href=\"/console").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.contains('_')).map(|link| format!("/console{link}")).collect()
}

/// The POST route that a path matches.
fn template_of(path: &str) -> Option<&'static str> {
    let path: Vec<&str> = path.split('/').collect();
    let is_it = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        let pairs = template.iter().zip(&path);
        template.len() == path.len() && pairs.clone().all(|(t, p)| t == p || t.starts_with('{'))
    };
    ROUTES.iter().filter(|(method, _)| *method == "POST").map(|(_, t)| *t).find(|t| is_it(t))
}
