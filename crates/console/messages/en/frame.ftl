### The parts that all pages share.

frame-skip = Skip to the content
frame-continue = Continue
frame-menu = Pages
frame-find = Find an id, an item or a bank
frame-find-go = Find
frame-sign-out = Sign out
frame-method-added = A sign-in method was added to your account on
frame-method-added-do = If that was not you, remove it, sign out everywhere else, and tell an administrator:
menu-start = Start
menu-queue = Queue
menu-decisions = Decisions
menu-banks = Banks
menu-policies = Policies
menu-webhooks = Webhooks
menu-staff = Staff
menu-changes = Changes
menu-audit = Audit record
menu-me = My page
