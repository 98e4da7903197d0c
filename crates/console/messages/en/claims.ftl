### How cases are claimed and left, for auditors.

claims-title = How cases are claimed
claims-about = What each staff member did with claimed cases on each day (UTC), counted from the histories of the cases. Histories are deleted with their cases, so old days may be incomplete. A mark in the last column is a reason to ask and no proof; the counts say nothing about how well a person works.
claims-range = At most 31 days.
claims-rows = By staff member and day
claims-none = There is nothing to count on these days.
claims-day = Day
claims-claimed = Claimed
claims-decided = Decided
claims-given-back = Given back
claims-lapsed = Lapsed
claims-escalated = Escalated
claims-handed-over = Handed over
claims-mark = Stands out
claims-mostly-undecided = More claims ended without a decision than with one
claims-repeated = One case claimed { $count } times on these days
claims-more = More rows
