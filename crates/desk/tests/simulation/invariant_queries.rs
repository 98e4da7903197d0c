//! Invariants, as queries that find the rows which break them.

/// An invariant, and a query that counts the rows which break it.
pub type Invariant = (&'static str, &'static str);

/// Invariants at every moment.
pub const ALWAYS: &[Invariant] = &[
    (
        "each delivery that waits has a job",
        "SELECT count(*) FROM delivery WHERE state = 'waiting' AND NOT EXISTS (
             SELECT 1 FROM job WHERE kind = 'deliver' AND dead_reason IS NULL
                AND job.key = 'msg_' || lower(hex(delivery.id)))",
    ),
    (
        "each match has a delivery to every endpoint of that time",
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

/// Invariants of cases at every moment.
pub const OF_CASES: &[Invariant] = &[
    (
        "each match that was held or blocked is in a case",
        "SELECT count(*) FROM item_match m WHERE verdict IN ('hold', 'block')
            AND changed_at > {matches} AND changed_at > {cases} AND NOT EXISTS (
                SELECT 1 FROM case_item i WHERE i.match_id = m.id)",
    ),
    (
        "an item is in one open case, beside one that an undo opened again",
        "SELECT count(*) FROM (
             SELECT i.match_id FROM case_item i JOIN review_case c ON c.id = i.case_id
              WHERE c.state IN ('open', 'proposed') AND NOT EXISTS (
                    SELECT 1 FROM case_event e WHERE e.case_id = c.id AND e.kind = 'reopened')
              GROUP BY i.match_id HAVING count(*) > 1) AS broken",
    ),
    (
        "a case counts its items",
        "SELECT count(*) FROM review_case c WHERE items <> (
             SELECT count(*) FROM case_item i WHERE i.case_id = c.id)",
    ),
    (
        "each case has its opening in its history",
        "SELECT count(*) FROM review_case c WHERE NOT EXISTS (
             SELECT 1 FROM case_event e WHERE e.case_id = c.id AND e.kind = 'opened')",
    ),
    (
        "no case has two decisions",
        "SELECT count(*) FROM (
             SELECT case_id FROM decision WHERE state IN ('proposed', 'standing')
              GROUP BY case_id HAVING count(*) > 1) AS broken",
    ),
    (
        "a case has the state of its decision",
        "SELECT count(*) FROM review_case c WHERE (CASE c.state
             WHEN 'open' THEN 'none' WHEN 'proposed' THEN 'proposed' WHEN 'decided' THEN 'standing' END)
             <> coalesce((SELECT d.state FROM decision d
                           WHERE d.case_id = c.id AND d.state IN ('proposed', 'standing')), 'none')",
    ),
];

/// Invariants of decisions, of approvals and of actions.
pub const OF_DECISIONS: &[Invariant] = &[
    (
        "no maker approves their own decision",
        "SELECT count(*) FROM decision WHERE approver_id = made_by AND approval <> 'alone'",
    ),
    (
        "a reviewer who works alone waits before approving",
        "SELECT count(*) FROM decision WHERE approval = 'alone' AND state = 'standing'
            AND resolved_at < not_before",
    ),
    (
        "no account is suspended by one person",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE a.kind = 'suspend_account' AND a.sequence IS NOT NULL AND d.approver_id IS NULL",
    ),
    (
        "no account is suspended without the views that two people owe, unless nothing was kept",
        "SELECT count(*) FROM decision d
          WHERE d.state IN ('standing', 'undone') AND EXISTS (
                SELECT 1 FROM service_action a
                 WHERE a.decision_id = d.id AND a.kind = 'suspend_account')
            AND (d.author_viewing IN ('not_needed', 'not_viewed')
                 OR d.approver_viewing IS NULL
                 OR d.approver_viewing IN ('not_needed', 'not_viewed'))",
    ),
    (
        "who is recorded to have viewed has a view of that time, of the case or of its bulk decision",
        "SELECT count(*) FROM decision d
          WHERE (d.author_viewing IN ('viewed', 'in_part') AND NOT EXISTS (
                 SELECT 1 FROM item_view v
                  WHERE v.staff_id = d.made_by AND v.clarity = 'clear'
                    AND v.shown_at IS NOT NULL AND v.opened_at <= d.made_at
                    AND (v.case_id = d.case_id OR v.case_id IN (
                         SELECT b.case_id FROM bulk_case b WHERE b.bulk_id = d.bulk_id))))
             OR (d.approver_viewing IN ('viewed', 'in_part') AND NOT EXISTS (
                 SELECT 1 FROM item_view v
                  WHERE v.staff_id = d.approver_id AND v.clarity = 'clear'
                    AND v.shown_at IS NOT NULL AND v.opened_at <= d.resolved_at
                    AND v.opened_at >= coalesce(d.not_before, d.made_at)
                    AND (v.case_id = d.case_id OR v.case_id IN (
                         SELECT b.case_id FROM bulk_case b WHERE b.bulk_id = d.bulk_id))))",
    ),
    (
        "nothing counts as not kept that could be viewed when the decision was made",
        "SELECT count(*) FROM decision d
           JOIN case_item i ON i.case_id = d.case_id AND i.added_at <= d.made_at
           JOIN evidence e ON e.match_id = i.match_id AND e.stored_at <= d.made_at
          WHERE d.author_viewing = 'not_kept' AND d.bulk_id IS NULL
            AND e.expires_at > d.made_at AND e.wrapped_key IS NOT NULL
            AND (SELECT count(*) FROM match_hashes s WHERE s.match_id = i.match_id) = 1",
    ),
    (
        "the actions of a standing decision are requested",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE d.state = 'standing' AND a.state IN ('proposed', 'dropped')",
    ),
    (
        "the actions of a decision that is not in effect are not requested",
        "SELECT count(*) FROM service_action a JOIN decision d ON d.id = a.decision_id
          WHERE d.state IN ('proposed', 'refused') AND a.sequence IS NOT NULL",
    ),
    (
        "each waiting action has a reminder job",
        "SELECT count(*) FROM service_action WHERE state = 'waiting' AND NOT EXISTS (
             SELECT 1 FROM job WHERE kind = 'remind' AND dead_reason IS NULL
                AND job.key = 'act_' || lower(hex(service_action.id)))",
    ),
    (
        "an undoing action has a greater sequence",
        "SELECT count(*) FROM service_action later JOIN service_action first
             ON first.id = later.undoes WHERE later.sequence <= first.sequence",
    ),
    (
        "no reviewer has claimed two cases",
        "SELECT count(*) FROM (SELECT claimed_by FROM review_case WHERE claimed_by IS NOT NULL
              GROUP BY claimed_by HAVING count(*) > 1) AS broken",
    ),
];

/// Invariants of what services are sent.
pub const OF_MESSAGES: &[Invariant] = &[
    (
        "each action has a delivery to every endpoint of that time",
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
    (
        "no delivery names a staff member",
        "SELECT count(*) FROM delivery WHERE payload LIKE '%staff%'",
    ),
];

/// Invariants of accounts that more than one decision is about.
pub const OF_ACCOUNTS: &[Invariant] = &[(
    "an undo does not lift the suspension of another standing decision",
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

/// Invariants of bulk decisions.
pub const OF_BULKS: &[Invariant] = &[
    (
        "all decisions of a bulk decision have its state, or are undone",
        "SELECT count(*) FROM decision d JOIN bulk_decision b ON b.id = d.bulk_id
          WHERE CASE b.state WHEN 'standing' THEN d.state NOT IN ('standing', 'undone')
                             WHEN 'undone' THEN d.state <> 'undone' AND NOT EXISTS (
                                 SELECT 1 FROM service s
                                  WHERE s.id = d.service_id AND s.deleted_at IS NOT NULL)
                             ELSE d.state <> b.state END",
    ),
    (
        "a bulk decision that was confirmed decides each of its cases",
        "SELECT count(*) FROM bulk_decision b JOIN bulk_case c ON c.bulk_id = b.id
          WHERE b.state NOT IN ('prepared', 'lapsed') AND NOT EXISTS (
             SELECT 1 FROM decision d WHERE d.bulk_id = b.id AND d.case_id = c.case_id)",
    ),
    (
        "a case is in a bulk decision only while that is prepared",
        "SELECT count(*) FROM review_case c WHERE bulk_id IS NOT NULL AND (state <> 'open'
             OR NOT EXISTS (SELECT 1 FROM bulk_decision b
                             WHERE b.id = c.bulk_id AND b.state = 'prepared'))",
    ),
    (
        "a bulk decision on several accounts is approved, or a day later",
        "SELECT count(*) FROM bulk_decision WHERE accounts > 1 AND state IN ('standing', 'undone')
            AND (approver_id IS NULL OR approval = 'none'
                 OR (approval = 'alone' AND resolved_at < not_before))",
    ),
    (
        "no maker approves their own bulk decision",
        "SELECT count(*) FROM bulk_decision WHERE approver_id = made_by AND approval <> 'alone'",
    ),
];

/// Invariants of views.
pub const OF_VIEWS: &[Invariant] = &[
    (
        "a view lasts between zero and its longest duration",
        "SELECT count(*) FROM item_view WHERE seen_at < opened_at OR closed_at < seen_at
             OR coalesce(closed_at, seen_at) > opened_at + {view}",
    ),
    (
        "a picture is sent while its view is open",
        "SELECT count(*) FROM item_view WHERE shown_at < opened_at OR shown_at > closed_at
             OR shown_at > opened_at + {view}",
    ),
    (
        "no picture is sent during a break",
        "SELECT count(*) FROM item_view l JOIN reviewer_break r ON r.staff_id = l.staff_id
          WHERE l.shown_at >= r.began_at AND l.shown_at < r.ends_at",
    ),
    (
        "no picture is sent beyond the exposure limit",
        "SELECT count(*) FROM item_view l WHERE shown_at IS NOT NULL AND {views} <= (
             SELECT count(*) FROM item_view e WHERE e.staff_id = l.staff_id AND e.clarity = 'clear'
                AND e.opened_at < l.opened_at AND e.opened_at > l.opened_at - {day})",
    ),
];

/// Invariants of evidence and of disputes.
pub const OF_OWNERS: &[Invariant] = &[
    (
        "no evidence outlives its policy's term, or a week after its change",
        "SELECT count(*) FROM evidence e WHERE wrapped_key IS NOT NULL AND expires_at > stored_at
             + {day} * (SELECT p.evidence_days FROM policy p WHERE p.purpose = e.purpose
                         ORDER BY p.version DESC LIMIT 1)
            AND expires_at > 7 * {day} + (SELECT p.created_at FROM policy p
                         WHERE p.purpose = e.purpose ORDER BY p.version DESC LIMIT 1)",
    ),
    (
        "an open dispute has a standing decision",
        "SELECT count(*) FROM dispute p JOIN decision d ON d.id = p.decision_id
          WHERE p.state = 'open' AND (d.state <> 'standing' OR d.outcome <> 'not_a_match')",
    ),
    (
        "no maker agrees to a dispute of their own decision",
        "SELECT count(*) FROM dispute p JOIN decision d ON d.id = p.decision_id
          WHERE p.agreed_by = d.made_by",
    ),
    (
        "an open dispute has the subject of its case",
        "SELECT count(*) FROM dispute p JOIN decision d ON d.id = p.decision_id
             JOIN review_case c ON c.id = d.case_id
          WHERE p.state = 'open' AND coalesce(p.subject, '') <> c.subject",
    ),
    (
        "the entry of an upheld dispute is withdrawn",
        "SELECT count(*) FROM dispute p JOIN entry e ON e.id = p.entry_id
          WHERE p.state = 'upheld' AND e.withdrawn_at IS NULL",
    ),
    (
        "a resolved dispute names the staff member who resolved it",
        "SELECT count(*) FROM dispute
          WHERE (state IN ('upheld', 'rejected')) <> (resolved_by IS NOT NULL)",
    ),
];

/// Invariants of services that leave or are deleted.
pub const OF_SERVICES: &[Invariant] = &[
    (
        "no case of a deleted service is undecided",
        "SELECT count(*) FROM review_case c JOIN service s ON s.id = c.service_id
          WHERE s.deleted_at IS NOT NULL AND c.state IN ('open', 'proposed')",
    ),
    (
        "a deleted service is asked for nothing",
        "SELECT count(*) FROM service_action a JOIN service s ON s.id = a.service_id
          WHERE s.deleted_at IS NOT NULL AND a.state IN ('proposed', 'waiting', 'overdue')",
    ),
    (
        "a deleted service has no valid key and no endpoint",
        "SELECT count(*) FROM service s WHERE deleted_at IS NOT NULL AND (
             EXISTS (SELECT 1 FROM api_key k WHERE k.service_id = s.id AND revoked_at IS NULL)
          OR EXISTS (SELECT 1 FROM endpoint e WHERE e.service_id = s.id AND removed_at IS NULL))",
    ),
    (
        "the audit record says that a service leaves, and that it is deleted",
        "SELECT count(*) FROM service s
          WHERE (leaving_at IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM audit_event a WHERE a.verb = 'service_leaving'
                       AND a.target = 'svc_' || lower(hex(s.id))))
             OR (deleted_at IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM audit_event a WHERE a.verb = 'service_deleted'
                       AND a.target = 'svc_' || lower(hex(s.id))))",
    ),
];

/// Invariants after a sweep.
pub const SWEPT: &[Invariant] = &[
    (
        "no match outlives its term, unless it is in a case or has evidence",
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
        "no account of a dispute outlives its case",
        "SELECT count(*) FROM dispute WHERE decision_id IS NULL
            AND (subject IS NOT NULL OR (state = 'open' AND agreed_at IS NULL))",
    ),
    (
        "no evidence can be read past its term",
        "SELECT count(*) FROM evidence WHERE wrapped_key IS NOT NULL AND expires_at <= {now}",
    ),
    (
        "no service stays leaving for which nothing waits",
        "SELECT count(*) FROM service s WHERE leaving_at IS NOT NULL AND deleted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM review_case c
                             WHERE c.service_id = s.id AND c.state IN ('open', 'proposed'))
            AND NOT EXISTS (SELECT 1 FROM service_action a
                             WHERE a.service_id = s.id AND a.state = 'waiting')",
    ),
    ("no claim outlives its lease", "SELECT count(*) FROM review_case WHERE claim_until < {now}"),
    (
        "no view stays open without keep-alives",
        "SELECT count(*) FROM item_view WHERE closed_at IS NULL AND seen_at + {silence} <= {now}",
    ),
    (
        "no bulk decision stays prepared past its time",
        "SELECT count(*) FROM bulk_decision WHERE state = 'prepared' AND expires_at <= {now}",
    ),
];

/// Invariants at the end, when nothing waits any more.
pub const LEFT_OVER: &[Invariant] = &[
    ("no delivery waits", "SELECT count(*) FROM delivery WHERE state = 'waiting'"),
    (
        "no job is left",
        "SELECT count(*) FROM job WHERE kind IN ('deliver', 'remind', 'remove_object')
            AND dead_reason IS NULL",
    ),
];
