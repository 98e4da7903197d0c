### The page on which a case is decided.

case-title = Case
case-decided = Decided.
case-proposed = Proposed: a second person must look before anything is sent.
case-next-is = This is the next case.
case-to-queue = To the queue
case-read-or-undo = Read the decision, or undo it
case-for-leads = For a lead
case-to-decision = To the decision
case-danger = A child may be in danger now
case-subject = What it is about
case-account = Account
case-item = Item
case-service = Service
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
case-claim-title = Nobody has this case in hand
case-claim-about = Claim it to decide it. Nobody else gets it meanwhile.
case-claim = Claim this case
case-kept = What you wrote is kept
case-state = Where it stands
case-read-decision = Read the decision
case-history = History
case-older-events = What happened before
case-older-looks = Looks before these
case-newest = Back to the newest
case-looks = { $count ->
    [one] One look
   *[other] { $count } looks
}
look-who = Who
look-how = How
look-when = When
look-seconds = Seconds
item-veiled = The item, blurred beyond recognition
item-text-only = You see text only.
item-show-veiled = Show the blurred picture
item-hold = Hold to see it clearly
item-toggle = See it clearly for ten seconds
item-look-counts = Every look is recorded.
item-look-failed = It cannot be shown now. If a break is due, your own page says so.
item-verdict = The machine
item-surface = Who could see it
item-came = Matched
item-near = Near to
item-same-bytes = the very same bytes
item-distance = { $count } of 256 bits differ
item-frame = frame { $count }
item-unkept = The picture was not kept: decide by what stands here.
item-gone = The picture is gone: its term has ended.
item-kept = The picture is kept. Only whoever decides sees it.
item-broken = This picture cannot be shown. Decide by what stands here.
item-except = For this item
item-as-all = as for all
decide-title = Decide
decide-yours-until = This case is yours until
decide-outcome = What is it?
decide-outcome-hint = “Not a match” also disputes the bank’s entry: it stops acting at this service until its owner answers.
decide-items = The items
decide-account = The account
measure-leave = Leave as it is
measure-restore = Restore
measure-restore-all = Restore all
measure-restore-account = Open the account again
measure-restore-feature = Give one feature back
measure-remove = Remove
measure-limit = Hide in some countries until a day
measure-countries = Countries
measure-countries-hint = Codes of two letters, such as JP, FR.
measure-items-until = Hidden until
measure-limit-feature = Take one feature until a day
measure-feature = Feature
measure-feature-until = Taken until
measure-suspend = Suspend the account
measure-suspend-until = Suspended until
measure-suspend-hint = Empty: without an end. A suspension needs a second person.
decide-reason = The reason, in words
decide-reason-hint = The service reads it and may pass it on to the person concerned. Say what you saw and why it is, or is not, against the policy.
decide-go = Decide
release-why = Why
release-skip = Skip this case
release-skip-go = Skip, and take the next one
release-escalate = Escalate to a lead
release-escalate-go = Escalate
release-urgency = How urgent is it?
release-hand-over = Hand over to a colleague
release-to = To whom
release-hand-over-go = Hand over
release-leave = Give it back without a word
note-title = Write a note
note-words = For whoever reads this case later
note-go = Keep the note
