//! Snapshot of the audit record.

use std::collections::BTreeMap;

use mamori_console::audit::claims_page::{self, ClaimsPage};
use mamori_console::audit::page::{AuditPage, PATH, Params, row};
use mamori_console::query::choices;
use mamori_console::terms;
use mamori_model::audit::{AuditActor, AuditEvent, AuditLink, AuditTarget, AuditVerb, LinkedEvent};
use mamori_model::case::{ClaimCounts, RepeatedClaim};
use mamori_model::{Language, Sha256, StaffId, StaffRole};

use crate::golden;
use crate::sample::{at, frame};

#[test]
fn the_audit_record() {
    for (language, name) in
        [(Language::English, "audit.en.html"), (Language::Japanese, "audit.ja.html")]
    {
        let frame = frame(language, StaffRole::Auditor).at(PATH);
        let id = |digit: char| digit.to_string().repeat(32);
        let rei: StaffId = format!("staff_{}", id('1')).parse().unwrap();
        let people = BTreeMap::from([(rei, "Rei <i>".parse().unwrap())]);
        let event =
            |digit, actor, verb, target: String, before: Option<&str>, after: Option<&str>| {
                AuditEvent {
                    id: format!("aud_{}", id(digit)).parse().unwrap(),
                    actor,
                    verb,
                    target: AuditTarget::of(target),
                    before: before.map(str::to_owned),
                    after: after.map(str::to_owned),
                    at: at("2026-11-20T03:04:05Z"),
                }
            };
        let key = AuditActor::Key {
            id: format!("key_{}", id('a')).parse().unwrap(),
            name: "list <b>keeper".parse().unwrap(),
        };
        let bank = format!("bank_{}", id('b'));
        let events = [
            event(
                '3',
                key,
                AuditVerb::BankChanged,
                bank,
                Some(r#"{"action":"none","owner":"<u>"}"#),
                Some(r#"{"action":"block","owner":"us"}"#),
            ),
            event(
                '2',
                AuditActor::Staff(rei),
                AuditVerb::CaseChanged,
                format!("case_{}", id('c')),
                None,
                Some(r#"{"event":"claimed"}"#),
            ),
            event('1', AuditActor::Mamori, AuditVerb::SessionReplayed, rei.to_string(), None, None),
        ];
        let links = [None, Some(2), Some(1)];
        let linked = events.into_iter().zip(links).map(|(event, seq)| LinkedEvent {
            event,
            link: seq.map(|seq| AuditLink { seq, digest: Sha256::ZERO }),
        });
        let page = AuditPage {
            frame: &frame,
            verbs: choices(
                AuditVerb::ALL,
                AuditVerb::as_str,
                terms::audit_verb,
                Some(AuditVerb::KeyIssued),
            ),
            input: Params { target: "\"><script>".to_owned(), ..Params::default() },
            rows: linked.map(|linked| row(&linked, &people)).collect(),
            next: Some("/console/audit?before=x".to_owned()),
        };
        golden(name, &page);
    }
}

#[test]
fn the_counts_of_claims() {
    for (language, name) in
        [(Language::English, "claims.en.html"), (Language::German, "claims.de.html")]
    {
        let frame = frame(language, StaffRole::Auditor).at(PATH);
        let id = |digit: char| digit.to_string().repeat(32);
        let rei: StaffId = format!("staff_{}", id('1')).parse().unwrap();
        let aoi: StaffId = format!("staff_{}", id('2')).parse().unwrap();
        let people =
            BTreeMap::from([(rei, "Rei <i>".parse().unwrap()), (aoi, "Aoi".parse().unwrap())]);
        let day = jiff::civil::date(2026, 11, 20);
        let case = format!("case_{}", id('c')).parse().unwrap();
        let counts = [
            ClaimCounts {
                claimed: 15,
                decided: 4,
                given_back: 8,
                lapsed: 1,
                escalated: 1,
                handed_over: 1,
                repeated: Some(RepeatedClaim { case, claims: 5 }),
                ..ClaimCounts::none(rei, day)
            },
            ClaimCounts { claimed: 40, decided: 40, ..ClaimCounts::none(aoi, day) },
        ];
        let page = ClaimsPage {
            frame: &frame,
            from: jiff::civil::date(2026, 11, 14),
            to: day,
            rows: counts.iter().map(|counts| claims_page::row(counts, &people)).collect(),
            next: Some("/console/audit/claims?after=x".to_owned()),
        };
        golden(name, &page);
    }
}
