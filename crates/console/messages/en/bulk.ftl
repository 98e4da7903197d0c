### Bulk decisions: one decision for several cases.

bulk-title = Bulk decisions
bulk-new = Decide several cases at once
bulk-new-about = Choose the cases and one decision for all of them. The next page shows what it affects before anything is done.
bulk-alike = Open cases with an item that matched the same entry.
bulk-policy = Policy
bulk-any = any
bulk-show = Show
bulk-no-cases = There is no open case that you may decide.
bulk-cases = Cases
bulk-select-all = Select all
bulk-select-none = Select none
bulk-pictures-about = The pictures are blurred. Each picture that is shown here is recorded as a view.
bulk-items = { $count ->
    [one] one item
   *[other] { $count } items
}
bulk-prepare = Show what it affects
bulk-to-list = All bulk decisions
bulk-none = There are no bulk decisions.
bulk-made = Prepared
bulk-outcome = Outcome
bulk-affects = Affects
bulk-state = State
bulk-count-cases = { $count ->
    [one] one case
   *[other] { $count } cases
}
bulk-count-subjects = { $count ->
    [one] of one account
   *[other] of { $count } accounts
}
bulk-older = Older bulk decisions
bulk-one = Bulk decision
bulk-by = Prepared by
bulk-until = Can be confirmed until
bulk-confirm = Confirm this bulk decision
bulk-confirm-about = Nothing is done until you confirm. If one of these cases changes before that, the bulk decision is discarded and nothing is done.
bulk-drop-go = Discard
bulk-approval-about = Read the cases first. If you approve, the actions are sent to the services. If you refuse, all cases reopen for a lead.
bulk-undo-about = The services are asked to reverse their actions in each of these cases, and the cases reopen. Cases that have been decided again since then stay as they are.
bulk-case = Case
bulk-urgency = Urgency
bulk-stale = changed since it was prepared
bulk-more = More cases
bulk-state-prepared = Prepared
bulk-state-proposed = Waiting for second approval
bulk-state-standing = In effect
bulk-state-refused = Refused by the second approver
bulk-state-undone = Undone
bulk-state-lapsed = Discarded or expired
