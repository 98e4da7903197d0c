//! What must be true whatever happened, as queries that find the rows which break it.

/// A promise, and a count of the rows that break it.
pub type Invariant = (&'static str, &'static str);

/// What holds at every moment.
pub const ALWAYS: &[Invariant] = &[
    (
        "each delivery that waits has a job",
        "SELECT count(*) FROM delivery WHERE state = 'waiting' AND NOT EXISTS (
             SELECT 1 FROM job WHERE kind = 'deliver' AND dead_reason IS NULL
                AND job.key = 'msg_' || lower(hex(delivery.id)))",
    ),
    (
        "each match is told to every endpoint that was there",
        "SELECT count(*) FROM item_match m JOIN endpoint e ON e.service_id = m.service_id
          WHERE e.created_at <= m.created_at AND e.removed_at IS NULL
            AND m.changed_at > {deliveries} AND NOT EXISTS (
                SELECT 1 FROM delivery d WHERE d.endpoint_id = e.id
                   AND d.payload LIKE '%match_' || lower(hex(m.id)) || '%')",
    ),
    (
        "each match has a hit",
        "SELECT count(*) FROM item_match WHERE NOT EXISTS (
             SELECT 1 FROM hit WHERE hit.match_id = item_match.id)",
    ),
    (
        "an entry's number is never given twice",
        "SELECT count(*) FROM entry WHERE id > (SELECT last FROM counter WHERE name = 'entry')",
    ),
];

/// What holds of cases at every moment.
pub const OF_CASES: &[Invariant] = &[
    (
        "each match that was held or blocked is put before a person",
        "SELECT count(*) FROM item_match m WHERE verdict IN ('hold', 'block')
            AND changed_at > {matches} AND changed_at > {cases} AND NOT EXISTS (
                SELECT 1 FROM case_item i WHERE i.match_id = m.id)",
    ),
    (
        "an item is in one open case",
        "SELECT count(*) FROM (
             SELECT i.match_id FROM case_item i JOIN review_case c ON c.id = i.case_id
              WHERE c.state IN ('open', 'proposed')
              GROUP BY i.match_id HAVING count(*) > 1) AS broken",
    ),
    (
        "a case knows how many items it has",
        "SELECT count(*) FROM review_case c WHERE items <> (
             SELECT count(*) FROM case_item i WHERE i.case_id = c.id)",
    ),
    (
        "each case says how it began",
        "SELECT count(*) FROM review_case c WHERE NOT EXISTS (
             SELECT 1 FROM case_event e WHERE e.case_id = c.id AND e.kind = 'opened')",
    ),
    (
        "nothing is decided twice",
        "SELECT count(*) FROM (
             SELECT case_id FROM decision WHERE state IN ('proposed', 'standing')
              GROUP BY case_id HAVING count(*) > 1) AS broken",
    ),
    (
        "a case is as its decision is",
        "SELECT count(*) FROM review_case c WHERE (CASE c.state
             WHEN 'open' THEN 'none' WHEN 'proposed' THEN 'proposed' WHEN 'decided' THEN 'standing' END)
             <> coalesce((SELECT d.state FROM decision d
                           WHERE d.case_id = c.id AND d.state IN ('proposed', 'standing')), 'none')",
    ),
];

/// What holds of decisions, of second persons and of what the service is told.
pub const OF_DECISIONS: &[Invariant] = &[
    (
        "nobody is their own second person",
        "SELECT count(*) FROM decision WHERE approver_id = made_by AND approval <> 'alone'",
    ),
    (
        "who is alone waits",
        "SELECT count(*) FROM decision WHERE approval = 'alone' AND state = 'standing'
            AND resolved_at < not_before",
    ),
    (
        "no account is suspended by one person",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE a.kind = 'suspend_account' AND a.sequence IS NOT NULL AND d.approver_id IS NULL",
    ),
    (
        "what a standing decision wants is asked for",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE d.state = 'standing' AND a.state IN ('proposed', 'dropped')",
    ),
    (
        "what nobody decided is asked of nobody",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE d.state IN ('proposed', 'refused') AND a.sequence IS NOT NULL",
    ),
    (
        "no action is lost",
        "SELECT count(*) FROM service_action WHERE state = 'waiting' AND NOT EXISTS (
             SELECT 1 FROM job WHERE kind = 'remind' AND dead_reason IS NULL
                AND job.key = 'act_' || lower(hex(service_action.id)))",
    ),
    (
        "what takes an action back is later",
        "SELECT count(*) FROM service_action later JOIN service_action first
             ON first.id = later.undoes WHERE later.sequence <= first.sequence",
    ),
    (
        "nobody has two cases in hand",
        "SELECT count(*) FROM (SELECT claimed_by FROM review_case WHERE claimed_by IS NOT NULL
              GROUP BY claimed_by HAVING count(*) > 1) AS broken",
    ),
];

/// What holds of what services are told.
pub const OF_MESSAGES: &[Invariant] = &[
    (
        "each action is told to every endpoint that was there",
        "SELECT count(*) FROM service_action a JOIN endpoint e ON e.service_id = a.service_id
          WHERE e.created_at <= a.requested_at AND e.removed_at IS NULL
            AND a.requested_at > {deliveries} AND NOT EXISTS (
                SELECT 1 FROM delivery d WHERE d.endpoint_id = e.id AND d.action_id = a.id)",
    ),
    (
        "an action's number is never given twice",
        "SELECT count(*) FROM service_action
          WHERE sequence > (SELECT last FROM counter WHERE name = 'action')",
    ),
    ("who decided is told to nobody", "SELECT count(*) FROM delivery WHERE payload LIKE '%staff%'"),
];

/// What holds of accounts that more than one decision is about.
pub const OF_ACCOUNTS: &[Invariant] = &[(
    "what a decision that stands closed is not opened by taking another one back",
    "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
      WHERE d.state = 'standing' AND a.kind = 'suspend_account' AND a.undoes IS NULL
        AND a.terms NOT LIKE '%\"until\":\"%' AND EXISTS (
            SELECT 1 FROM service_action r
             WHERE r.service_id = a.service_id AND r.account = a.account
               AND r.kind = 'restore_account' AND r.undoes IS NOT NULL AND r.sequence > a.sequence
               AND NOT EXISTS (SELECT 1 FROM service_action s
                                WHERE s.service_id = a.service_id AND s.account = a.account
                                  AND s.kind = 'suspend_account' AND s.sequence > r.sequence))
        AND NOT EXISTS (SELECT 1 FROM service_action g
                         WHERE g.service_id = a.service_id AND g.account = a.account
                           AND g.kind = 'restore_account' AND g.undoes IS NULL
                           AND g.sequence > a.sequence)",
)];

/// What holds of bulk decisions.
pub const OF_BULKS: &[Invariant] = &[
    (
        "a bulk decision is one: all of it waits, stands, is refused or was taken back",
        "SELECT count(*) FROM decision d JOIN bulk_decision b ON b.id = d.bulk_id
          WHERE CASE b.state WHEN 'standing' THEN d.state NOT IN ('standing', 'undone')
                             ELSE d.state <> b.state END",
    ),
    (
        "a bulk decision that was confirmed decides each of its cases",
        "SELECT count(*) FROM bulk_decision b JOIN bulk_case c ON c.bulk_id = b.id
          WHERE b.state NOT IN ('prepared', 'lapsed') AND NOT EXISTS (
             SELECT 1 FROM decision d WHERE d.bulk_id = b.id AND d.case_id = c.case_id)",
    ),
    (
        "a case waits in a bulk decision only while that is shown",
        "SELECT count(*) FROM review_case c WHERE bulk_id IS NOT NULL AND (state <> 'open'
             OR NOT EXISTS (SELECT 1 FROM bulk_decision b
                             WHERE b.id = c.bulk_id AND b.state = 'prepared'))",
    ),
    (
        "what touches more than one account is decided by two, or a day later",
        "SELECT count(*) FROM bulk_decision WHERE accounts > 1 AND state IN ('standing', 'undone')
            AND (approver_id IS NULL OR approval = 'none'
                 OR (approval = 'alone' AND resolved_at < not_before))",
    ),
    (
        "nobody is the second person of their own bulk decision",
        "SELECT count(*) FROM bulk_decision WHERE approver_id = made_by AND approval <> 'alone'",
    ),
];

/// What holds of looks.
pub const OF_VIEWS: &[Invariant] = &[
    (
        "a look lasts no longer than it may, and not less than nothing",
        "SELECT count(*) FROM item_view WHERE seen_at < opened_at OR closed_at < seen_at
             OR coalesce(closed_at, seen_at) > opened_at + {view}",
    ),
    (
        "a picture leaves while its look goes on",
        "SELECT count(*) FROM item_view WHERE shown_at < opened_at OR shown_at > closed_at
             OR shown_at > opened_at + {view}",
    ),
    (
        "nobody sees anything in a break",
        "SELECT count(*) FROM item_view l JOIN reviewer_break r ON r.staff_id = l.staff_id
          WHERE l.shown_at >= r.began_at AND l.shown_at < r.ends_at",
    ),
    (
        "nobody sees more than their dose",
        "SELECT count(*) FROM item_view l WHERE shown_at IS NOT NULL AND {views} <= (
             SELECT count(*) FROM item_view e WHERE e.staff_id = l.staff_id AND e.clarity = 'clear'
                AND e.opened_at < l.opened_at AND e.opened_at > l.opened_at - {day})",
    ),
];

/// What holds of what is kept, and of disputes.
pub const OF_OWNERS: &[Invariant] = &[
    (
        "nothing is kept for longer than its policy says, or a week since it said so",
        "SELECT count(*) FROM evidence e WHERE wrapped_key IS NOT NULL AND expires_at > stored_at
             + {day} * (SELECT p.keep_days FROM policy p WHERE p.purpose = e.purpose
                         ORDER BY p.version DESC LIMIT 1)
            AND expires_at > 7 * {day} + (SELECT p.created_at FROM policy p
                         WHERE p.purpose = e.purpose ORDER BY p.version DESC LIMIT 1)",
    ),
    (
        "a dispute is open while a decision that stands says so",
        "SELECT count(*) FROM dispute p JOIN decision d ON d.id = p.decision_id
          WHERE p.state = 'open' AND (d.state <> 'standing' OR d.outcome <> 'not_a_match')",
    ),
    (
        "an entry that its owner gave up matches nothing",
        "SELECT count(*) FROM dispute p JOIN entry e ON e.id = p.entry_id
          WHERE p.state = 'upheld' AND e.withdrawn_at IS NULL",
    ),
    (
        "a dispute that somebody settled says who did",
        "SELECT count(*) FROM dispute
          WHERE (state IN ('upheld', 'rejected')) <> (resolved_by IS NOT NULL)",
    ),
];

/// What holds after a sweep, too.
pub const SWEPT: &[Invariant] = &[
    (
        "no match outlives its term, unless it is in a case or is kept",
        "SELECT count(*) FROM item_match m WHERE changed_at < {matches}
            AND NOT EXISTS (SELECT 1 FROM case_item i WHERE i.match_id = m.id)
            AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.match_id = m.id)",
    ),
    (
        "no delivery outlives its term",
        "SELECT count(*) FROM delivery WHERE created_at < {deliveries}",
    ),
    (
        "no closed case outlives its term",
        "SELECT count(*) FROM review_case WHERE closed_at < {cases}",
    ),
    (
        "nothing sealed can be read past its term",
        "SELECT count(*) FROM evidence WHERE wrapped_key IS NOT NULL AND expires_at <= {now}",
    ),
    ("no claim outlives its lease", "SELECT count(*) FROM review_case WHERE claim_until < {now}"),
    (
        "no look goes on in silence",
        "SELECT count(*) FROM item_view WHERE closed_at IS NULL AND seen_at + {silence} <= {now}",
    ),
    (
        "no bulk decision is shown for ever",
        "SELECT count(*) FROM bulk_decision WHERE state = 'prepared' AND expires_at <= {now}",
    ),
];

/// What nobody waits for in the end.
pub const LEFT_OVER: &[Invariant] = &[
    ("every message came to its end", "SELECT count(*) FROM delivery WHERE state = 'waiting'"),
    (
        "every promise was kept",
        "SELECT count(*) FROM job WHERE kind IN ('deliver', 'remind', 'remove_object')
            AND dead_reason IS NULL",
    ),
];
