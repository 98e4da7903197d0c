### The page on which a case is decided.

case-title = Case
case-decided = Decided.
case-proposed = Proposed: a second approver must review it before anything is sent.
case-next-is = This is the next case.
case-undo = Undo
case-undo-reason = Undone on the next page, right after the decision.
case-to-queue = Back to the queue
case-for-leads = For a lead
case-to-decision = Go to the decision
case-danger = A child may be in danger now
case-subject = Subject
case-account = Account
case-alias-about = This is an alias. The account’s own name is shown to the reviewer who has claimed the case.
case-item = Item
case-service = Service
case-service-leaving = The service is leaving
case-service-leaving-about = Its deletion has begun: new items from it are not checked. It still receives and answers the actions of your decision. It is deleted when all its cases are decided and all its actions are answered or overdue.
case-opened = Opened
case-earlier = Earlier decisions about this account
case-earlier-none = None
case-earlier-about = { $count ->
    [one] Decisions in effect that were made at this service, under this policy, in the last day. Only these counts are shown.
   *[other] Decisions in effect that were made at this service, under this policy, in the last { $count } days. Only these counts are shown.
}
case-alike = The same entry matched
case-alike-count = { $count ->
    [one] in one other open case
   *[other] in { $count } other open cases
}
case-alike-many = in { $count } or more other open cases
case-policy = What the policy says
case-policy-version = version { $count }
case-items = { $count ->
    [one] One item
   *[other] { $count } items
}
case-more-items = More items
case-claim-title = This case is unclaimed
case-claim-about = Claim it to decide it. As long as your claim lasts, no colleague is given this case.
case-claim = Claim this case
case-kept = Your text was kept
case-state = State
case-read-decision = Open the decision
case-history = History
case-earlier-events = { $count ->
    [one] One earlier event
   *[other] { $count } earlier events
}
event-items-added = { $count ->
    [one] One item was added
   *[other] { $count } items were added
}
case-older-events = Older events
case-older-views = Older views
case-newest = Back to the newest entries
case-views = { $count ->
    [one] One view in total
   *[other] { $count } views in total
}
case-clear-views = { $count ->
    [one] One clear view
   *[other] { $count } clear views
}
views-who = Viewed by
views-how = Clarity
views-when = When
views-seconds = Seconds
item-blurred = The item, blurred beyond recognition
item-text-only = Text-only mode: the picture is not loaded.
item-show-blurred = Show the blurred picture
item-hold = Press and hold to view clearly
item-toggle = View clearly for ten seconds
item-view-counts = Every view is recorded.
item-view-failed = The item cannot be shown now. If a break is due, My page says so.
item-out-of-sight = This item is not on the screen. Scroll to it, and view it then.
item-verdict = Automatic verdict
item-surface = Surface
item-matched = Matched
item-hits = Hits
item-same-bytes = identical bytes
item-near-identical = near-identical picture
item-similar = similar picture
item-text = Text sent with the item
item-details = Details
item-context = Open its page at the service (counts as a clear view)
item-distance = { $count } of 256 bits differ
item-frame = frame { $number } of { $count }
item-never-stored = The picture was not stored. Decide from the information on this page.
item-expired = The picture is no longer available: its retention period has ended.
item-earlier-version = The stored picture is an earlier version of the item. The newest version was not stored.
item-stored = The picture is stored. Only the reviewer with the claim and the second approver can view it.
item-broken = This picture cannot be shown. Decide from the information on this page.
item-except = For this item
item-as-all = same as for all items
group-entry = Matched entry
group-none = Without a matched entry
group-purpose = Classification
group-labels = Labels of the source
group-source = Source
group-bank = Bank
context-title = Page at the service
context-about = Mamori has recorded that you opened this page, and counts it as a clear view. It does not replace a view that a decision requires. The link leads out of Mamori; the page at the service can show the picture clearly.
context-open = Open at
context-back = Back to the item
decide-title = Decide
decide-claim-until = Your claim lasts until
decide-claim-left = {"{minutes}"} min left
decide-claim-soon = Your claim lapses in less than two minutes. Move, type or scroll on this page to keep it.
decide-claim-over = Your claim has lapsed. Your text stays on this page; claim the case again to decide it.
decide-outcome = Outcome
decide-does-violates = Choose at least one measure below.
decide-does-restore = { $count ->
    [one] The service is asked to restore the item.
   *[other] The service is asked to restore all { $count } items.
}
decide-outcome-hint = “Not a match” also disputes the bank’s entry: until the dispute is resolved, the entry triggers no automatic action on items of this account at this service. A lead can extend this to the whole service.
decide-items = Action on items
decide-account = Action on the account
measure-leave = No change
measure-restore = Restore
measure-restore-all = Restore all
measure-restore-account = Lift the suspension
measure-restore-feature = Restore a feature
measure-remove = Remove
measure-limit = Hide in selected countries until a date
measure-countries = Countries
measure-countries-hint = Two-letter codes, such as JP, FR.
measure-items-until = Hidden until
measure-limit-feature = Disable a feature until a date
measure-feature = Feature
measure-feature-until = Disabled until
measure-suspend = Suspend the account
measure-suspend-until = Suspended until
measure-suspend-hint = Leave empty for no end date. A suspension needs second approval.
decide-reason = Reason
decide-reason-hint = The service receives it and may pass it on to the affected person. Describe what you saw, and why it does or does not violate the policy.
decide-go = Decide
decide-stop = Decide and stop
decide-saved = Saved reasons
decide-saved-none = Choose a reason
release-why = Why
release-skip = Skip this case, and leave it to other reviewers
release-skip-go = Skip, and open the next case
release-escalate = Escalate to a lead
release-escalate-go = Escalate
release-urgency = How urgent is it?
release-hand-over = Hand over to a colleague
release-to = Colleague
release-hand-over-go = Hand over
release-leave = Return this case to the queue
lower-title = Lower the urgency
lower-to = New urgency
lower-danger = A child may be in danger: the urgency stays until a lead who did not propose this agrees. In single-person operation it stays until you agree after one day.
lower-go = Lower it
lowering-title = Proposal to lower the urgency
lowering-waits = A lead who did not propose it must agree. Until then the urgency stays.
lowering-too-soon = In single-person operation you can agree after one day, from
lowering-agree = Agree, and lower the urgency
lowering-refuse = Do not lower it
lowering-refuse-go = Keep the urgency
note-title = Write a note
note-text = Note for later readers of this case
note-go = Save the note
