### The first page.

start-title = Accueil
start-waiting = dossiers en attente
start-oldest = le plus ancien attend depuis
start-proposed = décisions attendent une seconde personne
start-pages = Où aller
