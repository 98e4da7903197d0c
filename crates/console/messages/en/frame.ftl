### What stands around every page.

frame-skip = Skip to the content
frame-on = Go on
frame-menu = Pages
frame-find = Find an id, an item or a bank
frame-find-go = Find
frame-sign-out = Sign out
menu-start = Start
menu-queue = Queue
menu-decisions = Decisions
menu-banks = Banks
menu-policies = Policies
menu-webhooks = Webhooks
menu-staff = Staff
menu-me = My page
