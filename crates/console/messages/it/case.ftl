### The page on which a case is decided.

case-title = Caso
case-decided = Deciso.
case-proposed = Proposto: prima di inviare qualcosa deve esaminarlo una seconda persona.
case-next-is = Questo è il caso successivo.
case-to-queue = Alla coda
case-read-or-undo = Leggi la decisione o annullala
case-for-leads = Per un responsabile
case-to-decision = Alla decisione
case-danger = Forse un minore è in pericolo ora
case-subject = Di che cosa si tratta
case-account = Account
case-item = Elemento
case-service = Servizio
case-service-leaving = Il servizio è in uscita
case-service-leaving-about = È stato eliminato, e nulla di nuovo vi viene controllato. Può ancora applicare la Sua decisione. Scompare quando i suoi casi sono decisi e le sue misure hanno una risposta.
case-opened = Aperto
case-alike = La stessa immagine altrove
case-alike-count = { $count ->
    [one] in un altro caso aperto
   *[other] in altri { $count } casi aperti
}
case-policy = Che cosa dice la regola
case-policy-version = versione n. { $count }
case-items = { $count ->
    [one] Un elemento
   *[other] { $count } elementi
}
case-more-items = Altri elementi
case-claim-title = Nessuno ha in mano questo caso
case-claim-about = Lo prenda in carico per decidere. Nel frattempo nessun altro lo riceve.
case-claim = Prendi in carico questo caso
case-kept = Ciò che ha scritto è conservato
case-state = A che punto è
case-read-decision = Leggi la decisione
case-history = Cronologia
case-older-events = Che cosa è successo prima
case-older-views = Visioni precedenti
case-newest = Torna al più recente
case-views = { $count ->
    [one] Una visione
   *[other] { $count } visioni
}
views-who = Chi
views-how = Come
views-when = Quando
views-seconds = Secondi
item-blurred = L’elemento, sfocato fino a essere irriconoscibile
item-text-only = Vede solo il testo.
item-show-blurred = Mostra l’immagine sfocata
item-hold = Tieni premuto per vedere nitido
item-toggle = Vedi nitido per dieci secondi
item-view-counts = Ogni visione viene registrata.
item-view-failed = Ora non si può mostrare. Se serve una pausa, lo dice la Sua pagina.
item-verdict = La macchina
item-surface = Chi poteva vederlo
item-matched = Corrispondenza
item-hits = Vicino a
item-same-bytes = esattamente gli stessi byte
item-distance = differiscono { $count } bit su 256
item-frame = fotogramma { $count }
item-never-stored = L’immagine non è stata conservata: decida in base a ciò che è scritto qui.
item-expired = L’immagine non c’è più: il suo termine è scaduto.
item-stored = L’immagine è conservata. La vede solo chi decide.
item-broken = Questa immagine non può essere mostrata. Decida in base a quanto è scritto qui.
item-except = Per questo elemento
item-as-all = come per tutti
decide-title = Decidi
decide-claim-until = Questo caso è Suo fino alle
decide-outcome = Che cos’è?
decide-outcome-hint = «Non è una corrispondenza» contesta anche la voce della banca: non agisce più presso questo servizio finché il titolare non risponde.
decide-items = Gli elementi
decide-account = L’account
measure-leave = Lascia com’è
measure-restore = Ripristina
measure-restore-all = Ripristina tutto
measure-restore-account = Riapri l’account
measure-restore-feature = Restituisci una funzione
measure-remove = Rimuovi
measure-limit = Nascondi in alcuni Paesi fino a un giorno
measure-countries = Paesi
measure-countries-hint = Codici di due lettere, come JP, FR.
measure-items-until = Nascosto fino al
measure-limit-feature = Togli una funzione fino a un giorno
measure-feature = Funzione
measure-feature-until = Tolta fino al
measure-suspend = Sospendi l’account
measure-suspend-until = Sospeso fino al
measure-suspend-hint = Vuoto: senza fine. Una sospensione richiede una seconda persona.
decide-reason = Il motivo, a parole
decide-reason-hint = Il servizio lo legge e può comunicarlo alla persona interessata. Dica che cosa ha visto e perché viola, o non viola, le regole.
decide-go = Decidi
release-why = Perché
release-skip = Salta questo caso
release-skip-go = Salta e prendi il successivo
release-escalate = Passa a un responsabile
release-escalate-go = Passa
release-urgency = Quanto è urgente?
release-hand-over = Passa a un collega
release-to = A chi
release-hand-over-go = Passa al collega
release-leave = Restituiscilo senza dire nulla
note-title = Scrivi una nota
note-text = Per chi leggerà questo caso in seguito
note-go = Conserva la nota
