### Decisions, second approval, and undoing.

decisions-title = Decisioni
decisions-all = Tutte quelle conservate. Non c’è un elenco per persona né per account.
decisions-own = Quelle prese da Lei.
decisions-state = Stato
decisions-outcome = Esito
decisions-policy = Regola
decisions-made = Presa
decisions-any = tutti
decisions-show = Mostra
decisions-none = Non ce ne sono.
decisions-older = Meno recenti
decision-title = Decisione
decision-what = Che cosa è stato deciso
decision-case = Caso
decision-policy = Regola
decision-by = Presa da
decision-approver = Seconda persona
decision-approval-waits = in attesa
decision-alone = gestione con una sola persona: la stessa persona, un giorno dopo, dopo averlo riguardato
decision-alone-done = gestione con una sola persona: non serviva una seconda persona
decision-not-before = Secondo esame dal
decision-resolved = Definita
decision-undone = Annullata
decision-reason = Motivo
decision-approver-note = Perché la seconda persona ha respinto
decision-undo-reason = Perché è stata annullata
decision-actions = Che cosa è stato chiesto al servizio
decision-no-actions = Nulla.
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
decision-request-again = Chiedere di nuovo al servizio
decision-until = fino al { $name }
approval-title = Lei è la seconda persona
approval-about = Legga prima il caso. Se approva, la decisione va al servizio; se respinge, il caso si riapre per un responsabile.
approval-prove = Prima di decidere, confermi ancora una volta chi è.
approval-prove-go = Conferma ora
approval-too-soon = Lavora da solo: può approvare dopo un giorno di attesa, dal
approval-case = Il caso, per il secondo sguardo
approval-refuse = Respingi
approval-why = Perché no
approval-waits = Deve esaminarla un responsabile che non l’ha proposta. Fino ad allora non si invia nulla.
undo-title = Annulla
undo-about = Si chiede al servizio di tornare indietro, e il caso si riapre. Ciò che è stato restituito a un account non gli viene ritolto così: sarebbe una decisione a sé.
undo-why = Perché
