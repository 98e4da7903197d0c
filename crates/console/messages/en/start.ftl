### The first page.

start-title = Start
start-waiting = cases wait
start-oldest = the oldest has waited since
start-proposed = decisions wait for a second person
start-pages = Where to go
