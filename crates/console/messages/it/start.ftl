### The first page.

start-title = Pagina iniziale
start-waiting = { $count ->
    [one] caso in attesa
   *[other] casi in attesa
}
start-oldest = il caso più vecchio attende dal
start-waited-minutes = { $minutes } min
start-waited-hours = { $hours } h { $minutes } min
start-waited-days = { $count ->
    [one] un giorno
   *[other] { $count } giorni
}
start-proposed = { $count ->
    [one] decisione in attesa della seconda approvazione
   *[other] decisioni in attesa della seconda approvazione
}
start-figures = Carico di lavoro, ultimi 30 giorni
start-figures-about = Per regola. Nessuna cifra riguarda una singola persona.
start-figures-few = Mostra i grafici: per ora coprono meno di 7 giorni
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
chart-arrivals = Nuovi casi
chart-arrivals-about = Quanti casi sono stati aperti ogni giorno, per regola.
chart-waiting = Tempo alla presa in carico (minuti)
chart-waiting-about = Secondo il giorno in cui i casi sono stati aperti.
chart-outcomes = Esiti delle decisioni
chart-outcomes-about = Decisioni in vigore, per settimana. La settimana comincia il lunedì.
chart-overturned = Decisioni ribaltate
chart-overturned-about = Decisioni per settimana: in vigore, e rifiutate o annullate.
chart-median = Mediana
chart-p90 = 90º percentile
chart-in-effect = in vigore
chart-overturned-ones = rifiutate o annullate
chart-cases = casi
chart-minutes = minuti
chart-decisions = decisioni
chart-table = Mostra come tabella
chart-day = Giorno o settimana

setup-title = Non ancora configurato
setup-service = Nessun servizio è registrato.
setup-service-do = Ne registri uno e gli dia una chiave: `mamori key create service NOME`, oppure `POST /v1/services`.
setup-bank = Nessuna banca è attiva: nulla può corrispondere.
setup-bank-do = Ne crei una e la riempia: `mamori bank create`, poi `mamori bank import`.
setup-endpoint = Nessun servizio riceve webhook.
setup-endpoint-do = Il servizio aggiunge il proprio endpoint con la sua chiave: `POST /v1/webhooks`.
setup-reviewer = Non c’è nessuno con il ruolo Moderazione.
setup-reviewer-do = Aggiunga un membro nella pagina Personale.
setup-lead = Non c’è un responsabile: la seconda approvazione non è possibile.
setup-lead-do = Dia a un membro il ruolo di responsabile nella pagina Personale.
setup-editor = Non c’è nessuno per la redazione delle regole: le contestazioni restano aperte.
setup-editor-do = Aggiunga un membro nella pagina Personale.
setup-auditor = Non c’è nessuno con il ruolo Audit.
setup-auditor-do = Aggiunga un membro nella pagina Personale. Un auditor non ha altri ruoli.
setup-administrator = Lei è l’unico amministratore.
setup-administrator-do = Ne aggiunga un altro, che potrà crearLe un nuovo link di registrazione.
setup-pictures = Nessuna immagine è conservata: si decide senza vederne.
setup-pictures-do = Il gestore dà una chiave alla cassaforte (`mamori vault init`); poi la redazione delle regole stabilisce per quanto tempo una regola conserva i byte.
