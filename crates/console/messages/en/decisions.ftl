### Decisions, second approval, and undoing.

decisions-title = Decisions
decisions-all = All retained decisions. They cannot be listed by person or by account.
decisions-own = Decisions that you made.
decisions-state = State
decisions-outcome = Outcome
decisions-policy = Policy
decisions-made = Made
decisions-any = any
decisions-show = Show
decisions-none = There are no decisions.
decisions-older = Older decisions
decision-title = Decision
decision-what = What was decided
decision-case = Case
decision-policy = Policy
decision-by = Made by
decision-approver = Second approver
decision-approval-waits = waiting
decision-alone = single-person operation: the same person, after one day and a second review
decision-alone-done = single-person operation: no second approver was required
decision-not-before = Second review from
decision-resolved = Resolved
decision-undone = Undone
decision-reason = Reason
decision-approver-note = Why the second approver refused
decision-undo-reason = Why it was undone
decision-actions = Actions for the service
decision-no-actions = None.
decision-action = Action
decision-about = Applies to
decision-state = State
decision-answered = Answered
decision-reminders = { $count ->
    [one] one reminder
   *[other] { $count } reminders
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
decision-request-again = Request again
decision-until = until { $name }
approval-title = You are the second approver
approval-about = Read the case first. If you approve, the actions are sent to the service. If you refuse, the case reopens for a lead.
approval-prove = Confirm your identity before you approve or refuse.
approval-prove-go = Confirm your identity
approval-too-soon = In single-person operation you can approve after one day, from
approval-case = The case, for your second review
approval-refuse = Refuse
approval-why = Reason for refusing
approval-waits = A lead who did not propose it must approve it. Nothing is sent until then.
undo-title = Undo
undo-about = The service is asked to reverse its actions, and the case reopens. What this decision restored to an account stays restored; to restrict it again, make a new decision.
undo-why = Why
