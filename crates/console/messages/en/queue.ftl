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
queue-claim-limit = The limit on claims within an hour is reached. The next claim is possible from
queue-leave-limit = The limit on cases that are left undecided is reached. The next claim is possible from
queue-limit-danger = A case in which a child may be in danger now can be claimed before.
queue-list = List the undecided cases
queue-limited-services = You see the cases of these services:
queue-limited-policies = You see the cases under these policies:
