//! `mamori demo` as a newcomer runs it, reads it, and pastes from it and the README.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::browser::{Browser, field};
use crate::mamori::{is_root, program, signal};
use crate::service::ApiClient;

const README: &str = include_str!("../../../../README.md");
/// The address that the README's lines use.
const USUAL: &str = "127.0.0.1:8080";

/// A demo that continues to serve, killed when it is dropped.
struct Demo {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Demo {
    fn start(args: &[&str]) -> Self {
        let mut command = program();
        command.arg("demo").args(args).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// Reads its output up to the line that begins with `last`.
    fn read_to(&mut self, last: &str) -> String {
        let mut said = String::new();
        loop {
            let from = said.len();
            assert_ne!(self.stdout.read_line(&mut said).unwrap(), 0, "the demo ended after {said}");
            if said[from..].starts_with(last) {
                return said;
            }
        }
    }

    /// Sends SIGINT; returns the exit status and the rest of the output.
    fn interrupt(mut self) -> (Option<i32>, String) {
        signal(&format!("-s INT {}", self.child.id()));
        let mut said = String::new();
        self.stdout.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns the line of `said` that begins with `begin`, without it.
fn line<'a>(said: &'a str, begin: &str) -> &'a str {
    let found = said.lines().find_map(|line| line.trim_start().strip_prefix(begin));
    found.unwrap_or_else(|| panic!("no line begins with {begin:?} in {said}"))
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_result_of_the_demo_is_as_expected() {
    let output = program().args(["demo", "--exit", "--json"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);

    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();

    assert!(output.status.success(), "{stderr}\n{document:#}");
    assert_eq!(document["ok"], true);
    assert_eq!(document["sent"], document["as_expected"]);
    assert!(document["kinds"].as_array().unwrap().iter().all(|row| row["sent"].as_u64() > Some(0)));
    let webhooks = &document["webhooks"];
    assert_eq!(webhooks["received"], webhooks["expected"]);
    let cases = &document["cases"];
    assert_eq!((&cases["open"], &cases["items"]), (&30.into(), &370.into()));
    let is_about_root = |line: &str| line.starts_with("warning: the demo runs as root");
    assert!(stderr.lines().all(is_about_root), "{stderr}");
    assert_eq!(stderr.lines().count(), usize::from(is_root()), "{stderr}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("mk_"), "the key of an ended server");
}

#[test]
fn the_json_of_the_demo_has_its_results_and_the_access_to_it() {
    let mut demo = Demo::start(&["--json"]);
    let document: Value = serde_json::from_str(&demo.read_to("}")).unwrap();
    let folder = Path::new(document["folder"].as_str().unwrap()).to_owned();
    let has_picture = folder.join("picture.jpg").is_file();
    let stored = std::fs::read_dir(folder.join("evidence")).map_or(0, Iterator::count);
    let (status, said) = demo.interrupt();

    let whole = "ok sent as_expected kinds webhooks cases wrong uploads address admin_address service_key \
         admin_key folder config console";
    assert_eq!(keys(&document), whole.split(' ').collect());
    let row = "kind expected sent as_expected distance_max time_ms";
    assert_eq!(keys(&document["kinds"][0]), row.split(' ').collect());
    let webhooks = "expected received repeated refused missing unexpected";
    assert_eq!(keys(&document["webhooks"]), webhooks.split(' ').collect());
    assert_eq!(keys(&document["cases"]), "expected open items".split(' ').collect());
    let upload = "item_id account_id kind answer distance_max frame transform time_ms problem";
    assert_eq!(keys(&document["uploads"][0]), upload.split(' ').collect());
    assert!(has_picture);
    assert!(stored > 0, "the demo has stored no item");
    assert_eq!((status, said.as_str()), (Some(0), ""));
    assert!(!folder.exists(), "the folder is still there");
}

#[test]
fn a_demo_whose_port_is_in_use_prints_its_other_address() {
    // If another program listens there already, the effect is the same.
    let _taken = TcpListener::bind(USUAL);
    let mut demo = Demo::start(&[]);
    let said = demo.read_to("Ctrl-C stops it");
    let (status, _) = demo.interrupt();

    let address = line(&said, "Mamori serves at ").split(' ').next().unwrap();
    let metrics =
        line(&said, "For monitoring:").trim().strip_suffix("/metrics and /readyz").unwrap();
    assert_ne!(address, format!("http://{USUAL}"));
    let moved = format!("so the address is {address}: use it in the README's lines.");
    assert_eq!(line(&said, "Port 8080 was in use, "), moved);
    assert!(said.contains(&format!("{address}/docs")), "{said}");
    assert!(metrics.starts_with("http://127.0.0.1:") && metrics != address, "{metrics}");
    assert_eq!(line(&said, "known, as it was (PNG)").split_whitespace().nth(1), Some("hold"));
    assert_eq!(line(&said, "unrelated").split_whitespace().nth(1), Some("allow"));
    assert!(said.contains("answers were as expected"), "{said}");
    assert_eq!(status, Some(0));
}

/// Returns the README's block that calls `curl`, with the address that the demo printed.
fn readme_lines(address: &str) -> String {
    let blocks = README.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut calling = blocks.filter(|block| block.contains("curl "));
    let (Some(block), None) = (calling.next(), calling.next()) else {
        panic!("the README has not one block that calls curl")
    };
    block.replace(&format!("http://{USUAL}"), address)
}

#[test]
fn the_readmes_lines_work_when_they_are_pasted_beside_the_demo() {
    let mut demo = Demo::start(&[]);
    let said = demo.read_to("Ctrl-C stops it");
    let address = line(&said, "Mamori serves at ").split(' ').next().unwrap();
    let (cd, export) = (line(&said, "cd "), line(&said, "export "));
    let script = format!("cd {cd}\nexport {export}\n{}", readme_lines(address));

    let pasted = Command::new("bash").arg("-euc").arg(&script).output().unwrap();

    let answers = answers(&pasted);
    let [known, unknown] = answers.as_slice() else { panic!("{answers:#?}") };
    assert_eq!(known["verdict"], "hold", "{known}");
    assert_eq!(known["looked"], "all");
    assert_eq!(known["matches"].as_array().unwrap().len(), 1, "{known}");
    assert_eq!((&unknown["verdict"], &unknown["looked"]), (&"allow".into(), &"all".into()));
    assert_eq!(demo.interrupt().0, Some(0));
}

/// Returns the JSON documents that a script printed.
fn answers(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    let stream = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    stream.map(Result::unwrap).collect()
}

#[tokio::test]
async fn the_demos_links_work_once_and_its_cases_wait() {
    let mut demo = Demo::start(&["--json"]);
    let document: Value = serde_json::from_str(&demo.read_to("}")).unwrap();
    let links = document["console"].as_array().unwrap();
    let opened: Vec<&str> = links.iter().map(|link| link["who"].as_str().unwrap()).collect();
    assert_eq!(opened, ["reviewer", "lead"]);

    for link in links {
        let browser = Browser::new(link["open"].as_str().unwrap());
        let cookie = browser.open_link().await;
        assert!(cookie.starts_with("mamori-local=ms_"), "{cookie}");
        let queue = browser.get("/console/queue", &cookie).await;
        assert!(queue.contains("/console/queue/next"), "{queue}");
        assert!(queue.contains("30"), "30 cases wait: {queue}");
        assert_eq!(browser.open_link().await, "", "the link works once");
    }
    let config = document["config"].as_str().unwrap();
    let another =
        program().args(["staff", "--config", config, "sign-in-link", "lead"]).output().unwrap();
    let another = String::from_utf8(another.stdout).unwrap();
    assert!(Browser::new(another.trim()).open_link().await.starts_with("mamori-local=ms_"));
    demo.interrupt();
}

/// How long the request to the demo's service and its answer may take, on a busy machine.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_case_is_decided_in_the_demo_and_its_service_answers() {
    let mut demo = Demo::start(&[]);
    let said = demo.read_to("Ctrl-C stops it");
    let address = line(&said, "Mamori serves at ").split(' ').next().unwrap();
    let service = ApiClient::new(address, line(&said, "export MAMORI_KEY="));
    let browser = Browser::new(line(&said, "Open "));

    let cookie = browser.open_link().await;
    let queue = browser.get("/console/queue", &cookie).await;
    let case = browser.press((&queue, "/console/queue/next"), &cookie, &[]).await;
    let page = browser.get(&case, &cookie).await;
    let decided = decide(&browser, (&page, &case), &cookie).await;
    assert!(decided.views > 0 && 5 * decided.views <= decided.items, "{decided:?}, mostly copies");
    let next = decided.next;

    assert!(next.starts_with("/console/cases/case_"), "the next case follows: {next}");
    assert_ne!(next.split('?').next(), Some(&*case));
    let decision = next.split_once("?after=").unwrap().1.split('&').next().unwrap();
    let begun = Instant::now();
    loop {
        let (status, made) = service.get(&format!("/v1/decisions/{decision}")).await;
        assert_eq!((status.as_u16(), &made["outcome"]), (200, &"violates".into()), "{made}");
        let actions = made["actions"].as_array().unwrap();
        assert!(actions.iter().all(|action| action["kind"] == "remove_item"), "{made}");
        if !actions.is_empty() && actions.iter().all(|action| action["state"] == "done") {
            break;
        }
        assert!(begun.elapsed() < ANSWER_TIME_MAX, "the service did not answer: {made}");
    }
    let page = browser.get(&format!("/console/decisions/{decision}"), &cookie).await;
    assert!(page.contains("Done, according to the service"), "{page}");
    assert_eq!(demo.interrupt().0, Some(0));
}

#[tokio::test]
async fn every_case_of_the_demo_is_decided_with_a_clear_view_of_at_most_each_fifth_item() {
    let mut demo = Demo::start(&[]);
    let said = demo.read_to("Ctrl-C stops it");
    let browser = Browser::new(line(&said, "Open "));
    let cookie = browser.open_link().await;
    let queue = browser.get("/console/queue", &cookie).await;
    let mut next = browser.press((&queue, "/console/queue/next"), &cookie, &[]).await;

    let (mut cases, mut views, mut items) = (0, 0, 0);
    let (mut addresses, mut labels, mut texts) = (0, 0, 0);
    while next.starts_with("/console/cases/case_") {
        let case = next.split('?').next().unwrap();
        let page = browser.get(case, &cookie).await;
        let decided = decide(&browser, (&page, case), &cookie).await;
        (cases, views, items) = (cases + 1, views + decided.views, items + decided.items);
        addresses += page.matches("/context\"").count();
        labels += usize::from(page.contains("<bdi>benign</bdi>"));
        texts += page.matches("Waves in three colours.").count();
        next = decided.next;
    }

    assert_eq!((cases, items), (30, 370), "then: {next}");
    assert_eq!((addresses, labels), (370, 30), "each item has a page, and each case a label");
    // Ten of the forty pictures, three of which are sent in more forms.
    assert_eq!(texts, 10 * 8 + 3 * 5, "each item of a picture with that text");
    assert!(5 * views <= items, "{views} clear views of {items} items");
    assert_eq!(demo.interrupt().0, Some(0));
}

/// A case that a reviewer decided in the browser.
#[derive(Debug)]
struct Decided {
    /// Number of clear views.
    views: usize,
    /// Number of its items.
    items: usize,
    /// The address that follows.
    next: String,
}

/// Views what the page of a claimed case names as still to be viewed, and removes its items.
async fn decide(browser: &Browser, (page, case): (&str, &str), cookie: &str) -> Decided {
    let mut views = 0;
    while let Some(item) = open_item(&browser.get(case, cookie).await) {
        browser.view((page, case), &item, cookie).await;
        views += 1;
    }
    let (claim, version) = (field(page, "claim"), field(page, "version"));
    let form = [
        ("claim", &*claim),
        ("version", &*version),
        ("outcome", "violates"),
        ("reason", "It is what the bank says."),
        ("items", "remove"),
    ];
    let next = browser.press((page, &format!("{case}/decide")), cookie, &form).await;
    Decided { views, items: page.matches("data-item=").count(), next }
}

/// Returns the id of the first item that the page of a case names as still to be viewed.
fn open_item(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("Still to be viewed</p><ul><li>")?;
    let name = rest.split("</li>").next()?;
    let (before, _) = page.split_once(&format!("<p class=\"name\">{name}</p>"))?;
    Some(before.rsplit("data-item=\"").next()?.split('"').next()?.to_owned())
}
