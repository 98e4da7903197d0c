### The first page.

start-title = Start
start-waiting = cases waiting
start-oldest = oldest case waiting since
start-proposed = decisions waiting for second approval
start-pages = Pages
start-figures = Workload
start-figures-about = The last 30 days, by policy. No figure is about a single person.
start-unanswered = { $count ->
    [one] One action is waiting for an answer from a service.
   *[other] { $count } actions are waiting for answers from services.
}
start-overdue = { $count ->
    [one] one is overdue
   *[other] { $count } are overdue
}
start-disputes = { $count ->
    [one] One dispute about an entry is open.
   *[other] { $count } disputes about entries are open.
}
start-disputes-service = { $count ->
    [one] one applies to a whole service
   *[other] { $count } apply to a whole service
}
start-vault = The vault is nearly full
start-vault-used = In use:
start-vault-about = When it is full, the bytes of new matches are not stored, and reviewers cannot see their pictures. Tell the operator.
start-leaving = Services that are leaving
start-leaving-about = The deletion of these services has begun. No new item of them is checked. Each is deleted when its cases are decided and its actions are answered or overdue.
start-leaving-service = Service
start-leaving-since = Leaving since
start-leaving-undecided = Undecided cases
start-leaving-unanswered = Actions without an answer
start-requests = { $count ->
    [one] One change waits for a second actor.
   *[other] { $count } changes wait for a second actor.
}
start-notices = { $count ->
    [one] One change that narrowed what a bank does must be acknowledged.
   *[other] { $count } changes that narrowed what a bank does must be acknowledged.
}
chart-arrivals = New cases
chart-arrivals-about = How many cases opened each day, by policy.
chart-waiting = Minutes until a case was claimed
chart-waiting-about = By the day on which the cases opened.
chart-outcomes = Outcomes of decisions
chart-outcomes-about = Decisions by week. Weeks begin on Monday.
chart-overturned = Overturned decisions
chart-overturned-about = Decisions by week: those in effect, and those that were refused or undone.
chart-median = half waited at most
chart-p90 = nine of ten waited at most
chart-in-effect = in effect
chart-overturned-ones = refused or undone
chart-cases = cases
chart-minutes = minutes
chart-decisions = decisions
chart-table = Show as a table
chart-day = Day or week
