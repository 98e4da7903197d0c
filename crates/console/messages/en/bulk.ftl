### Bulk decisions: one answer to many cases.

bulk-title = Bulk decisions
bulk-new = Decide several cases at once
bulk-new-about = Choose the cases and one answer. The next page says what it will touch, before anything is done.
bulk-alike = These are all open cases with an item near to the same entry.
bulk-policy = Policy
bulk-any = any
bulk-show = Show
bulk-no-cases = No case is open that you may decide.
bulk-cases = Cases
bulk-items = { $count ->
    [one] one item
   *[other] { $count } items
}
bulk-prepare = See what it will touch
bulk-to-list = To all bulk decisions
bulk-none = There are none.
bulk-made = Prepared
bulk-outcome = Outcome
bulk-touches = Touches
bulk-state = State
bulk-count-cases = { $count ->
    [one] one case
   *[other] { $count } cases
}
bulk-count-accounts = { $count ->
    [one] one account
   *[other] { $count } accounts
}
bulk-older = Older ones
bulk-one = Bulk decision
bulk-by = Prepared by
bulk-until = Waits until
bulk-confirm = Is this what you mean?
bulk-confirm-about = Until you say so, nothing is done. If anything comes to one of these cases before, nothing is done either.
bulk-confirm-go = Decide all of them
bulk-drop-go = Drop it
bulk-second-about = Read the cases first. Approved, all of it goes to the services; refused, all cases are open again for a lead.
bulk-undo-about = The services are asked to take back what they did in each of these cases, and the cases are open again. Cases that were decided anew since stay as they are.
bulk-undo-go = Undo all of it
bulk-case = Case
bulk-urgency = Urgency
bulk-stale = changed since
bulk-more = More cases
bulk-state-prepared = Prepared
bulk-state-proposed = Waits for a second person
bulk-state-standing = Stands
bulk-state-refused = Refused by the second person
bulk-state-undone = Undone
bulk-state-lapsed = Given up, or too late
