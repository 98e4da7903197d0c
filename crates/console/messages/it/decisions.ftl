### Decisions, second approval, and undoing.

decisions-title = Decisioni
decisions-all = Tutte le decisioni conservate. Non si possono elencare per persona né per account.
decisions-own = Le decisioni che ha preso Lei.
decisions-state = Stato
decisions-outcome = Esito
decisions-policy = Regola
decisions-made = Presa
decisions-any = tutti
decisions-show = Mostra
decisions-none = Non ci sono decisioni.
decisions-older = Decisioni meno recenti
decision-title = Decisione
decision-what = Che cosa è stato deciso
decision-case = Caso
decision-policy = Regola
decision-by = Presa da
decision-approver = Seconda approvazione di
decision-approval-waits = in attesa
decision-alone = gestione con una sola persona: la stessa persona, dopo un giorno e un secondo esame
decision-alone-done = gestione con una sola persona: non serviva una seconda approvazione
decision-not-before = Secondo esame dal
decision-resolved = Definita
decision-undone = Annullata
decision-reason = Motivo
decision-approver-note = Motivo del rifiuto
decision-undo-reason = Motivo dell’annullamento
decision-actions = Misure per il servizio
decision-no-actions = Nessuna.
decision-action = Misura
decision-about = Riguarda
decision-state = Stato
decision-answered = Risposta
decision-reminders = { $count ->
    [one] richiesto di nuovo una volta
   *[other] richiesto di nuovo { $count } volte
}
decision-messages = { $count ->
    [one] Un messaggio
   *[other] { $count } messaggi
}
decision-attempts = { $count ->
    [0] non ancora tentato
    [one] tentato una volta
   *[other] tentato { $count } volte
}
decision-request-again = Richiedi di nuovo
decision-until = fino al { $name }
approval-title = Serve la Sua approvazione
approval-about = Legga prima il caso. Se approva, le misure vengono inviate al servizio. Se rifiuta, il caso si riapre per un responsabile.
approval-prove = Confermi la Sua identità prima di approvare o rifiutare.
approval-prove-go = Conferma la Sua identità
approval-too-soon = Nella gestione con una sola persona può approvare dopo un giorno, dal
approval-case = Il caso, per il secondo esame
approval-refuse = Rifiuta
approval-why = Motivo del rifiuto
approval-waits = Deve approvarla un responsabile che non l’ha proposta. Fino ad allora non si invia nulla.
undo-title = Annulla
undo-about = Si chiede al servizio di annullare le misure, e il caso si riapre. Ciò che questa decisione ha restituito a un account resta restituito; per limitarlo di nuovo, prenda una nuova decisione.
undo-why = Motivo
