### One's own page: what one has seen, breaks, and how the console looks.

me-title = My page
me-seen = What you have seen in 24 hours
me-seen-about = Only you see these figures. Nobody compares them.
me-looks = Clear looks
me-minutes = Minutes of clear looks
me-points = Points by severity
me-veiled = Blurred looks, which cost nothing
me-of = { $seen } of { $most }
me-rest-title = Breaks
me-rest-until = A break, until
me-rest-left = still {"{minutes}"} min
me-rest-about = Take one whenever you want. A case that you have in hand goes back to the queue.
me-rest = Take a break
me-care = Somebody to talk to
me-look = How the console looks
me-language = Language
me-scheme = Colours
me-view = Pictures
me-keys = Single keys do something, such as N for the next case
me-save = Keep this
me-roles = Your roles
