### The first page.

start-title = Home
start-waiting = { $count ->
    [one] case waiting
   *[other] cases waiting
}
start-oldest = oldest case waiting since
start-waited-minutes = { $minutes } min
start-waited-hours = { $hours } h { $minutes } min
start-waited-days = { $count ->
    [one] one day
   *[other] { $count } days
}
start-proposed = { $count ->
    [one] decision waiting for second approval
   *[other] decisions waiting for second approval
}
start-figures = Workload, last 30 days
start-figures-about = By policy. No per-person figures.
start-figures-few = Show the charts: they cover fewer than 7 days so far
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
start-leaving-about = The deletion of these services has begun. New items from them are not checked. Each service is deleted when all its cases are decided and all its actions are answered or overdue.
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
chart-waiting = Time to claim (minutes)
chart-waiting-about = By the day on which the cases opened.
chart-outcomes = Outcomes of decisions
chart-outcomes-about = Decisions in effect, by week. Weeks begin on Monday.
chart-overturned = Overturned decisions
chart-overturned-about = Decisions by week: those in effect, and those that were refused or undone.
chart-median = median
chart-p90 = 90th percentile
chart-in-effect = in effect
chart-overturned-ones = refused or undone
chart-cases = cases
chart-minutes = minutes
chart-decisions = decisions
chart-table = Show as table
chart-day = Day or week

setup-title = Not set up yet
setup-service = No service is registered.
setup-service-do = Register one and give it a key: `mamori key create service NAME`, or `POST /v1/services`.
setup-bank = No bank is switched on, so nothing can match.
setup-bank-do = Create one and fill it: `mamori bank create`, then `mamori bank import`.
setup-endpoint = No service receives webhooks.
setup-endpoint-do = The service adds its endpoint with its key: `POST /v1/webhooks`.
setup-reviewer = There is no reviewer.
setup-reviewer-do = Add one on the page Staff.
setup-lead = There is no lead, so second approval is not possible.
setup-lead-do = Give a reviewer the role Lead on the page Staff.
setup-editor = There is no policy editor, so disputes stay open.
setup-editor-do = Add one on the page Staff.
setup-auditor = There is no auditor.
setup-auditor-do = Add one on the page Staff. An auditor has no other role.
setup-administrator = You are the only administrator.
setup-administrator-do = Add another one, who can make a new enrolment link for you.
setup-pictures = No picture is kept, so reviewers decide without one.
setup-pictures-do = The operator gives the vault a key (`mamori vault init`); a policy editor then sets for how long a policy keeps bytes.
