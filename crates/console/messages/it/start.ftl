### The first page.

start-title = Inizio
start-waiting = casi in attesa
start-oldest = il più vecchio attende dal
start-proposed = decisioni attendono una seconda persona
start-pages = Dove andare
