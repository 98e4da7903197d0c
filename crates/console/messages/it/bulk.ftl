### Bulk decisions: one decision for several cases.

bulk-title = Decisioni collettive
bulk-new = Decidere più casi insieme
bulk-new-about = Scelga i casi e una risposta. La pagina seguente dice che cosa tocca, prima che si faccia qualcosa.
bulk-alike = Questi sono casi aperti con un elemento vicino alla stessa voce.
bulk-policy = Regola
bulk-any = tutte
bulk-show = Mostra
bulk-no-cases = Non c’è alcun caso aperto che Lei possa decidere.
bulk-cases = Casi
bulk-items = { $count ->
    [one] un elemento
   *[other] { $count } elementi
}
bulk-prepare = Vedi che cosa tocca
bulk-to-list = A tutte le decisioni collettive
bulk-none = Non ce ne sono.
bulk-made = Preparata
bulk-outcome = Esito
bulk-affects = Tocca
bulk-state = Stato
bulk-count-cases = { $count ->
    [one] un caso
   *[other] { $count } casi
}
bulk-count-subjects = { $count ->
    [one] di un account
   *[other] di { $count } account
}
bulk-older = Meno recenti
bulk-one = Decisione collettiva
bulk-by = Preparata da
bulk-until = Attende fino a
bulk-confirm = È questo che intende?
bulk-confirm-about = Finché non lo dice, non si fa nulla. Se prima arriva qualcosa a uno di questi casi, non si fa nulla ugualmente.
bulk-drop-go = Rinuncia
bulk-approval-about = Legga prima i casi. Se approva, tutto va ai servizi; se respinge, tutti i casi si riaprono per un responsabile.
bulk-undo-about = Si chiede ai servizi di tornare indietro in ciascuno di questi casi, e i casi si riaprono. Quelli decisi di nuovo restano come sono.
bulk-case = Caso
bulk-urgency = Urgenza
bulk-stale = cambiato da allora
bulk-more = Altri casi
bulk-state-prepared = Preparata
bulk-state-proposed = In attesa di una seconda persona
bulk-state-standing = In vigore
bulk-state-refused = Respinta dalla seconda persona
bulk-state-undone = Annullata
bulk-state-lapsed = Abbandonata, o troppo tardi
