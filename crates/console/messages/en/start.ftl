### The first page.

start-title = Start
start-waiting = cases wait
start-oldest = the oldest has waited since
start-proposed = decisions wait for a second person
start-pages = Where to go
start-figures = How work flows
start-figures-about = The last 30 days, by policy. Nothing here tells of one person.
start-unanswered = { $count ->
    [one] One action waits for a service’s answer.
   *[other] { $count } actions wait for services’ answers.
}
start-overdue = { $count ->
    [one] one is overdue
   *[other] { $count } are overdue
}
chart-arrivals = Cases that came
chart-arrivals-about = How many cases opened each day, by policy.
chart-waiting = Minutes until somebody took a case
chart-waiting-about = By the day on which the cases opened.
chart-outcomes = What was decided
chart-outcomes-about = Decisions of each week, which begins on Monday.
chart-overturned = What was overturned
chart-overturned-about = Decisions of each week that stand, and those that were refused or undone.
chart-half = half waited no longer
chart-most = nine of ten waited no longer
chart-kept = stand
chart-overturned-ones = refused or undone
chart-cases = cases
chart-minutes = minutes
chart-decisions = decisions
chart-table = The same as a table
chart-day = Day or week
