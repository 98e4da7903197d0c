### The queue of open cases.

queue-title = Coda
queue-next = Caso successivo
queue-next-about = Il più urgente che nessuno ha in mano e, tra questi, il più vecchio.
queue-empty = Nessun caso in attesa. Bravi tutti.
queue-nothing-for-you = Per ora non c’è nulla che La aspetti.
queue-claimed = Ha un caso in mano.
queue-go-back = Torna al caso
queue-waiting = { $count ->
    [one] Un caso in attesa
   *[other] { $count } casi in attesa
}
queue-policy = Regola
queue-urgency = Urgenza
queue-cases = Casi
queue-oldest = Il più vecchio dal
queue-claim = Prendine uno
queue-elsewhere = Per ora fuori dalla coda
queue-proposed = In attesa di una seconda persona
queue-in-bulk = In una decisione collettiva
queue-lowerings = Proposte di abbassare un’urgenza
queue-of-leaving = { $count ->
    [one] Un caso non deciso viene da un servizio in uscita.
   *[other] { $count } casi non decisi vengono da servizi in uscita.
}
queue-no-lead = Qui nessuno è responsabile, e qualcosa attende un responsabile. Chieda all’amministrazione di dare questo ruolo a qualcuno.
queue-claim-limit = Il limite di prese in carico in un’ora è raggiunto. La prossima è possibile da
queue-leave-limit = Il limite di casi lasciati senza decisione è raggiunto. La prossima presa in carico è possibile da
queue-limit-danger = Un caso in cui un bambino può essere in pericolo ora può essere preso in carico anche prima.
