### Decisions, the second person, and taking back.

decisions-title = Decisions
decisions-all = All that are kept. There is no list by person and none by account.
decisions-own = Those that you made.
decisions-state = State
decisions-outcome = Outcome
decisions-policy = Policy
decisions-made = Made
decisions-any = any
decisions-show = Show
decisions-none = There are none.
decisions-older = Older ones
decision-title = Decision
decision-what = What was decided
decision-case = Case
decision-policy = Policy
decision-by = Made by
decision-second = Second person
decision-second-waits = waits
decision-alone = nobody else is there: the same person, a day later, after another look
decision-alone-done = done alone: nobody else was there, so the same person looked again
decision-not-before = Second look from
decision-settled = Settled
decision-undone = Undone
decision-reason = Reason
decision-second-note = Why the second person refused
decision-undo-reason = Why it was undone
decision-actions = What the service was asked to do
decision-no-actions = Nothing.
decision-action = Action
decision-about = About
decision-state = State
decision-answered = Answered
decision-reminders = { $count ->
    [one] asked again once
   *[other] asked again { $count } times
}
decision-messages = { $count ->
    [one] One message
   *[other] { $count } messages
}
decision-attempts = { $count ->
    [0] not tried yet
    [one] tried once
   *[other] tried { $count } times
}
decision-ask-again = Ask the service again
decision-until = until { $name }
second-title = You are the second person
second-about = Read the case first. Approved, it goes to the service; refused, the case is open again for a lead.
second-prove = Before you settle it, prove once more who you are.
second-prove-go = Prove it now
second-too-soon = You work alone, so you can approve it after a day’s wait, from
second-case = The case, for your second look
second-approve = Approve
second-refuse = Refuse
second-why = Why not
second-waits = A lead who did not propose it must look at it. Nothing is sent until then.
undo-title = Undo
undo-about = The service is asked to take back what it did, and the case is open again. What was given back to an account is not taken again by this: that would be a decision of its own.
undo-why = Why
undo-go = Undo this decision
