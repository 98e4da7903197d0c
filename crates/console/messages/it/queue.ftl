### The queue of open cases.

queue-title = Coda
queue-next = Caso successivo
queue-next-about = Apre il caso più urgente non preso in carico, dal più vecchio.
queue-empty = La coda è vuota. Ottimo lavoro!
queue-nothing-for-you = Al momento non c’è un caso per Lei.
queue-claimed = Ha preso in carico un caso.
queue-go-back = Apri il Suo caso
queue-waiting = { $count ->
    [one] Un caso in attesa
   *[other] { $count } casi in attesa
}
queue-policy = Regola
queue-urgency = Urgenza
queue-cases = Casi
queue-oldest = Il più vecchio attende da
queue-claim = Prendi in carico un caso
queue-elsewhere = Fuori dalla coda
queue-proposed = In attesa della seconda approvazione
queue-in-bulk = In una decisione collettiva
queue-lowerings = Proposte di abbassare un’urgenza
queue-of-leaving = { $count ->
    [one] Un caso non deciso viene da un servizio in uscita.
   *[other] { $count } casi non decisi vengono da servizi in uscita.
}
queue-no-lead = Alcuni casi attendono un responsabile, ma nessun membro del personale ha questo ruolo. Chieda a un amministratore di dare a un membro del personale il ruolo di responsabile.
queue-claim-limit = Il limite di prese in carico in un’ora è raggiunto. La prossima è possibile da
queue-leave-limit = Il limite di casi lasciati senza decisione è raggiunto. La prossima presa in carico è possibile da
queue-limit-danger = Un caso in cui un minore può essere in pericolo ora può essere preso in carico anche prima.
queue-list = Elenca i casi non decisi
queue-limited-services = Vede i casi di questi servizi:
queue-limited-policies = Vede i casi di queste regole:
