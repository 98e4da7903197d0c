//! Feeds hostile bodies to the parser of the console's forms: it does not panic, its output is no
//! larger than its input, and a refusal repeats at most the name of a field.
#![no_main]

use mamori_console::approvals::forms as approvals;
use mamori_console::banks::forms as banks;
use mamori_console::cases::forms as case;
use mamori_console::cases::page::CaseInput;
use mamori_console::cases::queue_forms as queue;
use mamori_console::cases::urgency_forms as urgency;
use mamori_console::decisions::bulk_forms as bulk;
use mamori_console::decisions::decide_forms as decide;
use mamori_console::decisions::forms as decision;
use mamori_console::decisions::policies_forms as policies;
use mamori_console::decisions::reasons_forms as reasons;
use mamori_console::fault::Fault;
use mamori_console::form::{EmptyForm, FIELD_NAME_BYTES_MAX, fields, take_token};
use mamori_console::frame::Frame;
use mamori_console::show;
use mamori_console::staff::forms as staff;
use mamori_console::staff::me_forms as me;
use mamori_console::staff::oidc_forms as oidc;
use mamori_console::staff::sign_in_forms as sign_in;
use mamori_console::viewing::context_form as context;
use mamori_console::viewing::forms as view;
use mamori_model::Language;
use url::form_urlencoded;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let (token, rest) = match take_token(body) {
        Ok(taken) => taken,
        Err(fault) => return refused(&fault),
    };
    let pairs: Vec<_> = form_urlencoded::parse(rest.as_bytes()).into_owned().collect();
    let bytes: usize = pairs.iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(bytes + token.map_or(0, |token| token.len()) <= body.len(), "more than was sent");
    assert!(pairs.iter().all(|(name, _)| name != "csrf"), "a token is left");
    for (name, value) in &pairs {
        stays_text(name);
        stays_text(value);
    }

    check(fields::<Vec<(String, String)>>(&rest));
    check(fields::<CaseInput>(&rest));
    check(fields::<approvals::RefuseForm>(&rest));
    check(fields::<banks::ResolveForm>(&rest));
    check(fields::<bulk::NewBulkForm>(&rest));
    check(fields::<case::ReleaseForm>(&rest));
    check(fields::<case::ExtendClaimForm>(&rest));
    check(fields::<case::NoteForm>(&rest));
    check(fields::<decide::Decide>(&rest));
    check(fields::<decision::ReasonForm>(&rest));
    check(fields::<urgency::LowerForm>(&rest));
    check(fields::<urgency::RefuseForm>(&rest));
    check(fields::<view::BeginViewForm>(&rest));
    check(fields::<me::Codes>(&rest));
    check(fields::<me::DisplayForm>(&rest));
    check(fields::<me::Password>(&rest));
    check(fields::<oidc::ReturnForm>(&rest));
    check(fields::<policies::NewVersionForm>(&rest));
    check(fields::<reasons::SavedReasonsForm>(&rest));
    check(fields::<context::OpenContextForm>(&rest));
    check(fields::<queue::NextCaseForm>(&rest));
    check(fields::<EmptyForm>(&rest));
    check(fields::<sign_in::Prove>(&rest));
    check(fields::<sign_in::EnrollForm>(&rest));
    check(fields::<sign_in::SignIn>(&rest));
    check(fields::<staff::ChangeStaffForm>(&rest));
    check(fields::<staff::NewStaffForm>(&rest));
});

fn check<T>(read: Result<T, Fault>) {
    if let Err(fault) = read {
        refused(&fault);
    }
}

/// Checks that the fault is `form.shape` and repeats at most the name of a field.
fn refused(fault: &Fault) {
    assert!(fault.code() == "form.shape", "{fault:?}");
    let text = fault.text(Frame::signed_out(Language::English).messages);
    let Some(about) = text.about else { return };
    assert!(about.len() <= FIELD_NAME_BYTES_MAX, "{about}");
    assert!(about.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)), "{about}");
}

/// Checks that a page shows `text` escaped and without hidden characters.
fn stays_text(text: &str) {
    let shown = show::text(text).to_string();
    let ours = ["<bdi>", "</bdi>", "<br>", "<span class=\"mark\">", "</span>"];
    let rest = ours.iter().fold(shown, |shown, tag| shown.replace(tag, ""));
    assert!(!rest.contains(['<', '>', '"', '\'']), "{rest}");
    assert!(!show::visible(text).contains(['\u{200b}', '\u{202e}', '\u{2066}']), "{text:?}");
}
