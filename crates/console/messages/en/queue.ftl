### The queue: what waits to be decided.

queue-title = Queue
queue-next = Next case
queue-next-about = The most urgent one that nobody has in hand, and of these the oldest.
queue-empty = No case waits. Well done, everybody.
queue-nothing-for-you = Nothing waits for you at the moment.
queue-in-hand = You have a case in hand.
queue-go-back = Go back to it
queue-waiting = { $count ->
    [one] One case waits
   *[other] { $count } cases wait
}
queue-policy = Policy
queue-urgency = Urgency
queue-cases = Cases
queue-oldest = Oldest since
queue-take = Take one of these
queue-beside = Not in the queue at the moment
queue-proposed = Waiting for a second person
queue-in-bulk = In a bulk decision
queue-no-lead = Nobody here is a lead, and something waits for one. Ask an administrator to make somebody a lead.
