//! `GET /console/cases/{case}`: one screen that decides a case.

mod read;

use askama::Template;
use mamori_model::{HashKind, Hit, Purpose};
use serde::Deserialize;

use super::Choice;
use crate::fault::Said;
use crate::frame::Frame;
use crate::show::Shown;
use crate::terms;
use crate::words::{Id, Words};

pub use read::{ITEMS, Last, Way, answer, called, drawn_item, pictured, show};

/// The case.
#[derive(Debug, Template)]
#[template(path = "case.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says of one piece whether it is shown")]
pub struct CasePage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// What was decided a moment ago.
    pub before: Option<Before>,
    /// Why the last form did nothing.
    pub problem: Option<Said>,
    /// What the last form said, where it did nothing.
    pub typed: Typed,
    /// Its id.
    pub id: String,
    /// Its policy.
    pub policy: Id,
    /// What the policy says.
    pub wording: Shown,
    /// In which version.
    pub version_of_policy: u64,
    /// How urgent it is.
    pub urgency: Id,
    /// Whether a child is in danger now.
    pub is_urgent: bool,
    /// Whether a lead must take it.
    pub is_for_leads: bool,
    /// Where it stands.
    pub state: Id,
    /// Whom to call when a child is in danger, as the operator wrote it.
    pub danger_note: Option<&'a str>,
    /// The account, or the item where no account is known.
    pub subject: Shown,
    /// Whether it is an account.
    pub is_account: bool,
    /// The service.
    pub service: String,
    /// When it opened.
    pub opened: Shown,
    /// In how many other open cases the same picture is.
    pub alike: u64,
    /// How many items it has.
    pub item_count: u64,
    /// The items of this page.
    pub items: Vec<Item>,
    /// Where the next ones are.
    pub next_items: Option<String>,
    /// Whether an item can be looked at.
    pub has_pictures: bool,
    /// The forms, for whoever has it in hand.
    pub rail: Option<Rail>,
    /// Whether the person may take it in hand.
    pub may_claim: bool,
    /// Its decisions, the newest first.
    pub decisions: Vec<Made>,
    /// What happened, the newest first.
    pub history: Vec<Happened>,
    /// Who looked at an item.
    pub looks: Vec<Looked>,
    /// How many looks there were.
    pub look_count: u64,
    /// Where what happened before is.
    pub older_events: Option<String>,
    /// Where the looks before are.
    pub older_looks: Option<String>,
    /// Back to the newest, on a page that shows what is older.
    pub newest: Option<String>,
}

impl CasePage<'_> {
    /// Keeps the policy whose cases they take in every link that leads back here.
    fn stay_in(&mut self, queue: Option<Purpose>) {
        let Some(queue) = queue.map(Purpose::as_str) else { return };
        let links =
            [&mut self.next_items, &mut self.older_events, &mut self.older_looks, &mut self.newest];
        for link in links.into_iter().flatten() {
            *link = match link.split_once('?') {
                Some((page, rest)) => format!("{page}?queue={queue}&{rest}"),
                None => link.replacen('#', &format!("?queue={queue}#"), 1),
            };
        }
    }
}

/// A case that the person does not have in hand.
#[derive(Debug, Template)]
#[template(path = "claim.html")]
pub struct ClaimPage<'a> {
    /// What stands around it.
    pub frame: &'a Frame,
    /// Why the last form did nothing.
    pub problem: Option<Said>,
    /// What it said.
    pub typed: Typed,
    /// Whether nobody else has it.
    pub may_claim: bool,
    /// The case.
    pub id: String,
}

/// What was decided a moment ago.
#[derive(Clone, Debug)]
pub struct Before {
    /// The sentence about it.
    pub said: Id,
    /// The decision.
    pub decision: String,
}

/// What a form said that did nothing, so that nobody writes it twice.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    /// The outcome's word.
    pub outcome: String,
    /// The reason.
    pub reason: String,
    /// What is to happen to the items.
    pub items: String,
    /// Where they are to be hidden.
    pub countries: String,
    /// Until when.
    pub items_until: String,
    /// What is to happen to the account.
    pub account: String,
    /// Which feature it is to lose.
    pub feature: String,
    /// Until when.
    pub feature_until: String,
    /// Which feature it is to have again.
    pub feature_back: String,
    /// Until when it is to be suspended.
    pub suspend_until: String,
    /// A note, or why the case was to be given back.
    pub words: String,
    /// The policy whose cases they take; of any, if it is empty.
    pub queue: String,
}

impl Typed {
    /// Whether nothing was written that somebody would have to write twice.
    pub fn is_empty(&self) -> bool {
        self.reason.is_empty() && self.words.is_empty()
    }
}

/// The forms that decide a case or give it back.
#[derive(Clone, Debug)]
pub struct Rail {
    /// The number of the claim.
    pub claim: u32,
    /// The case's version.
    pub version: u32,
    /// Until when it is theirs.
    pub until: Shown,
    /// What can be taken from an account.
    pub features: Vec<Choice>,
    /// What can be given back to it.
    pub features_back: Vec<Choice>,
    /// How urgent it may be.
    pub urgencies: Vec<Choice>,
    /// To whom it can be handed.
    pub colleagues: Vec<Colleague>,
}

/// Somebody to whom a case can be handed.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// Their id.
    pub id: String,
    /// How they are seen.
    pub shown: String,
}

/// An item of the case.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its match.
    pub id: String,
    /// The service's name of it.
    pub name: Shown,
    /// The same, for the form.
    pub plain: String,
    /// Whether it can be dealt with otherwise than the rest.
    pub may_except: bool,
    /// How it can be looked at.
    pub picture: Option<Picture>,
    /// Why it cannot.
    pub no_picture: Option<Id>,
    /// What the machine answered.
    pub verdict: Id,
    /// Who could see it.
    pub surface: Id,
    /// Whose law applies.
    pub country: Option<String>,
    /// When it matched.
    pub came: Shown,
    /// To what it came near.
    pub hits: Vec<Near>,
}

/// How an item can be looked at.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Where the blurred picture is.
    pub veiled: String,
    /// Where a look begins.
    pub looks: String,
    /// By what right they look, as a form says it.
    pub by: String,
    /// The person's way to look: `hold`, `toggle` or `text`.
    pub view: &'static str,
    /// Whether the blurred picture is on the page.
    pub is_shown: bool,
}

/// To what an item came near.
#[derive(Clone, Debug)]
pub struct Near {
    /// The bank.
    pub bank: Shown,
    /// How near.
    pub how: String,
}

/// A decision about the case.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its id.
    pub id: String,
    /// The outcome.
    pub outcome: Id,
    /// Where it stands.
    pub state: Id,
    /// A class for the colour.
    pub tone: &'static str,
    /// When it was made.
    pub made: Shown,
    /// Why.
    pub reason: Shown,
}

/// What happened to the case.
#[derive(Clone, Debug)]
pub struct Happened {
    /// What.
    pub what: Id,
    /// By whom.
    pub who: Option<Shown>,
    /// When.
    pub at: Shown,
    /// What they wrote.
    pub note: Option<Shown>,
}

/// Somebody looked at an item.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Who.
    pub who: Shown,
    /// How.
    pub how: Id,
    /// When.
    pub at: Shown,
    /// For how many seconds.
    pub seconds: i64,
}

/// What is said of the case before, where its decision stands.
pub const DECIDED: Id = Id("case-decided");
/// What is said of it, where a second person must look.
pub const PROPOSED: Id = Id("case-proposed");
/// Why there is no picture: it was never kept.
pub const UNKEPT: Id = Id("item-unkept");
/// Why there is no picture: its term has ended.
pub const GONE: Id = Id("item-gone");
/// Why there is no picture: it is not shown in the record.
pub const KEPT: Id = Id("item-kept");

/// How near an item came to an entry, and by which of its frames, counted from 1; of the first frame,
/// the only one of most items, only how near.
pub fn how_near(words: Words, hit: &Hit) -> String {
    match hit.kind {
        HashKind::Pdq => {
            let mut said = vec![words.count("item-distance", hit.distance.0)];
            if hit.frame > 0 {
                said.push(words.count("item-frame", hit.frame.saturating_add(1)));
            }
            said.extend(terms::transform(hit.variant.transform).map(|id| words.call(id)));
            said.extend(terms::backdrop(hit.variant.backdrop).map(|id| words.call(id)));
            said.join(" · ")
        }
        HashKind::Sha256 | HashKind::Sha1 | HashKind::Md5 => words.say("item-same-bytes"),
    }
}
