//! Staff members who are limited to some services or policies: of the others they get nothing on any
//! route, by any form, in any list or figure, and by no search.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use mamori_console::ROUTES;
use mamori_model::page::PageSize;
use mamori_model::{Assignment, Purpose, StaffRole};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use url::form_urlencoded::byte_serialize;

use crate::matrix::{matrix, outcome};
use crate::test_app::Person;
use crate::world::{MATRIX_COLUMNS, ServiceFixtures, World};

/// What the name of the other service, and of its items and accounts, begins with.
const OTHER: &str = "Alder";

/// The parts of paths that name something under the policy of one case.
const OF_A_CASE: [&str; 6] = ["{case}", "{decision}", "{bulk}", "{dispute}", "{view}", "{item}"];

/// Pages that change when something of another service does, because they are the same for all staff:
/// the banks, which get an entry with each dispute of these tests; and the page on which a new code
/// for signing in is offered each time.
const CHANGING: [&str; 2] = ["/console/banks", "/console/me"];

/// Whether a template names something that belongs to one service.
fn names_something(template: &str) -> bool {
    OF_A_CASE.iter().any(|word| template.contains(word)) || template.contains("{delivery}")
}

/// The other service's fixtures, as the requests and the checks of a walk need them.
struct Hidden {
    /// The paths of the routes, each with its template.
    paths: Vec<(&'static str, &'static str, String)>,
    /// A case with an item whose bytes are stored.
    case: (String, String),
    /// A bank in which an entry is disputed.
    bank: String,
    /// Ids, and the word that its names begin with.
    words: BTreeSet<String>,
}

impl Hidden {
    /// Makes a fixture for each id in each route, of the service whose turn it is.
    async fn create(world: &World) -> Self {
        let (case, item) = world.case_with_bytes().await;
        let case = (case.to_string(), item);
        world.proposed_lowering().await;
        let mut paths = Vec::new();
        for (method, template) in ROUTES.iter().copied() {
            let path = if template.contains("{item}") {
                format!("/console/cases/{}/items/{}/blurred?claim=1", case.0, case.1)
            } else {
                world.path(template, None).await
            };
            paths.push((method, template, path));
        }
        let mut words = BTreeSet::from([OTHER.to_owned(), world.endpoint().to_string()]);
        words.insert(world.app.caller.service().to_string());
        words.extend([case.0.clone(), case.1.clone()]);
        let named = paths.iter().filter(|(_, template, _)| names_something(template));
        words.extend(named.flat_map(|(_, _, path)| ids(path)));
        let size = PageSize::new(200).unwrap();
        let cases = world.app.desk.service_cases(&world.app.caller, None, None, size).await;
        words.extend(cases.unwrap().rows.iter().map(|row| row.case.id.to_string()));
        let bank = world.fixture_id("bank", None).await;
        words.remove(&bank);
        world.work().await;
        Self { paths, case, bank, words }
    }

    /// The words of the hidden service that `text` contains.
    fn found_in(&self, text: &str) -> Vec<&str> {
        self.words.iter().map(String::as_str).filter(|word| text.contains(*word)).collect()
    }
}

/// The segments of a path that are ids.
fn ids(path: &str) -> impl Iterator<Item = String> + '_ {
    path.split(['/', '?']).filter(|segment| segment.contains('_')).map(str::to_owned)
}

/// The fields with which a form about something that is covered would do what it says; `None` if the
/// form is about nothing of a service.
fn fields<'a>(template: &str, hidden: &'a Hidden) -> Option<Vec<(&'static str, &'a str)>> {
    let (text, claim) = (("text", "Look."), ("claim", "1"));
    Some(match template.strip_prefix("/console/")? {
        "cases/{case}/claim"
        | "cases/{case}/lowering/agree"
        | "views/{view}/heartbeat"
        | "views/{view}/close"
        | "decisions/{decision}/approve"
        | "decisions/{decision}/actions/{action}/request-again"
        | "bulk/{bulk}/confirm"
        | "bulk/{bulk}/drop"
        | "bulk/{bulk}/approve"
        | "disputes/{dispute}/agree"
        | "deliveries/{delivery}/redeliver" => vec![],
        "cases/{case}/extend-claim" | "cases/{case}/items/{item}/context" => vec![claim],
        "cases/{case}/release" => vec![claim, ("how", "skip"), text],
        "cases/{case}/note" => vec![claim, text],
        "cases/{case}/lower-urgency" => vec![claim, ("urgency", "known_material"), text],
        "cases/{case}/decide" => vec![
            claim,
            ("version", "1"),
            ("outcome", "violates"),
            ("items", "remove"),
            ("reason", "Look."),
        ],
        "cases/{case}/views" => vec![claim, ("item", &hidden.case.1)],
        "cases/{case}/lowering/refuse"
        | "decisions/{decision}/refuse"
        | "decisions/{decision}/undo"
        | "bulk/{bulk}/refuse"
        | "bulk/{bulk}/undo" => vec![text],
        "disputes/{dispute}/resolve" => {
            vec![("bank", &hidden.bank), ("resolution", "rejected"), text]
        }
        _ => return None,
    })
}

/// The pages without an id in their path, as each of the people sees them.
async fn lists(world: &World, people: &[Person]) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for person in people {
        for (method, path) in ROUTES {
            if *method != "GET" || path.contains('{') || CHANGING.contains(path) {
                continue;
            }
            let answer = world.app.get_as(person, path).await;
            pages.push((format!("{path} {:?}", person.staff.roles), answer.text));
        }
    }
    pages
}

/// A world in whose own service there are cases, the other service, and people who are limited to the
/// world's own.
async fn open(records: TestDatabase) -> (World, ServiceFixtures, Vec<Person>) {
    let mut world = World::open(records).await;
    let other = world.other_service(OTHER).await;
    let own = world.app.caller.service();
    let assignment = Assignment { services: Some([own].into()), purposes: None };
    let people = world.limited(&assignment).await;
    for word in ["case", "case", "decision", "bulk", "dispute", "delivery"] {
        world.fixture_id(word, None).await;
    }
    world.work().await;
    (world, other, people)
}

#[test]
fn every_form_about_something_of_a_service_is_walked() {
    let hidden =
        Hidden { paths: vec![], case: <_>::default(), bank: String::new(), words: <_>::default() };
    for (method, template) in ROUTES {
        let is_walked = fields(template, &hidden).is_some();
        assert_eq!(is_walked, *method == "POST" && names_something(template), "{template}");
    }
}

on_both_engines! {
    async fn no_page_list_or_figure_tells_of_a_service_that_is_not_assigned(records: TestDatabase) {
        let (mut world, mut other, people) = open(records).await;
        let before = lists(&world, &people).await;
        world.swap(&mut other);
        let hidden = Hidden::create(&world).await;

        assert_eq!(lists(&world, &people).await, before, "lists and figures are the same");
        for person in &people {
            let roles = &person.staff.roles;
            for (_, template, path) in hidden.paths.iter().filter(|(method, ..)| *method == "GET") {
                let answer = world.app.get_as(person, path).await;
                if names_something(template) {
                    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} {roles:?}");
                }
                assert_eq!(hidden.found_in(&answer.text), [""; 0], "{path} {roles:?}");
            }
            let (service, case) = (world.app.caller.service(), &hidden.case.0);
            for path in [
                format!("/console/cases?service={service}"),
                format!("/console/cases?after={case}"),
                format!("/console/bulk/new?like={case}"),
                format!("/console/banks/{}", hidden.bank),
            ] {
                let answer = world.app.get_as(person, &path).await;
                let found = hidden.found_in(&answer.text);
                assert!(found.is_empty() || answer.status.is_client_error(), "{path}: {found:?}");
            }
        }
    }

    async fn no_search_finds_what_is_not_assigned(records: TestDatabase) {
        let (mut world, mut other, people) = open(records).await;
        world.swap(&mut other);
        let hidden = Hidden::create(&world).await;
        let item = world.app.desk.service_cases(
            &world.app.caller,
            None,
            None,
            PageSize::new(1).unwrap(),
        );
        let item = item.await.unwrap().rows[0].items[0].to_string();
        let lead = world.sign_in(Some(StaffRole::Lead)).await.unwrap();
        let path = |text: &str| {
            let text: String = byte_serialize(text.as_bytes()).collect();
            format!("/console/find?q={text}")
        };

        let unlimited = world.app.get_as(&lead, &path(&item)).await;
        assert!(unlimited.page().contains("href=\"/console/cases/case_"), "{unlimited:?}");
        for person in &people {
            for text in hidden.words.iter().chain([&item]) {
                let answer = world.app.get_as(person, &path(text)).await;
                let is_none = answer.page().contains("No results.");
                assert!(is_none, "{text} {:?}: {answer:?}", person.staff.roles);
                let live = path(text).replace("/find?", "/find/results?");
                let live = world.app.get_as(person, &live).await;
                assert_eq!(hidden.found_in(live.page()), [""; 0], "{text}");
                assert!(live.text.contains("\"rows\":[]"), "{text}: {live:?}");
            }
        }
    }

    async fn no_form_acts_on_what_is_not_assigned(records: TestDatabase) {
        let (mut world, mut other, people) = open(records).await;
        world.swap(&mut other);
        let hidden = Hidden::create(&world).await;
        let auditor = world.sign_in(Some(StaffRole::Auditor)).await.unwrap();

        for person in &people {
            for (_, template, path) in &hidden.paths {
                let Some(fields) = fields(template, &hidden) else { continue };
                let answer = world.post(Some(person), path, &fields).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {answer:?}");
                assert_eq!(hidden.found_in(&answer.text), [""; 0], "{path}: {answer:?}");
            }
            let fields = [
                ("case", &*hidden.case.0),
                ("outcome", "violates"),
                ("items", "remove"),
                ("reason", "Look."),
            ];
            let answer = world.post(Some(person), "/console/bulk", &fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
            for word in ["decision", "bulk", "dispute"] {
                let id = world.fixture_id(word, None).await;
                let path = format!("/console/cases/{}/views", hidden.case.0);
                let fields = [("item", &*hidden.case.1), (word, &*id)];
                let answer = world.post(Some(person), &path, &fields).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{word}: {answer:?}");
            }
        }

        for person in &people {
            let path = format!("/console/audit?actor={}", person.staff.id);
            let acts = world.app.get_as(&auditor, &path).await;
            assert_eq!(hidden.found_in(acts.page()), [""; 0], "nothing is recorded: {acts:?}");
        }
    }

    async fn the_next_case_is_never_one_that_is_not_assigned(records: TestDatabase) {
        let mut world = World::open(records).await;
        let mut other = world.other_service(OTHER).await;
        let own = world.app.caller.service();
        let assignment = Assignment { services: Some([own].into()), purposes: None };
        let people = world.limited(&assignment).await;
        world.swap(&mut other);
        world.case().await;
        world.proposed_lowering().await;
        let none = world.post(Some(&people[0]), "/console/queue/next", &[]).await;
        world.swap(&mut other);
        let case = world.case().await;
        let one = world.post(Some(&people[0]), "/console/queue/next", &[]).await;

        assert!(none.to().starts_with("/console/queue"), "{none:?}");
        assert!(one.to().starts_with(&format!("/console/cases/{case}")), "{one:?}");
    }

    async fn a_policy_that_is_not_assigned_hides_its_cases_likewise(records: TestDatabase) {
        let world = World::open(records).await;
        let purposes = Some([Purpose::ChildExploitation].into());
        let people = world.limited(&Assignment { services: None, purposes }).await;
        let hidden = Hidden::create(&world).await;
        let is_of_a_case = |template: &str| OF_A_CASE.iter().any(|word| template.contains(word));

        for person in &people {
            for (method, template, path) in &hidden.paths {
                if !is_of_a_case(template) {
                    continue;
                }
                let answer = if *method == "GET" {
                    world.app.get_as(person, path).await
                } else {
                    let fields = fields(template, &hidden).unwrap();
                    world.post(Some(person), path, &fields).await
                };
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}: {answer:?}");
            }
            for path in ["/console/cases", "/console/decisions", "/console/bulk"] {
                let answer = world.app.get_as(person, path).await;
                let found = hidden.found_in(&answer.text);
                // The service is assigned; its cases are under another policy.
                assert!(found.iter().all(|word| word.starts_with("svc_")), "{path}: {found:?}");
            }
        }
    }

    async fn limited_staff_have_the_routes_of_their_roles_for_their_own_service(records: TestDatabase) {
        let (world, _, people) = open(records).await;

        let mut wrong = Vec::new();
        let mut rows: Vec<_> = matrix().into_iter().collect();
        // Staff on a break can neither claim a case nor open a view.
        rows.sort_by_key(|((_, template), _)| *template == "/console/me/break");
        for ((method, template), expected) in rows {
            // Changes to banks, services and keys reach every service.
            let is_of_changes = ["/console/changes", "/console/notices"]
                .iter()
                .any(|path| template.starts_with(path));
            if is_of_changes || template.contains("passkey") {
                continue;
            }
            for person in &people {
                let who = world.app.new_session(person.staff.clone()).await;
                let column = MATRIX_COLUMNS
                    .iter()
                    .position(|role| role.is_some_and(|role| who.staff.roles.has(role)));
                let expected = expected[column.unwrap()];
                let path = world.path(template, Some(&who)).await;
                let answer = match method {
                    "GET" => world.app.get_as(&who, &path).await,
                    _ => world.post(Some(&who), &path, &[]).await,
                };
                let got = outcome(&answer, false);
                if got != expected || answer.status.is_server_error() {
                    wrong.push(format!("{method} {path}: {got}, {}", answer.status));
                }
            }
        }

        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn a_limited_lead_is_no_second_actor_for_changes_that_reach_every_service(records: TestDatabase) {
        let (world, _, people) = open(records).await;
        let lead = people.iter().find(|who| who.staff.roles.is_lead()).unwrap();
        let request = world.waiting_request().await;

        let home = world.app.get_as(lead, "/console").await;
        let page = world.app.get_as(lead, "/console/changes").await;
        let path = format!("/console/changes/{request}/approve");
        let approved = world.post(Some(lead), &path, &[]).await;

        assert!(!home.page().contains("/console/changes"), "{home:?}");
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert_eq!(approved.status, StatusCode::NOT_FOUND);
    }
}
