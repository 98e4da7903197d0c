use uuid::Uuid;

use super::*;

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(hour * 3_600).unwrap()
}

fn key(number: u128) -> AuditActor {
    AuditActor::Key { id: Uuid::from_u128(number).into(), name: "a key".parse().unwrap() }
}

/// A request of hour 0 that may take effect alone after 72 hours.
fn request() -> ApprovalRequest {
    let ApprovalTimes { agree_until, alone_from, expires_at } =
        ApprovalTimes::of(at(0), SignedDuration::from_hours(72));
    ApprovalRequest {
        id: Uuid::from_u128(1).into(),
        verb: ApprovalVerb::DeleteService,
        reasons: vec![Reason::DeleteService],
        requested_by: key(7),
        target: AuditTarget::of("svc_1"),
        bank: None,
        change: Some("{}".to_owned()),
        state: ApprovalState::Waiting,
        requested_at: at(0),
        agree_until,
        alone_from,
        expires_at,
        resolved_at: None,
    }
}

fn states() -> Vec<ApprovalState> {
    vec![
        ApprovalState::Waiting,
        ApprovalState::Done(key(8)),
        ApprovalState::MadeAlone(key(7)),
        ApprovalState::Refused(AuditActor::LocalCli, "no".parse().unwrap()),
        ApprovalState::Cancelled(key(7)),
        ApprovalState::Lapsed(Lapse::BankChanged),
    ]
}

#[test]
fn a_second_actor_has_a_day_and_the_requester_a_week_after_the_delay() {
    let request = request();

    assert_eq!(request.can_be_approved(at(23)), Ok(()));
    assert_eq!(request.can_be_approved(at(24)), Err(Refusal::RequestExpired));
    assert_eq!(request.can_be_made_alone(&key(7), at(71)), Err(Refusal::RequestTooSoon));
    assert_eq!(request.can_be_made_alone(&key(7), at(72)), Ok(()));
    assert_eq!(request.can_be_made_alone(&key(8), at(72)), Err(Refusal::RequestNotOwn));
    assert_eq!(request.can_be_made_alone(&key(7), at(72 + 7 * 24 - 1)), Ok(()));
    assert_eq!(request.can_be_made_alone(&key(7), at(72 + 7 * 24)), Err(Refusal::RequestExpired));
}

#[test]
fn the_requester_cancels_a_request_and_does_not_refuse_it() {
    let request = request();

    assert_eq!(request.can_be_refused(&key(7)), Err(Refusal::RequestOwn));
    assert_eq!(request.can_be_refused(&key(8)), Ok(()));
    assert_eq!(request.can_be_cancelled(), Ok(()));
}

#[test]
fn a_resolved_request_stays_as_it_is_and_keeps_no_change() {
    for state in states().into_iter().skip(1) {
        let request = request().resolved(state, at(1));

        assert_eq!(request.change, None);
        assert_eq!(request.can_be_approved(at(1)), Err(Refusal::RequestResolved));
        assert_eq!(request.can_be_made_alone(&key(7), at(72)), Err(Refusal::RequestResolved));
        assert_eq!(request.can_be_refused(&key(8)), Err(Refusal::RequestResolved));
        assert_eq!(request.can_be_cancelled(), Err(Refusal::RequestResolved));
    }
}

#[test]
fn a_state_and_a_verb_read_back_as_themselves() {
    for state in states() {
        let (by, refusal) = (state.by().cloned(), state.refusal().cloned());
        let read = ApprovalState::parse(state.as_str(), by, refusal, state.lapse());
        assert_eq!(read, Some(state));
    }
    assert_eq!(ApprovalState::parse("done", None, None, None), None);
    assert_eq!(ApprovalState::parse("waiting", Some(key(7)), None, None), None);
    for &verb in ApprovalVerb::ALL {
        assert_eq!(ApprovalVerb::parse(verb.as_str()), Some(verb));
    }
    for &lapse in Lapse::ALL {
        assert_eq!(Lapse::parse(lapse.as_str()), Some(lapse));
    }
}
