//! `POST /console/cases/{case}/decide`: decides a case, and claims the next one.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mamori_desk::Error;
use mamori_desk::cases::claim_case::Queue;
use mamori_desk::decisions::decide_case::NewDecision;
use mamori_model::action::{AccountMeasure, Feature, ItemMeasure, Measures};
use mamori_model::{CaseId, Country, Decision, DecisionState, ItemName, Outcome, Refusal};
use serde::Deserialize;

use crate::app::Console;
use crate::cases::forms::read;
use crate::cases::page::CaseInput;
use crate::cases::page::CaseParams;
use crate::cases::page::LastForm;
use crate::cases::page::answer;
use crate::cases::queue_forms::parse_queue;
use crate::cases::queue_forms::redirect_to_next;
use crate::decisions::confirm_page::{Field, confirm};
use crate::fault::Fault;
use crate::field::{free_text, use_saved_if_empty, wrong};
use crate::form::Form;
use crate::guard::Reviewer;

/// The value of `next` with which no further case is claimed.
const STOP: &str = "stop";

/// The form that decides a case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    claim: u32,
    version: u32,
    outcome: String,
    reason: String,
    #[serde(default)]
    items: String,
    #[serde(default)]
    countries: String,
    #[serde(default)]
    items_until: String,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default)]
    account: String,
    #[serde(default)]
    feature: String,
    #[serde(default)]
    feature_until: String,
    #[serde(default)]
    feature_back: String,
    #[serde(default)]
    suspend_until: String,
    #[serde(default)]
    queue: String,
    /// A saved reason that the reviewer chose; it counts where `reason` is empty, as it is without a
    /// script, which copies the one into the other.
    #[serde(default)]
    saved: String,
    /// What follows: `stop` opens the queue, everything else claims the next case.
    #[serde(default)]
    next: String,
    /// Empty from the page of the case; `yes` from the page that confirms the decision, or `no` if
    /// the reviewer wants to change it.
    #[serde(default)]
    confirmed: String,
}

impl Decide {
    /// Returns the fields for the page that confirms the decision, without `confirmed`.
    fn fields(&self) -> Vec<Field> {
        let (claim, version) = (self.claim.to_string(), self.version.to_string());
        let fields = [
            ("claim", &claim),
            ("version", &version),
            ("outcome", &self.outcome),
            ("reason", &self.reason),
            ("items", &self.items),
            ("countries", &self.countries),
            ("items_until", &self.items_until),
            ("account", &self.account),
            ("feature", &self.feature),
            ("feature_until", &self.feature_until),
            ("feature_back", &self.feature_back),
            ("suspend_until", &self.suspend_until),
            ("queue", &self.queue),
            ("next", &self.next),
        ];
        let except = self.except.iter().map(|text| ("except", text));
        let all = fields.into_iter().chain(except).filter(|(_, value)| !value.is_empty());
        all.map(|(name, value)| Field { name, value: value.clone() }).collect()
    }

    /// Puts a saved reason that was chosen in the place of an empty one.
    fn with_saved_reason(mut self) -> Self {
        use_saved_if_empty(&mut self.reason, &self.saved);
        self
    }

    /// Returns the field that is the cause of a refusal, if there is one.
    fn field_of(&self, refusal: Refusal, today: Date) -> Option<&'static str> {
        let is_past = |day: &str| day.parse().is_ok_and(|day: Date| day < today);
        let past = if self.items == "limit" && is_past(&self.items_until) {
            "items_until"
        } else if self.account == "suspend" {
            "suspend_until"
        } else {
            "feature_until"
        };
        let fields = [
            (Refusal::NoMeasure, "items"),
            (Refusal::NoAccount, "items"),
            (Refusal::MeasureWithoutViolation, "outcome"),
            (Refusal::ViewNeeded, "views"),
            (Refusal::UntilPast, past),
        ];
        fields.into_iter().find(|(of, _)| *of == refusal).map(|(_, field)| field)
    }

    fn read(&self, case: CaseId) -> Result<NewDecision, Fault> {
        Ok(NewDecision {
            case,
            claim: self.claim,
            version: self.version,
            outcome: Outcome::parse(&self.outcome).ok_or_else(|| wrong("outcome"))?,
            reason: free_text("reason", &self.reason)?,
            measures: self.measures()?,
        })
    }

    fn measures(&self) -> Result<Measures, Fault> {
        let fields = MeasureFields {
            items: &self.items,
            countries: &self.countries,
            items_until: &self.items_until,
            account: &self.account,
            feature: &self.feature,
            feature_until: &self.feature_until,
            feature_back: &self.feature_back,
            suspend_until: &self.suspend_until,
        };
        Ok(Measures { except: self.exceptions()?, ..fields.measures()? })
    }

    fn exceptions(&self) -> Result<BTreeMap<ItemName, ItemMeasure>, Fault> {
        let mut except = BTreeMap::new();
        for text in self.except.iter().filter(|text| !text.is_empty()) {
            let (word, name) = text.split_once(':').ok_or_else(|| wrong("except"))?;
            let name: ItemName = name.parse().map_err(|_| wrong("except"))?;
            except.insert(name, measure("except", word)?);
        }
        Ok(except)
    }

    fn input(self) -> CaseInput {
        CaseInput {
            outcome: self.outcome,
            reason: self.reason,
            items: self.items,
            countries: self.countries,
            items_until: self.items_until,
            account: self.account,
            feature: self.feature,
            feature_until: self.feature_until,
            feature_back: self.feature_back,
            suspend_until: self.suspend_until,
            text: String::new(),
            queue: self.queue,
            except: self.except,
        }
    }
}

/// The fields of a form about measures, for one case or for many, before they are parsed.
#[derive(Clone, Copy, Debug)]
pub struct MeasureFields<'a> {
    /// Measure for the items: `leave`, `restore`, `limit` or `remove`; empty is `leave`.
    pub items: &'a str,
    /// For `limit`: the countries in which the items are hidden, as two-letter codes.
    pub countries: &'a str,
    /// For `limit`: the last day of it, `YYYY-MM-DD`.
    pub items_until: &'a str,
    /// Measure for the account: `leave`, `restore`, `restore_feature`, `limit_feature` or
    /// `suspend`; empty is `leave`.
    pub account: &'a str,
    /// For `limit_feature`: the feature that is disabled.
    pub feature: &'a str,
    /// For `limit_feature`: the last day of it, `YYYY-MM-DD`.
    pub feature_until: &'a str,
    /// For `restore_feature`: the feature that is restored.
    pub feature_back: &'a str,
    /// For `suspend`: the last day of it, `YYYY-MM-DD`; empty: without an end.
    pub suspend_until: &'a str,
}

impl MeasureFields<'_> {
    /// Parses the measures, which are the same for every item.
    pub fn measures(&self) -> Result<Measures, Fault> {
        let items = match self.items {
            "limit" => ItemMeasure::Limit {
                countries: countries(self.countries)?,
                until: day("items_until", self.items_until)?,
            },
            word => measure("items", word)?,
        };
        let account = match self.account {
            "" | "leave" => AccountMeasure::Leave,
            "restore" => AccountMeasure::Restore,
            "restore_feature" => AccountMeasure::RestoreFeature {
                feature: Feature::parse(self.feature_back).ok_or_else(|| wrong("feature_back"))?,
            },
            "limit_feature" => AccountMeasure::LimitFeature {
                feature: Feature::parse(self.feature).ok_or_else(|| wrong("feature"))?,
                until: day("feature_until", self.feature_until)?,
            },
            "suspend" if self.suspend_until.is_empty() => AccountMeasure::Suspend { until: None },
            "suspend" => {
                let until = day("suspend_until", self.suspend_until)?;
                AccountMeasure::Suspend { until: Some(until) }
            }
            _ => return Err(wrong("account")),
        };
        Ok(Measures { items, account, ..Measures::default() })
    }
}

fn measure(field: &'static str, word: &str) -> Result<ItemMeasure, Fault> {
    match word {
        "" | "leave" => Ok(ItemMeasure::Leave),
        "restore" => Ok(ItemMeasure::Restore),
        "remove" => Ok(ItemMeasure::Remove),
        _ => Err(wrong(field)),
    }
}

fn countries(text: &str) -> Result<BTreeSet<Country>, Fault> {
    let codes = text.split(|c: char| c == ',' || c == '、' || c.is_whitespace());
    let codes = codes.filter(|code| !code.is_empty()).map(str::to_ascii_uppercase);
    let read: BTreeSet<Country> =
        codes.map(|code| code.parse().map_err(|_| wrong("countries"))).collect::<Result<_, _>>()?;
    if read.is_empty() { Err(wrong("countries")) } else { Ok(read) }
}

fn day(field: &'static str, text: &str) -> Result<Date, Fault> {
    text.parse().map_err(|_| wrong(field))
}

/// Decides the case, and redirects to the next one. A decision that acts on the account or says `not a
/// match` is made only after the page that says what it does was confirmed. If nothing was decided,
/// returns the same case with all the text that the reviewer entered.
pub async fn decide(
    State(console): State<Console>,
    reviewer: Reviewer,
    Path(case): Path<String>,
    Form(form): Form<Decide>,
) -> Result<Response, Fault> {
    let case = read(&case)?;
    let queue = parse_queue("queue", &form.queue)?;
    let form = form.with_saved_reason();
    let new = match form.read(case) {
        Ok(new) => new,
        Err(fault) => return answer_with_fault(&console, &reviewer, case, form, fault).await,
    };
    if form.confirmed == "no" {
        let last_form = LastForm { input: form.input(), ..LastForm::default() };
        return answer(&console, &reviewer.session, case, &CaseParams::default(), last_form).await;
    }
    // A measure on an account, and a dispute of the matched entries, are confirmed first.
    let is_asked =
        new.measures.account != AccountMeasure::Leave || new.outcome == Outcome::NotAMatch;
    let done = if is_asked && form.confirmed != "yes" {
        match console.desk.preview(&reviewer.proof, &new).await {
            Ok(preview) => return confirm(&console, &reviewer, &new, &preview, form.fields()),
            Err(error) => Err(error),
        }
    } else {
        console.desk.decide(&reviewer.proof, new.clone()).await
    };
    match done {
        Ok(decision) => {
            let then = (queue, form.next.as_str());
            Ok(decided(&console, &reviewer, then, &decision).await?.into_response())
        }
        Err(Error::Refused(Refusal::CaseClosed | Refusal::AlreadyDecided)) => {
            let then = (queue, form.next.as_str());
            Ok(closed(&console, &reviewer, then, &new).await?.into_response())
        }
        Err(Error::Refused(refusal)) => {
            let today = console.desk.clock().now().to_zoned(TimeZone::UTC).date();
            let fault = match form.field_of(refusal, today) {
                Some(field) => Fault::from(refusal).about(field),
                None => refusal.into(),
            };
            answer_with_fault(&console, &reviewer, case, form, fault).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Redirects to the next case of the queue, or to the queue if the reviewer stops here.
async fn decided(
    console: &Console,
    reviewer: &Reviewer,
    (queue, next): (Queue, &str),
    decision: &Decision,
) -> Result<Redirect, Fault> {
    let then = match decision.state {
        DecisionState::Proposed => "proposed",
        DecisionState::Standing | DecisionState::Refused | DecisionState::Undone => "decided",
    };
    let after = format!("after={}&then={then}", decision.id);
    if next == STOP {
        return Ok(Redirect::to(&format!("/console/queue?{after}")));
    }
    redirect_to_next(&console.desk, &reviewer.proof, queue, Some(&after)).await
}

/// Handles a case that is decided already. If the reviewer sent the same form twice, redirects to
/// the next case, as after the first time. Otherwise returns a fault with a link: to the reviewer's
/// own decision of the case, to the case for leads, or to the queue.
async fn closed(
    console: &Console,
    reviewer: &Reviewer,
    then: (Queue, &str),
    new: &NewDecision,
) -> Result<Redirect, Fault> {
    match console.desk.previous_decision(&reviewer.proof, new).await? {
        Some(before) if before.is_same => decided(console, reviewer, then, &before.decision).await,
        Some(before) => {
            let address = format!("/console/decisions/{}", before.decision.id);
            Err(Fault::from(Refusal::AlreadyDecided).with_link(address))
        }
        None if reviewer.session.member.records().is_some() => {
            Err(Fault::from(Refusal::CaseClosed).with_link(format!("/console/cases/{}", new.case)))
        }
        None => Err(Fault::from(Refusal::CaseClosed).with_link("/console/queue")),
    }
}

async fn answer_with_fault(
    console: &Console,
    reviewer: &Reviewer,
    case: CaseId,
    form: Decide,
    fault: Fault,
) -> Result<Response, Fault> {
    let last_form = LastForm { input: form.input(), fault: Some(fault), form: "decide" };
    answer(console, &reviewer.session, case, &CaseParams::default(), last_form).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Decide {
        Decide {
            claim: 1,
            version: 2,
            outcome: "violates".to_owned(),
            reason: "It is the poster.".to_owned(),
            items: String::new(),
            countries: String::new(),
            items_until: String::new(),
            except: Vec::new(),
            account: String::new(),
            feature: String::new(),
            feature_until: String::new(),
            feature_back: String::new(),
            suspend_until: String::new(),
            queue: String::new(),
            saved: String::new(),
            next: String::new(),
            confirmed: String::new(),
        }
    }

    #[test]
    fn a_form_is_parsed_into_its_measures() {
        let form = Decide {
            items: "limit".to_owned(),
            countries: "jp, FR、it".to_owned(),
            items_until: "2026-12-24".to_owned(),
            except: vec![String::new(), "remove:a:b".to_owned()],
            account: "suspend".to_owned(),
            ..form()
        };

        let measures = form.measures().unwrap();

        let ItemMeasure::Limit { countries, until } = measures.items else { panic!("limited") };
        let codes: Vec<String> = countries.iter().map(ToString::to_string).collect();
        assert_eq!(codes, ["FR", "IT", "JP"]);
        assert_eq!(until.to_string(), "2026-12-24");
        assert_eq!(measures.except[&"a:b".parse::<ItemName>().unwrap()], ItemMeasure::Remove);
        assert_eq!(measures.account, AccountMeasure::Suspend { until: None });
        let back = Decide { feature_back: "message".to_owned(), ..form };
        let given = |word: &str| {
            let form =
                Decide { account: word.to_owned(), items: "restore".to_owned(), ..back.clone() };
            form.measures().unwrap()
        };
        assert_eq!(given("restore").account, AccountMeasure::Restore);
        assert_eq!(given("restore").items, ItemMeasure::Restore);
        let feature = Feature::Message;
        assert_eq!(given("restore_feature").account, AccountMeasure::RestoreFeature { feature });
    }

    #[test]
    fn a_saved_reason_counts_only_where_no_reason_was_written() {
        let saved = "In the bank.".to_owned();
        let empty = Decide { reason: " \n".to_owned(), saved: saved.clone(), ..form() };
        let own = Decide { saved: saved.clone(), ..form() };

        assert_eq!(empty.with_saved_reason().reason, saved);
        assert_eq!(own.with_saved_reason().reason, "It is the poster.");
    }

    #[test]
    fn a_past_day_is_the_fault_of_the_field_that_has_it() {
        let today = "2026-12-01".parse().unwrap();
        let suspend = Decide {
            account: "suspend".to_owned(),
            suspend_until: "2026-11-01".to_owned(),
            ..form()
        };
        let limit = |day: &str| Decide {
            items: "limit".to_owned(),
            items_until: day.to_owned(),
            ..suspend.clone()
        };
        let feature = Decide { account: "limit_feature".to_owned(), ..form() };

        for (form, field) in [
            (suspend.clone(), "suspend_until"),
            (limit("2026-11-30"), "items_until"),
            (limit("2026-12-01"), "suspend_until"),
            (feature, "feature_until"),
        ] {
            assert_eq!(form.field_of(Refusal::UntilPast, today), Some(field), "{form:?}");
        }
        assert_eq!(form().field_of(Refusal::NoMeasure, today), Some("items"));
        assert_eq!(form().field_of(Refusal::ClaimLapsed, today), None);
    }

    #[test]
    fn a_refusal_names_the_field_that_is_missing_or_wrong() {
        let limit = || Decide { items: "limit".to_owned(), countries: "JP".to_owned(), ..form() };
        let table = [
            (Decide { countries: String::new(), ..limit() }, "countries"),
            (Decide { countries: "Japan".to_owned(), ..limit() }, "countries"),
            (limit(), "items_until"),
            (Decide { items: "burn".to_owned(), ..form() }, "items"),
            (Decide { except: vec!["burn:a".to_owned()], ..form() }, "except"),
            (Decide { account: "limit_feature".to_owned(), ..form() }, "feature"),
            (Decide { account: "restore_feature".to_owned(), ..form() }, "feature_back"),
            (Decide { outcome: "maybe".to_owned(), ..form() }, "outcome"),
            (Decide { reason: " ".to_owned(), ..form() }, "reason"),
        ];

        for (form, field) in table {
            let case = "case_00000000000000000000000000000001".parse().unwrap();
            let refused = format!("{:?}", form.read(case).unwrap_err());
            assert!(refused.contains(&format!("Some(\"{field}\")")), "{field}: {refused}");
        }
    }
}
