### The first page.

start-title = Inizio
start-waiting = casi in attesa
start-oldest = il più vecchio attende dal
start-proposed = decisioni attendono una seconda persona
start-pages = Dove andare
start-figures = Come procede il lavoro
start-figures-about = Gli ultimi 30 giorni, per regola. Nulla qui riguarda una singola persona.
start-unanswered = { $count ->
    [one] Una misura attende la risposta di un servizio.
   *[other] { $count } misure attendono la risposta dei servizi.
}
start-overdue = { $count ->
    [one] una è in ritardo
   *[other] { $count } sono in ritardo
}
start-disputes = { $count ->
    [one] Una contestazione di una voce è aperta.
   *[other] { $count } contestazioni di voci sono aperte.
}
start-disputes-service = { $count ->
    [one] una vale per un intero servizio
   *[other] { $count } valgono per un intero servizio
}
start-vault = La cassaforte è quasi piena
start-vault-used = In uso:
start-vault-about = Quando è piena, i byte delle nuove corrispondenze non vengono conservati e le loro immagini non possono essere esaminate. Avvisi il gestore.
start-leaving = Servizi in uscita
start-leaving-about = L’eliminazione di questi servizi è iniziata. I loro nuovi elementi non vengono controllati. Ciascuno viene eliminato quando i suoi casi sono decisi e le sue misure hanno una risposta o sono in ritardo.
start-leaving-service = Servizio
start-leaving-since = In uscita dal
start-leaving-undecided = Casi non decisi
start-leaving-unanswered = Misure senza risposta
start-requests = { $count ->
    [one] Una modifica attende un secondo attore.
   *[other] { $count } modifiche attendono un secondo attore.
}
start-notices = { $count ->
    [one] Una modifica che ha ristretto l’effetto di una banca è da confermare.
   *[other] { $count } modifiche che hanno ristretto l’effetto di una banca sono da confermare.
}
chart-arrivals = Casi arrivati
chart-arrivals-about = Quanti casi sono stati aperti ogni giorno, per regola.
chart-waiting = Minuti prima che un caso fosse preso
chart-waiting-about = Secondo il giorno in cui i casi sono stati aperti.
chart-outcomes = Che cosa è stato deciso
chart-outcomes-about = Decisioni di ogni settimana, che comincia il lunedì.
chart-overturned = Che cosa è stato ribaltato
chart-overturned-about = Decisioni di ogni settimana ancora valide, e quelle rifiutate o annullate.
chart-median = la metà non ha atteso di più
chart-p90 = nove su dieci non hanno atteso di più
chart-in-effect = valide
chart-overturned-ones = rifiutate o annullate
chart-cases = casi
chart-minutes = minuti
chart-decisions = decisioni
chart-table = Lo stesso in tabella
chart-day = Giorno o settimana
