//! Invariants of the audit record: every change in the tables is explained by an event that names
//! its actor.

use crate::invariant_queries::Invariant;

/// Changes of banks, entries, services, keys and endpoints.
pub const OF_KEYS: &[Invariant] = &[
    (
        "each bank has the settings of its last event",
        "SELECT count(*) FROM bank b WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.id = (
                 SELECT id FROM audit_event WHERE target = 'bank_' || lower(hex(b.id))
                    AND verb IN ('bank_created', 'bank_changed') ORDER BY id DESC LIMIT 1)
                AND e.actor_kind IN ('key', 'command_line', 'staff')
                AND e.state_after LIKE '%\"name\":\"' || b.name || '\"%'
                AND e.state_after LIKE '%\"action\":\"' || b.action || '\"%'
                AND e.state_after LIKE '%\"distance_max\":' || b.distance_max || '%'
                AND e.state_after LIKE '%\"is_enabled\":'
                    || CASE WHEN b.is_enabled THEN 'true' ELSE 'false' END || '%')",
    ),
    (
        "each deleted bank has the event of its deletion",
        "SELECT count(*) FROM bank b WHERE b.deleted_at IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'bank_' || lower(hex(b.id))
                AND e.verb = 'bank_deleted')",
    ),
    (
        "each entry has the event that added it",
        "SELECT count(*) FROM entry t WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'bank_' || lower(hex(t.bank_id))
                AND e.verb IN ('entries_added', 'entries_restored')
                AND e.state_after LIKE '%\"ent_' || t.id || '\"%')
            AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'bank_' || lower(hex(t.bank_id))
                AND e.verb = 'import_begun' AND e.happened_at <= t.added_at)",
    ),
    (
        "each withdrawn entry has the event that withdrew it",
        "SELECT count(*) FROM entry t WHERE t.withdrawn_at IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.verb IN ('entries_withdrawn', 'dispute_resolved')
                AND e.state_after LIKE '%\"ent_' || t.id || '\"%')",
    ),
    (
        "each end of an entry has the event that set it",
        "SELECT count(*) FROM entry t WHERE t.expires_at IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'bank_' || lower(hex(t.bank_id))
                AND e.verb = 'entry_changed' AND e.state_after LIKE '%\"ent_' || t.id || '\"%')",
    ),
    (
        "each service has the name of its last event",
        "SELECT count(*) FROM service s WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.id = (
                 SELECT id FROM audit_event WHERE target = 'svc_' || lower(hex(s.id))
                    AND verb IN ('service_created', 'service_changed') ORDER BY id DESC LIMIT 1)
                AND e.state_after LIKE '%\"name\":\"' || s.name || '\"%')",
    ),
    (
        "each acknowledged notice has the event of the actor who removed it",
        "SELECT count(*) FROM change_notice n WHERE n.acknowledged_at IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.verb = 'notice_acknowledged'
                AND e.happened_at = n.acknowledged_at
                AND coalesce(e.actor_id, '') = coalesce(n.acknowledger_id, ''))",
    ),
    (
        "each service has the event that registered it, and that which deleted it",
        "SELECT count(*) FROM service s WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'svc_' || lower(hex(s.id))
                AND e.verb = 'service_created')
             OR (s.deleted_at IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM audit_event e WHERE e.target = 'svc_' || lower(hex(s.id))
                    AND e.verb = 'service_deleted'))",
    ),
    (
        "each key has the event that issued it, and that which revoked it",
        "SELECT count(*) FROM api_key k WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'key_' || lower(hex(k.id))
                AND e.verb = 'key_issued')
             OR (k.revoked_at IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM audit_event e
                  WHERE (e.target = 'key_' || lower(hex(k.id)) AND e.verb = 'key_revoked')
                     OR (e.target = 'svc_' || lower(hex(k.service_id))
                         AND e.verb = 'service_deleted')))",
    ),
    (
        "each endpoint has the event that added it, and that which removed it",
        "SELECT count(*) FROM endpoint p WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'hook_' || lower(hex(p.id))
                AND e.verb = 'endpoint_added')
             OR (p.removed_at IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM audit_event e
                  WHERE (e.target = 'hook_' || lower(hex(p.id)) AND e.verb = 'endpoint_removed')
                     OR (e.target = 'svc_' || lower(hex(p.service_id))
                         AND e.verb = 'service_deleted')))",
    ),
];

/// Changes that need a second actor, after the first day: each was made at the moment at which its
/// request was resolved. Banks for rehearsals are exempt.
pub const OF_SECOND_ACTORS: &[Invariant] = &[
    (
        "no request was approved by the actor who made it",
        "SELECT count(*) FROM approval_request r WHERE r.state = 'done'
            AND r.resolver_kind = r.requester_kind
            AND coalesce(r.resolver_id, '') = coalesce(r.requester_id, '')",
    ),
    (
        "no request took effect alone before the delay, or by another actor",
        "SELECT count(*) FROM approval_request r WHERE r.state = 'made_alone'
            AND (r.resolved_at < r.alone_from OR r.resolver_kind <> r.requester_kind
                 OR coalesce(r.resolver_id, '') <> coalesce(r.requester_id, ''))",
    ),
    (
        "no bank that acts or clears was created by one actor",
        "SELECT count(*) FROM audit_event e WHERE e.verb = 'bank_created'
            AND e.state_after NOT LIKE '%\"purpose\":\"rehearsal\"%'
            AND (e.state_after LIKE '%\"action\":\"hold\"%'
                 OR e.state_after LIKE '%\"action\":\"block\"%'
                 OR e.state_after LIKE '%\"purpose\":\"known_benign\"%'
                 OR e.state_after LIKE '%private_message%')
            AND NOT EXISTS (SELECT 1 FROM approval_request r WHERE r.verb = 'create_bank'
                AND r.target = e.target AND r.state IN ('done', 'made_alone')
                AND r.resolved_at = e.happened_at)",
    ),
    (
        "no bank was opened to private messages by one actor",
        "SELECT count(*) FROM audit_event e WHERE e.verb = 'bank_changed'
            AND e.state_after LIKE '%private_message%'
            AND e.state_before NOT LIKE '%private_message%'
            AND NOT EXISTS (SELECT 1 FROM approval_request r WHERE r.verb = 'change_bank'
                AND r.target = e.target AND r.state IN ('done', 'made_alone')
                AND r.resolved_at = e.happened_at)",
    ),
    (
        "no action was raised, and no bank that acts or clears switched on, by one actor",
        "SELECT count(*) FROM audit_event e
           JOIN bank b ON e.target = 'bank_' || lower(hex(b.id)) AND b.purpose <> 'rehearsal'
          WHERE e.verb = 'bank_changed'
            AND ((e.state_before LIKE '%\"action\":\"none\"%'
                  AND e.state_after NOT LIKE '%\"action\":\"none\"%')
                 OR (e.state_before LIKE '%\"action\":\"hold\"%'
                     AND e.state_after LIKE '%\"action\":\"block\"%')
                 OR (e.state_before LIKE '%\"is_enabled\":false%'
                     AND e.state_after LIKE '%\"is_enabled\":true%'
                     AND (b.purpose = 'known_benign'
                          OR e.state_after NOT LIKE '%\"action\":\"none\"%')))
            AND NOT EXISTS (SELECT 1 FROM approval_request r WHERE r.verb = 'change_bank'
                AND r.target = e.target AND r.state IN ('done', 'made_alone')
                AND r.resolved_at = e.happened_at)",
    ),
    (
        "no surface was added, and no lower quality set, by one actor",
        "SELECT count(*) FROM audit_event e
           JOIN bank b ON e.target = 'bank_' || lower(hex(b.id)) AND b.purpose <> 'rehearsal'
          WHERE e.verb = 'bank_changed'
            AND ((e.state_before NOT LIKE '%\"shared\"%' AND e.state_after LIKE '%\"shared\"%')
                 OR (e.state_before NOT LIKE '%\"quality_min\":0,%'
                     AND e.state_before NOT LIKE '%\"quality_min\":0}%'
                     AND (e.state_after LIKE '%\"quality_min\":0,%'
                          OR e.state_after LIKE '%\"quality_min\":0}%')))
            AND NOT EXISTS (SELECT 1 FROM approval_request r WHERE r.verb = 'change_bank'
                AND r.target = e.target AND r.state IN ('done', 'made_alone')
                AND r.resolved_at = e.happened_at)",
    ),
    (
        "no bank but those for rehearsals was deleted by one actor",
        "SELECT count(*) FROM audit_event e
           JOIN bank b ON e.target = 'bank_' || lower(hex(b.id)) AND b.purpose <> 'rehearsal'
          WHERE e.verb = 'bank_deleted'
            AND NOT EXISTS (SELECT 1 FROM approval_request r WHERE r.verb = 'delete_bank'
                AND r.target = e.target AND r.state IN ('done', 'made_alone')
                AND r.resolved_at = e.happened_at)",
    ),
    (
        "no entry was added to a negative bank by one actor",
        "SELECT count(*) FROM audit_event e
           JOIN bank b ON e.target = 'bank_' || lower(hex(b.id)) AND b.purpose = 'known_benign'
          WHERE e.verb IN ('entries_added', 'entries_restored')
            AND NOT EXISTS (SELECT 1 FROM approval_request r
                WHERE r.verb IN ('add_entries', 'restore_entries') AND r.target = e.target
                AND r.state IN ('done', 'made_alone') AND r.resolved_at = e.happened_at)",
    ),
    (
        "no service was deleted by one actor, or has to leave because of one",
        "SELECT count(*) FROM audit_event e
          WHERE e.verb IN ('service_leaving', 'service_deleted') AND e.actor_kind <> 'mamori'
            AND NOT EXISTS (SELECT 1 FROM approval_request r WHERE r.verb = 'delete_service'
                AND r.target = e.target AND r.state IN ('done', 'made_alone')
                AND r.resolved_at = e.happened_at)",
    ),
    (
        "no administrator's key is accepted that one actor issued",
        "SELECT count(*) FROM api_key k WHERE k.service_id IS NULL AND NOT k.waits
            AND k.name NOT IN ('hostile', 'colleague') AND NOT EXISTS (
                SELECT 1 FROM approval_request r WHERE r.verb = 'issue_key'
                   AND r.target = 'key_' || lower(hex(k.id))
                   AND r.state IN ('done', 'made_alone'))",
    ),
    (
        "no key of another actor was revoked by one actor",
        "SELECT count(*) FROM audit_event e
           JOIN api_key k ON e.target = 'key_' || lower(hex(k.id)) AND k.name <> 'decoy'
          WHERE e.verb = 'key_revoked'
            AND NOT EXISTS (SELECT 1 FROM approval_request r WHERE r.verb = 'revoke_key'
                AND r.target = e.target AND r.state IN ('done', 'made_alone')
                AND r.resolved_at = e.happened_at)",
    ),
    (
        "each request and its end have their events",
        "SELECT count(*) FROM approval_request r WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.verb = 'approval_requested'
                AND e.target = 'apr_' || lower(hex(r.id))
                AND coalesce(e.actor_id, '') = coalesce(r.requester_id, ''))
             OR (r.state <> 'waiting' AND NOT EXISTS (
                 SELECT 1 FROM audit_event e WHERE e.target = 'apr_' || lower(hex(r.id))
                    AND e.verb = CASE r.state WHEN 'done' THEN 'approval_approved'
                        WHEN 'made_alone' THEN 'approval_made_alone'
                        ELSE 'approval_' || r.state END))",
    ),
];

/// What staff members did.
pub const OF_STAFF: &[Invariant] = &[
    (
        "each staff account has the event that created it",
        "SELECT count(*) FROM staff s WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'staff_' || lower(hex(s.id))
                AND e.verb = 'staff_added')",
    ),
    (
        "each version of a policy has an event of its editor",
        "SELECT count(*) FROM policy p WHERE p.staff_id IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = p.purpose AND e.verb = 'policy_changed'
                AND e.actor_id = 'staff_' || lower(hex(p.staff_id))
                AND e.state_after LIKE '%\"version\":' || p.version || '%')",
    ),
    (
        "each decision has an event of the reviewer who made it",
        "SELECT count(*) FROM decision d WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'case_' || lower(hex(d.case_id))
                AND e.actor_id = 'staff_' || lower(hex(d.made_by))
                AND (e.state_after LIKE '%\"event\":\"proposed\"%'
                     OR e.state_after LIKE '%\"event\":\"decided\"%')
                AND e.state_after LIKE '%dec_' || lower(hex(d.id)) || '%')",
    ),
    (
        "each approval has an event of the second approver",
        "SELECT count(*) FROM decision d WHERE d.approver_id IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'case_' || lower(hex(d.case_id))
                AND e.actor_id = 'staff_' || lower(hex(d.approver_id))
                AND (e.state_after LIKE '%\"event\":\"approved\"%'
                     OR e.state_after LIKE '%\"event\":\"refused\"%')
                AND e.state_after LIKE '%dec_' || lower(hex(d.id)) || '%')",
    ),
    (
        "each undone decision has an event of the staff member who undid it",
        "SELECT count(*) FROM decision d WHERE d.undone_by IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'case_' || lower(hex(d.case_id))
                AND e.actor_id = 'staff_' || lower(hex(d.undone_by))
                AND e.state_after LIKE '%\"event\":\"undone\"%'
                AND e.state_after LIKE '%dec_' || lower(hex(d.id)) || '%')",
    ),
    (
        "each claim is explained by an event of its reviewer",
        "SELECT count(*) FROM review_case c WHERE c.claimed_by IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'case_' || lower(hex(c.id))
                AND e.actor_id = 'staff_' || lower(hex(c.claimed_by))
                AND e.state_after LIKE '%\"event\":\"claimed\"%')",
    ),
    (
        "each lead who agreed to a dispute has an event",
        "SELECT count(*) FROM dispute d WHERE d.agreed_by IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.actor_id = 'staff_' || lower(hex(d.agreed_by))
                AND e.state_after LIKE '%dispute_agreed%')",
    ),
    (
        "each bulk decision has the events of those who made, approved and undid it",
        "SELECT count(*) FROM bulk_decision b WHERE NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'bulk_' || lower(hex(b.id))
                AND e.verb = 'bulk_prepared' AND e.actor_id = 'staff_' || lower(hex(b.made_by)))
             OR (b.approver_id IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM audit_event e WHERE e.target = 'bulk_' || lower(hex(b.id))
                    AND e.verb IN ('bulk_approved', 'bulk_refused')
                    AND e.actor_id = 'staff_' || lower(hex(b.approver_id))))
             OR (b.undone_by IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM audit_event e WHERE e.target = 'bulk_' || lower(hex(b.id))
                    AND e.verb = 'bulk_undone'
                    AND e.actor_id = 'staff_' || lower(hex(b.undone_by))))",
    ),
    (
        "each resolved dispute has an event of the policy editor",
        "SELECT count(*) FROM dispute d WHERE d.resolved_by IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM audit_event e WHERE e.target = 'disp_' || lower(hex(d.id))
                AND e.verb = 'dispute_resolved'
                AND e.actor_id = 'staff_' || lower(hex(d.resolved_by)))",
    ),
];
