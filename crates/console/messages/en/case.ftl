### The page on which a case is decided.

case-title = Case
case-decided = Decided.
case-proposed = Proposed: a second approver must review it before anything is sent.
case-next-is = This is the next case.
case-to-queue = Back to the queue
case-read-or-undo = Open or undo the decision
case-for-leads = For a lead
case-to-decision = Go to the decision
case-danger = A child may be in danger now
case-subject = Subject
case-account = Account
case-item = Item
case-service = Service
case-service-leaving = The service is leaving
case-service-leaving-about = It was deleted, and nothing new of it is checked. It can still act on your decision. It is gone when its cases are decided and its actions answered.
case-opened = Opened
case-alike = The same picture elsewhere
case-alike-count = { $count ->
    [one] in one other open case
   *[other] in { $count } other open cases
}
case-policy = What the policy says
case-policy-version = version { $count }
case-items = { $count ->
    [one] One item
   *[other] { $count } items
}
case-more-items = More items
case-claim-title = This case is unclaimed
case-claim-about = Claim it to decide it. While you hold the claim, no colleague is given this case.
case-claim = Claim this case
case-kept = Your text was kept
case-state = State
case-read-decision = Open the decision
case-history = History
case-older-events = Older events
case-older-views = Older views
case-newest = Back to the newest entries
case-views = { $count ->
    [one] One view
   *[other] { $count } views
}
views-who = Viewed by
views-how = Clarity
views-when = When
views-seconds = Seconds
item-blurred = The item, blurred beyond recognition
item-text-only = Text-only mode: the picture is not loaded.
item-show-blurred = Show the blurred picture
item-hold = Hold to view clearly
item-toggle = View clearly for ten seconds
item-view-counts = Every view is recorded.
item-view-failed = The item cannot be shown now. If a break is due, My page says so.
item-verdict = Automatic verdict
item-surface = Surface
item-matched = Matched
item-hits = Hits
item-same-bytes = identical bytes
item-distance = { $count } of 256 bits differ
item-frame = frame { $count }
item-never-stored = The picture was not stored. Decide from the information on this page.
item-expired = The picture is no longer available: its retention period has ended.
item-stored = The picture is stored. Only the reviewer with the claim and the second approver can view it.
item-broken = This picture cannot be shown. Decide from the information on this page.
item-except = For this item
item-as-all = same as for all items
decide-title = Decide
decide-claim-until = Your claim lasts until
decide-outcome = Outcome
decide-outcome-hint = “Not a match” also disputes the bank’s entry: until the dispute is resolved, the entry triggers no automatic action at this service.
decide-items = The items
decide-account = The account
measure-leave = Leave as it is
measure-restore = Restore
measure-restore-all = Restore all
measure-restore-account = Restore the account
measure-restore-feature = Restore one feature
measure-remove = Remove
measure-limit = Hide in some countries until a date
measure-countries = Countries
measure-countries-hint = Two-letter codes, such as JP, FR.
measure-items-until = Hidden until
measure-limit-feature = Disable one feature until a date
measure-feature = Feature
measure-feature-until = Disabled until
measure-suspend = Suspend the account
measure-suspend-until = Suspended until
measure-suspend-hint = Leave empty for no end date. A suspension needs second approval.
decide-reason = Reason
decide-reason-hint = The service receives it and may pass it on to the affected person. Describe what you saw, and why it does or does not violate the policy.
decide-go = Decide
release-why = Why
release-skip = Skip this case
release-skip-go = Skip, and open the next case
release-escalate = Escalate to a lead
release-escalate-go = Escalate
release-urgency = How urgent is it?
release-hand-over = Hand over to a colleague
release-to = Colleague
release-hand-over-go = Hand over
release-leave = Return to the queue
note-title = Write a note
note-text = Note for later readers of this case
note-go = Save the note
