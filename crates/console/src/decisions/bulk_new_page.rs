//! `GET /console/bulk/new`: the form that prepares one decision for many cases. The cases are grouped
//! by the entry that they matched; of each the list shows a blurred picture of its newest item.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mamori_desk::cases::account_alias::AccountAlias;
use mamori_desk::decisions::case_faces::CaseFaces;
use mamori_model::staff::ViewMode;
use mamori_model::{Case, CaseId, EntryId, Feature, Purpose};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::item::{Picture, ViewBy};
use crate::decisions::bulk_page::PATH;
use crate::fault::{Fault, FaultText, FieldProblem, page};
use crate::frame::Frame;
use crate::guard::Reviewer;
use crate::messages::MessageId;
use crate::query::{Choice, PageQuery, choices, cursor};
use crate::show::{self, SafeHtml};
use crate::terms;

/// The aliases of the accounts of a list's cases.
type Aliases = BTreeMap<CaseId, AccountAlias>;

/// The most cases of which the page shows a picture: each is rendered, and is a recorded view.
const PICTURES_MAX: usize = 48;

/// The form that prepares a bulk decision.
#[derive(Debug, Template)]
#[template(path = "bulk-new.html")]
pub struct NewPage<'a> {
    /// The frame around the page.
    pub frame: &'a Frame,
    /// Why the last form failed, if no field of the page is the cause.
    pub problem: Option<FaultText>,
    /// The field that made the last form fail.
    pub field_problem: Option<FieldProblem>,
    /// What the last form contained, if it failed.
    pub input: BulkInput,
    /// Whether the cases offered are those with an item near the same entry.
    pub is_alike: bool,
    /// Policies by which the cases can be filtered.
    pub policies: Vec<Choice>,
    /// Cases that can be ticked, grouped by entry.
    pub groups: Vec<Group>,
    /// Whether the page shows pictures, each of which is a recorded view.
    pub has_pictures: bool,
    /// Reasons that leads saved for the policies of these cases, in the reviewer's language.
    pub saved_reasons: Vec<SavedGroup>,
    /// Features of an account that can be disabled.
    pub features: Vec<Choice>,
    /// Features of an account that can be restored.
    pub features_back: Vec<Choice>,
}

impl NewPage<'_> {
    /// Returns why the last form failed, if the field at `place` is the cause.
    fn problem_at(&self, place: &str) -> Option<&FaultText> {
        let problem = self.field_problem.as_ref()?;
        (problem.place == place).then_some(&problem.text)
    }

    /// Checks whether the field at `place` made the last form fail; it gets the focus.
    fn is_at(&self, place: &str) -> bool {
        self.problem_at(place).is_some()
    }
}

/// Cases that matched the same entry.
#[derive(Clone, Debug)]
pub struct Group {
    /// The entry; `None` if it is not known.
    pub entry: Option<EntryLabel>,
    /// The cases.
    pub cases: Vec<Choosable>,
    /// Number of these.
    pub count: u64,
}

/// The saved reasons of a policy.
#[derive(Clone, Debug)]
pub struct SavedGroup {
    /// Name of the policy.
    pub policy: MessageId,
    /// The reasons.
    pub reasons: Vec<String>,
}

/// An entry as the head of a group.
#[derive(Clone, Debug)]
pub struct EntryLabel {
    /// Id of the entry.
    pub id: String,
    /// Name of its bank; `None` if the bank is deleted.
    pub bank: Option<SafeHtml>,
    /// The source's labels.
    pub labels: Vec<SafeHtml>,
}

/// A case that can be ticked.
#[derive(Clone, Debug)]
pub struct Choosable {
    /// Id of the case.
    pub id: String,
    /// Whether it is ticked.
    pub is_checked: bool,
    /// URL of the blurred picture of its newest item.
    pub picture: Option<String>,
    /// Name of its policy.
    pub policy: MessageId,
    /// Name of its urgency.
    pub urgency: MessageId,
    /// Alias of its account in this list; `None` if the account is not known.
    pub account: Option<String>,
    /// Number of items.
    pub items: u64,
    /// Time at which the case was opened.
    pub opened: SafeHtml,
}

/// What the form contained: the list of cases, those that were ticked, and the decision.
#[derive(Clone, Debug, Default)]
pub struct BulkInput {
    /// The case whose picture the offered cases share; empty: the list is not of that kind.
    pub like: String,
    /// Word of the policy by which the list was filtered; empty: any.
    pub policy: String,
    /// Ids of the ticked cases.
    pub cases: BTreeSet<String>,
    /// Word of the outcome.
    pub outcome: String,
    /// The reason.
    pub reason: String,
    /// Word of the measure for the items.
    pub items: String,
    /// Countries in which the items are to be hidden.
    pub countries: String,
    /// Last day of that.
    pub items_until: String,
    /// Word of the measure for the accounts.
    pub account: String,
    /// Word of the feature that is to be disabled.
    pub feature: String,
    /// Last day of that.
    pub feature_until: String,
    /// Word of the feature that is to be restored.
    pub feature_back: String,
    /// Last day of the suspension; empty: without an end.
    pub suspend_until: String,
}

/// The fields of the page at which a fault can be shown.
pub const PLACES: [&str; 10] = [
    "bulk-case",
    "bulk-outcome",
    "bulk-items",
    "bulk-countries",
    "bulk-items_until",
    "bulk-account",
    "bulk-feature",
    "bulk-feature_until",
    "bulk-feature_back",
    "bulk-suspend_until",
];

/// The place of the reason, which the page has too.
pub const REASON: &str = "bulk-reason";

/// Parameters in the query of the address: a case whose picture other cases share, and a policy.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    #[serde(default)]
    like: String,
    #[serde(default)]
    policy: String,
}

/// `GET /console/bulk/new`.
pub async fn new(
    State(console): State<Console>,
    reviewer: Reviewer,
    PageQuery(params): PageQuery<Params>,
) -> Result<Response, Fault> {
    let Params { like, policy } = params;
    answer(&console, &reviewer, BulkInput { like, policy, ..BulkInput::default() }, None).await
}

/// Returns the page, with the last form if it failed.
pub async fn answer(
    console: &Console,
    reviewer: &Reviewer,
    input: BulkInput,
    fault: Option<Fault>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&reviewer.session).at(PATH);
    let status = fault.as_ref().map_or(StatusCode::OK, Fault::status);
    let policy = match input.policy.as_str() {
        "" => None,
        word => Some(word.parse::<Purpose>().map_err(|_| Fault::not_found())?),
    };
    let cases = match cursor::<CaseId>(&input.like)? {
        Some(case) => console.desk.cases_with_same_entry(&reviewer.proof, case).await?,
        None => console.desk.cases_to_choose(&reviewer.proof, policy).await?,
    };
    // What is filtered in another way is another list, with other aliases.
    let list = format!("bulk/new like={} policy={}", input.like, input.policy);
    let listed = cases.iter().map(|case| case.id);
    let aliases = console.desk.aliases_of_cases(reviewer.proof.member(), &list, listed).await?;
    let faces = console.desk.case_faces(&reviewer.proof, &cases).await?;
    let accusing: Vec<Purpose> =
        Purpose::ALL.iter().copied().filter(|purpose| !purpose.is_negative()).collect();
    let is_alike = !input.like.is_empty();
    let is_checked = |case: &Case| match &fault {
        Some(_) => input.cases.contains(&case.id.to_string()),
        None => is_alike,
    };
    let how = reviewer.session.staff.view;
    let groups = groups(console, &cases, (&faces, &aliases), (is_checked, how));
    // Without cases the page has no form.
    let has_form = !groups.is_empty();
    let field_problem = fault.as_ref().filter(|_| has_form).and_then(|fault| {
        let place = format!("bulk-{}", fault.field()?);
        let places = PLACES.iter().chain([&REASON]);
        let place = places.copied().find(|known| *known == place)?;
        Some(FieldProblem { place, text: fault.text_at_field(frame.messages) })
    });
    let is_at_top = field_problem.is_none();
    let has_pictures =
        groups.iter().flat_map(|group| &group.cases).any(|case| case.picture.is_some());
    let features =
        |word: &str| choices(Feature::ALL, Feature::as_str, terms::feature, Feature::parse(word));
    let answered = page(&NewPage {
        frame: &frame,
        problem: fault.filter(|_| is_at_top).map(|fault| fault.text(frame.messages)),
        field_problem,
        is_alike,
        policies: choices(&accusing, Purpose::as_str, terms::purpose, policy),
        groups,
        has_pictures,
        saved_reasons: saved_reasons(console, reviewer, &cases).await?,
        features: features(&input.feature),
        features_back: features(&input.feature_back),
        input,
    })?;
    Ok((status, answered).into_response())
}

/// Returns the saved reasons for each policy of the cases that has any.
async fn saved_reasons(
    console: &Console,
    reviewer: &Reviewer,
    cases: &[Case],
) -> Result<Vec<SavedGroup>, Fault> {
    let (member, language) = (reviewer.proof.member(), reviewer.session.staff.language);
    let purposes: BTreeSet<Purpose> = cases.iter().map(|case| case.purpose).collect();
    let mut groups = Vec::new();
    for purpose in purposes {
        let saved = console.desk.saved_reasons(member, purpose, language).await?.reasons;
        if !saved.is_empty() {
            let reasons = saved.iter().map(|reason| reason.as_str().to_owned()).collect();
            groups.push(SavedGroup { policy: terms::purpose(purpose), reasons });
        }
    }
    Ok(groups)
}

/// Groups the cases by the entry to which their newest item is nearest, in the order of the list.
fn groups(
    console: &Console,
    cases: &[Case],
    (faces, aliases): (&CaseFaces, &Aliases),
    (is_checked, how): (impl Fn(&Case) -> bool, ViewMode),
) -> Vec<Group> {
    let mut groups: Vec<(Option<EntryId>, Group)> = Vec::new();
    let mut left = if how == ViewMode::Text { 0 } else { PICTURES_MAX };
    for case in cases {
        let face = faces.faces.get(&case.id);
        let pictured = face.filter(|face| face.is_viewable && left > 0);
        left -= usize::from(pictured.is_some());
        let by = ViewBy { field: "choose", value: "yes".to_owned() };
        let choosable = Choosable {
            id: case.id.to_string(),
            is_checked: is_checked(case),
            picture: pictured.map(|face| Picture::of(case.id, face.item, &by, how).blurred),
            policy: terms::purpose(case.purpose),
            urgency: terms::urgency(case.urgency),
            account: aliases.get(&case.id).map(ToString::to_string),
            items: case.items.into(),
            opened: show::time(case.opened_at),
        };
        let entry = face.and_then(|face| face.entry);
        if let Some((_, group)) = groups.iter_mut().find(|(of, _)| *of == entry) {
            group.cases.push(choosable);
            group.count = group.count.saturating_add(1);
            continue;
        }
        let label = entry.map(|entry| label(console, entry, faces));
        groups.push((entry, Group { entry: label, cases: vec![choosable], count: 1 }));
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn label(console: &Console, entry: EntryId, faces: &CaseFaces) -> EntryLabel {
    let found = faces.entries.get(&entry);
    let directory = console.desk.directory();
    let bank = found.and_then(|entry| directory.bank(entry.bank));
    let labels = found.map_or(&[][..], |entry| entry.labels.as_slice());
    EntryLabel {
        id: entry.to_string(),
        bank: bank.map(|bank| show::text(bank.name.as_str())),
        labels: labels.iter().map(|label| show::text(label)).collect(),
    }
}
