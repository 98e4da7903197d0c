### The list of undecided cases.

cases-title = Undecided cases
cases-about = The cases that are not decided yet, the oldest first. They cannot be listed by account or by reviewer.
cases-part = State
cases-any = All
cases-open = Open
cases-escalated = Open, escalated to a lead
cases-proposed = Waiting for second approval
cases-age = Age
cases-age-hour = Older than one hour
cases-age-day = Older than one day
cases-age-week = Older than one week
cases-show = Show
cases-none = There are no such cases.
cases-items = Items
cases-place = Current status
cases-in-bulk = In a bulk decision
cases-claimed = Claimed
cases-unclaimed = Unclaimed
cases-newer = Newer
