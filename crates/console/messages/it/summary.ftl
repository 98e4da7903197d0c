### Che cosa fa una decisione, in frasi e come etichetta di un pulsante; e che cosa è stato guardato prima.

summary-heading-future = Misure che verranno richieste al servizio
summary-heading-past = Misure richieste al servizio
summary-heading-undone = Misure richieste al servizio prima dell’annullamento
summary-heading-never = Misure che sarebbero state richieste al servizio
summary-heading-undo = Misure che verranno richieste al servizio se annulla
summary-nothing = Al servizio non viene richiesta alcuna misura.
summary-separator = {", "}
summary-more = { $names } e altri { $count }
summary-suspend = { $count ->
    [one] Sospendere un account senza data di fine ({ $names }).
   *[other] Sospendere { $count } account senza data di fine ({ $names }).
}
summary-suspend-until = { $count ->
    [one] Sospendere un account fino al { $until } ({ $names }).
   *[other] Sospendere { $count } account fino al { $until } ({ $names }).
}
summary-limit-feature = { $count ->
    [one] Disattivare «{ $feature }» di un account fino al { $until } ({ $names }).
   *[other] Disattivare «{ $feature }» di { $count } account fino al { $until } ({ $names }).
}
summary-restore-account = { $count ->
    [one] Revocare la sospensione di un account ({ $names }).
   *[other] Revocare la sospensione di { $count } account ({ $names }).
}
summary-restore-feature = { $count ->
    [one] Riattivare «{ $feature }» di un account ({ $names }).
   *[other] Riattivare «{ $feature }» di { $count } account ({ $names }).
}
summary-remove = { $count ->
    [one] Rimuovere un elemento.
   *[other] Rimuovere { $count } elementi.
}
summary-hide = { $count ->
    [one] Nascondere un elemento in { $countries } fino al { $until }.
   *[other] Nascondere { $count } elementi in { $countries } fino al { $until }.
}
summary-hold = { $count ->
    [one] Trattenere di nuovo un elemento.
   *[other] Trattenere di nuovo { $count } elementi.
}
summary-restore = { $count ->
    [one] Rendere di nuovo visibile un elemento.
   *[other] Rendere di nuovo visibili { $count } elementi.
}
act-and = { $first } e { $then }
act-list = { $first }, { $then }
act-suspend = { $count ->
    [one] sospendere un account
   *[other] sospendere { $count } account
}
act-limit-feature = { $count ->
    [one] disattivare una funzione di un account
   *[other] disattivare una funzione di { $count } account
}
act-restore-account = { $count ->
    [one] revocare la sospensione di un account
   *[other] revocare la sospensione di { $count } account
}
act-restore-feature = { $count ->
    [one] riattivare una funzione di un account
   *[other] riattivare una funzione di { $count } account
}
act-remove = { $count ->
    [one] rimuovere un elemento
   *[other] rimuovere { $count } elementi
}
act-hide = { $count ->
    [one] nascondere un elemento in alcuni paesi
   *[other] nascondere { $count } elementi in alcuni paesi
}
act-hold = { $count ->
    [one] trattenere di nuovo un elemento
   *[other] trattenere di nuovo { $count } elementi
}
act-restore = { $count ->
    [one] rendere di nuovo visibile un elemento
   *[other] rendere di nuovo visibili { $count } elementi
}
act-nothing = non richiedere misure
act-propose = Proporre: { $act }
act-approve = Approvare: { $act }
act-undo = Annullare: { $act }
confirm-title = Confermi questa decisione
confirm-about-standing = La decisione ha effetto appena la conferma. Può annullarla per un tempo limitato.
confirm-about-proposed = Un responsabile deve approvarla. Prima di allora al servizio non viene inviato nulla.
confirm-about-proposed-alone = Nella gestione con una sola persona deve riesaminarla e approvarla dopo un giorno. Prima di allora al servizio non viene inviato nulla.
confirm-back = Modificare la decisione
views-needed-progress = { $done } di { $count } visioni necessarie
views-needed-about = Occorre guardare nitidamente ogni elemento i cui byte non sono in nessuna banca, e un elemento per ogni voce. Una visione vale per tutte le copie quasi identiche.
views-needed-case = Senza queste visioni non può sospendere un account, disattivare una funzione per più di { $days } giorni, né decidere «Non è una corrispondenza». Ogni altra restrizione richiede allora una seconda approvazione, salvo che i byte siano identici.
views-needed-both = Chi decide e chi dà la seconda approvazione devono guardare nitidamente questi elementi, ciascuno per sé.
views-needed-author = «Non è una corrispondenza» richiede queste visioni.
views-needed-or-approval = Senza queste visioni la decisione richiede una seconda approvazione.
views-needed-alone = Ne guardi nitidamente almeno uno prima di approvare.
views-needed-free = Questa decisione non richiede Sue visioni.
views-needed-open = Ancora da guardare
views-needed-done = Tutto ciò che è conservato è stato guardato.
views-needed-unkept = { $count ->
    [one] Un elemento o una voce non si può guardare: l’immagine non è stata conservata o non si può mostrare.
   *[other] { $count } elementi o voci non si possono guardare: le immagini non sono state conservate o non si possono mostrare.
}
viewing-author = Guardato da chi ha deciso
viewing-approver = Guardato per la seconda approvazione
viewing-without = Deciso senza guardare
viewing-viewed = tutti gli elementi da guardare prima di sospendere un account
viewing-in-part = una parte degli elementi da guardare prima di sospendere un account
viewing-not-needed = nulla; nessuna visione era richiesta
viewing-not-kept = nulla; nessuna immagine era conservata o si poteva mostrare
viewing-not-viewed = nulla, benché le immagini fossero conservate
