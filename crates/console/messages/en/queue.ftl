### The queue of open cases.

queue-title = Queue
queue-next = Next case
queue-next-about = Opens the most urgent unclaimed case, oldest first.
queue-empty = There are no cases in the queue. Well done!
queue-nothing-for-you = There is no case for you at the moment.
queue-claimed = You have claimed a case.
queue-go-back = Open your case
queue-waiting = { $count ->
    [one] One case waiting
   *[other] { $count } cases waiting
}
queue-policy = Policy
queue-urgency = Urgency
queue-cases = Cases
queue-oldest = Oldest has waited
queue-claim = Claim a case
queue-elsewhere = Outside the queue
queue-proposed = Waiting for second approval
queue-in-bulk = In a bulk decision
queue-lowerings = Proposals to lower an urgency
queue-of-leaving = { $count ->
    [one] One undecided case is from a service that is leaving.
   *[other] { $count } undecided cases are from services that are leaving.
}
queue-no-lead = Some cases need a lead, but no staff member has that role. Ask an administrator to give a staff member the lead role.
queue-claim-limit = You have claimed too many cases within an hour. You can claim the next one from
queue-leave-limit = You have left too many cases undecided. You can claim the next one from
queue-limit-danger = You can still claim a case in which a child may be in danger now.
queue-list = List the undecided cases
queue-limited-services = You see the cases of these services:
queue-limited-policies = You see the cases under these policies:
