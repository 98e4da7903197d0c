### Bulk decisions: one decision for several cases.

bulk-title = Decisioni collettive
bulk-new = Decidere più casi insieme
bulk-new-about = Scelga i casi e una decisione per tutti. La pagina seguente mostra che cosa riguarda, prima che si faccia qualcosa.
bulk-alike = Casi aperti con un elemento che corrisponde alla stessa voce.
bulk-policy = Regola
bulk-any = tutte
bulk-show = Mostra
bulk-no-cases = Non c’è un caso aperto che Lei possa decidere.
bulk-cases = Casi
bulk-select-all = Seleziona tutto
bulk-select-none = Deseleziona tutto
bulk-pictures-about = Le immagini sono sfocate; la loro visualizzazione viene registrata.
bulk-items = { $count ->
    [one] un elemento
   *[other] { $count } elementi
}
bulk-prepare = Mostra che cosa riguarda
bulk-to-list = Tutte le decisioni collettive
bulk-none = Non ci sono decisioni collettive.
bulk-made = Preparata
bulk-outcome = Esito
bulk-affects = Riguarda
bulk-state = Stato
bulk-count-cases = { $count ->
    [one] un caso
   *[other] { $count } casi
}
bulk-count-subjects = { $count ->
    [one] di un account
   *[other] di { $count } account
}
bulk-older = Decisioni collettive meno recenti
bulk-one = Decisione collettiva
bulk-by = Preparata da
bulk-until = Si può confermare fino al
bulk-confirm = Confermi questa decisione collettiva
bulk-confirm-about = Finché non conferma, non si fa nulla. Se prima uno di questi casi cambia, la decisione collettiva viene scartata e non si fa nulla.
bulk-drop-go = Scarta
bulk-approval-about = Legga prima i casi. Se approva, le misure vengono inviate ai servizi. Se rifiuta, tutti i casi si riaprono per un responsabile.
bulk-undo-about = Si chiede ai servizi di annullare le misure in ciascuno di questi casi, e i casi si riaprono. Quelli decisi di nuovo da allora restano come sono.
bulk-case = Caso
bulk-urgency = Urgenza
bulk-stale = cambiato dopo la preparazione
bulk-more = Altri casi
bulk-state-prepared = Preparata
bulk-state-proposed = In attesa della seconda approvazione
bulk-state-standing = In vigore
bulk-state-refused = Rifiutata alla seconda approvazione
bulk-state-undone = Annullata
bulk-state-lapsed = Scartata o scaduta
