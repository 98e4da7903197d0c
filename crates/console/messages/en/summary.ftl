### What a decision does, as sentences and as the label of a button; and what was viewed before it.

summary-heading-future = What the service will be asked to do
summary-heading-past = What the service was asked to do
summary-heading-undone = What the service had been asked to do before this was undone
summary-heading-never = What the service would have been asked to do
summary-heading-undo = What the service will be asked to do if you undo this
summary-nothing = No action is requested from the service.
summary-separator = {", "}
summary-more = { $names } and { $count } more
summary-suspend = { $count ->
    [one] Suspend one account without an end date ({ $names }).
   *[other] Suspend { $count } accounts without an end date ({ $names }).
}
summary-suspend-until = { $count ->
    [one] Suspend one account until { $until } ({ $names }).
   *[other] Suspend { $count } accounts until { $until } ({ $names }).
}
summary-limit-feature = { $count ->
    [one] Disable “{ $feature }” of one account until { $until } ({ $names }).
   *[other] Disable “{ $feature }” of { $count } accounts until { $until } ({ $names }).
}
summary-restore-account = { $count ->
    [one] Lift the suspension of one account ({ $names }).
   *[other] Lift the suspension of { $count } accounts ({ $names }).
}
summary-restore-feature = { $count ->
    [one] Restore “{ $feature }” of one account ({ $names }).
   *[other] Restore “{ $feature }” of { $count } accounts ({ $names }).
}
summary-remove = { $count ->
    [one] Remove one item.
   *[other] Remove { $count } items.
}
summary-hide = { $count ->
    [one] Hide one item in { $countries } until { $until }.
   *[other] Hide { $count } items in { $countries } until { $until }.
}
summary-hold = { $count ->
    [one] Hold one item back again.
   *[other] Hold { $count } items back again.
}
summary-restore = { $count ->
    [one] Make one item visible again.
   *[other] Make { $count } items visible again.
}
act-and = { $first } and { $then }
act-list = { $first }, { $then }
act-suspend = { $count ->
    [one] suspend one account
   *[other] suspend { $count } accounts
}
act-limit-feature = { $count ->
    [one] disable a feature of one account
   *[other] disable a feature of { $count } accounts
}
act-restore-account = { $count ->
    [one] lift the suspension of one account
   *[other] lift the suspension of { $count } accounts
}
act-restore-feature = { $count ->
    [one] restore a feature of one account
   *[other] restore a feature of { $count } accounts
}
act-remove = { $count ->
    [one] remove one item
   *[other] remove { $count } items
}
act-hide = { $count ->
    [one] hide one item in some countries
   *[other] hide { $count } items in some countries
}
act-hold = { $count ->
    [one] hold one item back again
   *[other] hold { $count } items back again
}
act-restore = { $count ->
    [one] make one item visible again
   *[other] make { $count } items visible again
}
act-nothing = request no action
act-propose = Propose: { $act }
act-approve = Approve: { $act }
act-undo = Undo: { $act }
confirm-title = Confirm this decision
confirm-about-standing = The decision comes into effect as soon as you confirm it. You can undo it for a limited time.
confirm-about-proposed = A lead must approve it. Nothing is sent to the service before that.
confirm-about-proposed-alone = In single-person operation you must review and approve it after one day. Nothing is sent to the service before that.
confirm-back = Change the decision
views-needed-progress = { $done } of { $count } needed views
views-needed-about = View clearly every item whose exact bytes are not in a bank, and one item for each entry that matched. One view counts for all near-identical copies.
views-needed-case = Without these views you cannot suspend an account, disable a feature for longer than { $days } days, or decide “Not a match”. Any other restriction then needs second approval, unless the exact bytes of each item are in a bank.
views-needed-both = The author and the second approver must each view these items clearly.
views-needed-author = “Not a match” requires these views.
views-needed-or-approval = Without these views the decision needs second approval.
views-needed-alone = Before you approve, view at least one of them clearly.
views-needed-free = This decision requires no views from you.
views-needed-open = Still to be viewed
views-needed-done = Everything that is kept has been viewed.
views-needed-unkept = { $count ->
    [one] One item or entry cannot be viewed: the picture was not kept, or cannot be shown.
   *[other] { $count } items or entries cannot be viewed: the pictures were not kept, or cannot be shown.
}
viewing-author = Viewed by the reviewer
viewing-approver = Viewed by the second approver
viewing-without = Decided without viewing
viewing-viewed = all items that must be viewed before an account is suspended
viewing-in-part = some of the items that must be viewed before an account is suspended
viewing-not-needed = nothing; no view was required
viewing-not-kept = nothing; no picture was kept, or none could be shown
viewing-not-viewed = nothing, although pictures were kept
