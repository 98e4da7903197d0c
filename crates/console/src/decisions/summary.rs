//! Words what a decision does: one sentence for each group of equal actions, and the label of the
//! button that does it. The counts come from [`mamori_desk::decisions::summarise`].

use fluent_bundle::FluentValue;
use mamori_desk::decisions::summarise::{ActionGroup, Summary};
use mamori_model::action::ActionKind;
use mamori_model::bulk::BulkState;
use mamori_model::{Account, DecisionState};

use crate::messages::{MessageId, Messages};
use crate::{show, terms};

/// The most accounts that a sentence names.
const NAMES_MAX: usize = 10;

/// What a decision does, as sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryText {
    /// The heading, which says whether the service is asked or will be asked.
    pub heading: MessageId,
    /// The sentences, the gravest first; never empty.
    pub sentences: Vec<Sentence>,
}

/// One sentence about equal actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence. Names in it are not escaped for HTML.
    pub text: String,
    /// Whether it restricts an account, so that it has the warning tone.
    pub is_grave: bool,
}

impl SummaryText {
    /// Words a summary under a heading.
    pub fn of(messages: Messages, summary: &Summary, heading: MessageId) -> Self {
        let sentence = |group: &ActionGroup| Sentence {
            text: sentence(messages, group),
            is_grave: matches!(group.kind, ActionKind::SuspendAccount | ActionKind::LimitFeature),
        };
        let mut sentences: Vec<Sentence> = summary.groups.iter().map(sentence).collect();
        if sentences.is_empty() {
            let text = messages.say("summary-nothing");
            sentences.push(Sentence { text, is_grave: false });
        }
        Self { heading, sentences }
    }
}

/// Returns the act of a summary as the label of a button, such as "Remove 32 items and suspend 2
/// accounts". `how` is a message with the variable `$act`, such as "Approve: …".
pub fn act(messages: Messages, summary: &Summary, how: Option<MessageId>) -> String {
    let mut phrases: Vec<String> = Vec::new();
    for group in summary.groups.iter().rev() {
        let phrase = messages.count(phrase_of(group.kind).0, group.count);
        // Groups of one kind with other terms read the same.
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    let last = phrases.pop().unwrap_or_else(|| messages.say("act-nothing"));
    let act = match phrases
        .into_iter()
        .reduce(|so_far, one| join(messages, MessageId("act-list"), so_far, one))
    {
        Some(before) => join(messages, MessageId("act-and"), before, last),
        None => last,
    };
    match how {
        Some(how) => messages.with(how.0, &[("act", FluentValue::from(act))]),
        None => capitalised(&act),
    }
}

/// Returns the heading of the summary of a decision in this state.
pub fn heading(state: DecisionState) -> MessageId {
    match state {
        DecisionState::Proposed => MessageId("summary-heading-future"),
        DecisionState::Standing => MessageId("summary-heading-past"),
        DecisionState::Undone => MessageId("summary-heading-undone"),
        DecisionState::Refused => MessageId("summary-heading-never"),
    }
}

/// Returns the heading of the summary of a bulk decision in this state.
pub fn bulk_heading(state: BulkState) -> MessageId {
    match state {
        BulkState::Prepared | BulkState::Proposed => heading(DecisionState::Proposed),
        BulkState::Standing => heading(DecisionState::Standing),
        BulkState::Undone => heading(DecisionState::Undone),
        BulkState::Refused | BulkState::Lapsed => heading(DecisionState::Refused),
    }
}

/// The label of the button that approves.
pub const APPROVE: MessageId = MessageId("act-approve");
/// The label of the button that makes a decision which needs a second approval.
pub const PROPOSE: MessageId = MessageId("act-propose");
/// The label of the button that undoes.
pub const UNDO: MessageId = MessageId("act-undo");
/// The heading of what an undo asks for.
pub const UNDO_HEADING: MessageId = MessageId("summary-heading-undo");

fn sentence(messages: Messages, group: &ActionGroup) -> String {
    let until = group.terms.until.map(|until| until.to_string());
    let id = match group.kind {
        ActionKind::SuspendAccount if until.is_some() => MessageId("summary-suspend-until"),
        ActionKind::SuspendAccount => MessageId("summary-suspend"),
        ActionKind::LimitFeature => MessageId("summary-limit-feature"),
        ActionKind::RestoreAccount => MessageId("summary-restore-account"),
        ActionKind::RestoreFeature => MessageId("summary-restore-feature"),
        ActionKind::RemoveItem => MessageId("summary-remove"),
        ActionKind::LimitItem => MessageId("summary-hide"),
        ActionKind::HoldItem => MessageId("summary-hold"),
        ActionKind::RestoreItem => MessageId("summary-restore"),
    };
    let feature = group.terms.feature.map(|feature| messages.message(terms::feature(feature)));
    let countries: Vec<String> = group.terms.countries.iter().map(ToString::to_string).collect();
    let separator = messages.say("summary-separator");
    messages.with(
        id.0,
        &[
            ("count", FluentValue::from(group.count)),
            ("names", FluentValue::from(names(messages, &group.accounts))),
            ("until", FluentValue::from(until.unwrap_or_default())),
            ("feature", FluentValue::from(feature.unwrap_or_default())),
            ("countries", FluentValue::from(countries.join(&separator))),
        ],
    )
}

fn phrase_of(kind: ActionKind) -> MessageId {
    match kind {
        ActionKind::SuspendAccount => MessageId("act-suspend"),
        ActionKind::LimitFeature => MessageId("act-limit-feature"),
        ActionKind::RestoreAccount => MessageId("act-restore-account"),
        ActionKind::RestoreFeature => MessageId("act-restore-feature"),
        ActionKind::RemoveItem => MessageId("act-remove"),
        ActionKind::LimitItem => MessageId("act-hide"),
        ActionKind::HoldItem => MessageId("act-hold"),
        ActionKind::RestoreItem => MessageId("act-restore"),
    }
}

/// Returns the names of the accounts, the first [`NAMES_MAX`] of many. Hidden characters in them
/// are made visible.
fn names(messages: Messages, accounts: &[Account]) -> String {
    let shown = accounts.iter().take(NAMES_MAX).map(|account| show::visible(account.reveal()));
    let shown = shown.collect::<Vec<_>>().join(&messages.say("summary-separator"));
    let more = accounts.len().saturating_sub(NAMES_MAX);
    if more == 0 {
        return shown;
    }
    let more = FluentValue::from(u64::try_from(more).unwrap_or(u64::MAX));
    messages.with("summary-more", &[("names", FluentValue::from(shown)), ("count", more)])
}

fn join(messages: Messages, id: MessageId, first: String, then: String) -> String {
    let arguments = [("first", FluentValue::from(first)), ("then", FluentValue::from(then))];
    messages.with(id.0, &arguments)
}

/// Returns the text with its first letter in upper case; isolation marks before it stay.
fn capitalised(text: &str) -> String {
    let at = text.find(char::is_alphanumeric).unwrap_or(0);
    let (before, rest) = text.split_at(at);
    let mut letters = rest.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    [before, &first.unwrap_or_default(), letters.as_str()].concat()
}

#[cfg(test)]
mod tests {
    use mamori_model::action::Terms;
    use mamori_model::{Feature, Language};

    use super::*;

    fn group(kind: ActionKind, count: u64, accounts: &[&str]) -> ActionGroup {
        let accounts = accounts.iter().map(|account| account.parse().unwrap()).collect();
        ActionGroup { kind, terms: Terms::default(), count, accounts }
    }

    /// Without the marks that isolate the direction of a variable.
    fn plain(text: &str) -> String {
        text.replace(['\u{2068}', '\u{2069}'], "")
    }

    fn suspend_and_remove() -> Summary {
        let names = ["account-07", "account-12"];
        let groups = vec![
            group(ActionKind::SuspendAccount, 2, &names),
            group(ActionKind::RemoveItem, 32, &[]),
        ];
        Summary { groups }
    }

    #[test]
    fn sentences_and_button_say_what_is_done_in_every_language() {
        let table = [
            (
                Language::English,
                "Suspend 2 accounts without an end date (account-07, account-12).",
                "Remove 32 items.",
                "Remove 32 items and suspend 2 accounts",
            ),
            (
                Language::Japanese,
                "2件のアカウントを無期限で停止します（account-07、account-12）。",
                "32件のアイテムを削除します。",
                "アイテム32件を削除、アカウント2件を停止",
            ),
            (
                Language::German,
                "2 Konten ohne Enddatum sperren (account-07, account-12).",
                "32 Inhalte entfernen.",
                "32 Inhalte entfernen und 2 Konten sperren",
            ),
            (
                Language::French,
                "Suspendre 2 comptes sans date de fin (account-07, account-12).",
                "Retirer 32 éléments.",
                "Retirer 32 éléments et suspendre 2 comptes",
            ),
            (
                Language::Italian,
                "Sospendere 2 account senza data di fine (account-07, account-12).",
                "Rimuovere 32 elementi.",
                "Rimuovere 32 elementi e sospendere 2 account",
            ),
        ];

        for (language, suspended, removed, button) in table {
            let messages = Messages(language);
            let text = SummaryText::of(messages, &suspend_and_remove(), UNDO_HEADING);
            let said: Vec<_> =
                text.sentences.iter().map(|one| (plain(&one.text), one.is_grave)).collect();
            assert_eq!(said, [(suspended.to_owned(), true), (removed.to_owned(), false)]);
            assert_eq!(plain(&act(messages, &suspend_and_remove(), None)), button);
        }
    }

    #[test]
    fn a_sentence_has_feature_countries_and_last_day_and_the_first_ten_names() {
        let messages = Messages(Language::English);
        let until = Some("2027-01-31".parse().unwrap());
        let names: Vec<String> = (0..12).map(|number| format!("a{number:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let feature = Some(Feature::Upload);
        let limited = ActionGroup {
            terms: Terms { feature, until, ..Terms::default() },
            ..group(ActionKind::LimitFeature, 12, &names)
        };
        let countries = ["FR", "JP"].map(|code| code.parse().unwrap()).into();
        let hidden = ActionGroup {
            terms: Terms { countries, until, ..Terms::default() },
            ..group(ActionKind::LimitItem, 1, &[])
        };

        let said = [limited, hidden].map(|group| plain(&sentence(messages, &group)));

        assert_eq!(
            said,
            [
                "Disable “Uploading” of 12 accounts until 2027-01-31 (a00, a01, a02, a03, a04, a05, \
                 a06, a07, a08, a09 and 2 more).",
                "Hide one item in FR, JP until 2027-01-31."
            ]
        );
    }

    #[test]
    fn a_decision_without_actions_says_so() {
        let messages = Messages(Language::English);
        let text = SummaryText::of(messages, &Summary::default(), UNDO_HEADING);

        assert_eq!(text.sentences[0].text, "No action is requested from the service.");
        assert_eq!(
            act(messages, &Summary::default(), Some(UNDO)),
            "Undo: \u{2068}request no action\u{2069}"
        );
    }
}
