### The first page.

start-title = Übersicht
start-waiting = Fälle warten
start-oldest = seitdem wartet der älteste
start-proposed = Entscheidungen warten auf eine zweite Person
start-pages = Wohin
