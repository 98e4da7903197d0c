### The page on which a case is decided.

case-title = Caso
case-decided = Decisione salvata.
case-proposed = Decisione proposta: serve una seconda approvazione prima di inviare qualcosa.
case-next-is = Questo è il caso successivo.
case-undo = Annulla
case-undo-reason = Annullata nella pagina successiva, subito dopo la decisione.
case-to-queue = Torna alla coda
case-for-leads = Per un responsabile
case-to-decision = Alla decisione
case-danger = Forse un minore è in pericolo ora
case-subject = Oggetto
case-account = Account
case-alias-about = È un alias. Il nome dell’account lo vede chi ha preso in carico il caso.
case-item = Elemento
case-service = Servizio
case-service-leaving = Il servizio è in uscita
case-service-leaving-about = La sua eliminazione è iniziata: i suoi nuovi elementi non vengono controllati. Riceve ancora le misure della Sua decisione e vi risponde. Viene eliminato quando i suoi casi sono decisi e le sue misure hanno una risposta o sono in ritardo.
case-opened = Aperto
case-earlier = Decisioni precedenti su questo account
case-earlier-none = Nessuna
case-earlier-about = { $count ->
    [one] In vigore, presso questo servizio, secondo questa regola, nell’ultimo giorno. Si mostrano solo questi numeri.
   *[other] In vigore, presso questo servizio, secondo questa regola, negli ultimi { $count } giorni. Si mostrano solo questi numeri.
}
case-alike = La stessa voce corrisponde
case-alike-count = { $count ->
    [one] in un altro caso aperto
   *[other] in altri { $count } casi aperti
}
case-alike-many = in altri { $count } casi aperti o più
case-policy = Che cosa dice la regola
case-policy-version = versione n. { $count }
case-items = { $count ->
    [one] Un elemento
   *[other] { $count } elementi
}
case-more-items = Altri elementi
case-claim-title = Questo caso non è preso in carico
case-claim-about = Lo prenda in carico per deciderlo. Finché dura la presa in carico, nessun collega lo riceve.
case-claim = Prendi in carico questo caso
case-kept = Il Suo testo è conservato
case-state = Stato
case-read-decision = Apri la decisione
case-history = Cronologia
case-earlier-events = { $count ->
    [one] Un evento precedente
   *[other] { $count } eventi precedenti
}
event-items-added = { $count ->
    [one] È stato aggiunto un elemento
   *[other] Sono stati aggiunti { $count } elementi
}
case-older-events = Eventi precedenti
case-older-views = Visioni precedenti
case-newest = Torna al più recente
case-views = { $count ->
    [one] Una visione in tutto
   *[other] { $count } visioni in tutto
}
case-clear-views = { $count ->
    [one] Una visione nitida
   *[other] { $count } visioni nitide
}
views-who = Visto da
views-how = Nitidezza
views-when = Quando
views-seconds = Secondi
item-blurred = L’elemento, sfocato fino a essere irriconoscibile
item-text-only = Modalità solo testo: l’immagine non viene caricata.
item-show-blurred = Mostra l’immagine sfocata
item-hold = Tieni premuto per vedere nitido
item-toggle = Vedi nitido per dieci secondi
item-view-counts = Ogni visione viene registrata.
item-view-failed = L’elemento ora non si può mostrare. Se serve una pausa, lo dice «La mia pagina».
item-out-of-sight = Questo elemento non è sullo schermo. Scorra fino a esso, e poi lo guardi.
item-verdict = Verdetto automatico
item-surface = Visibilità
item-matched = Corrispondenza del
item-hits = Riscontri nelle banche
item-same-bytes = byte identici
item-near-identical = immagine quasi identica
item-similar = immagine simile
item-text = Testo inviato con l’elemento
item-details = Dettagli
item-context = Apri la sua pagina presso il servizio (conta come una visione nitida)
item-distance = differiscono { $count } bit su 256
item-frame = fotogramma { $number } di { $count }
item-never-stored = L’immagine non è stata conservata. Decida in base alle informazioni di questa pagina.
item-expired = L’immagine non è più disponibile: il suo termine di conservazione è scaduto.
item-earlier-version = L’immagine conservata è una versione precedente dell’elemento. La più recente non è stata conservata.
item-stored = L’immagine è conservata. La vedono solo chi ha preso in carico il caso e chi dà la seconda approvazione.
item-broken = Questa immagine non si può mostrare. Decida in base alle informazioni di questa pagina.
item-except = Per questo elemento
item-as-all = come per tutti gli elementi
group-entry = Voce corrispondente
group-none = Senza voce corrispondente
group-purpose = Classificazione
group-labels = Etichette della fonte
group-source = Fonte
group-bank = Banca
context-title = Pagina presso il servizio
context-about = L’apertura di questa pagina è registrata e conta come una visione nitida. Non sostituisce una visione richiesta da una decisione. Il link porta fuori da Mamori; lì l’immagine può essere nitida.
context-open = Apri presso
context-back = Torna all’elemento
decide-title = Decidi
decide-claim-until = La Sua presa in carico dura fino alle
decide-claim-left = ancora {"{minutes}"} min
decide-claim-soon = Tra meno di due minuti il caso non sarà più Suo. Scriva o scorra questa pagina per tenerlo.
decide-claim-over = Il caso non è più Suo. Il Suo testo resta su questa pagina; prenda di nuovo in carico il caso per decidere.
decide-outcome = Esito
decide-does-violates = Scelga almeno una misura qui sotto.
decide-does-restore = { $count ->
    [one] Al servizio si chiede di ripristinare l’elemento.
   *[other] Al servizio si chiede di ripristinare tutti i { $count } elementi.
}
decide-outcome-hint = «Non è una corrispondenza» contesta anche la voce della banca: fino alla risposta non agisce sugli elementi di questo account presso questo servizio. Un responsabile può estenderlo a tutto il servizio.
decide-items = Misura sugli elementi
decide-account = Misura sull’account
measure-leave = Nessuna modifica
measure-restore = Ripristina
measure-restore-all = Ripristina tutto
measure-restore-account = Revoca la sospensione
measure-restore-feature = Riattiva una funzione
measure-remove = Rimuovi
measure-limit = Nascondi in alcuni Paesi fino a una data
measure-countries = Paesi
measure-countries-hint = Codici di due lettere, come JP, FR.
measure-items-until = Nascosto fino al
measure-limit-feature = Disattiva una funzione fino a una data
measure-feature = Funzione
measure-feature-until = Disattivata fino al
measure-suspend = Sospendi l’account
measure-suspend-until = Sospeso fino al
measure-suspend-hint = Vuoto: senza data di fine. Una sospensione richiede una seconda approvazione.
decide-reason = Motivo
decide-reason-hint = Il servizio lo riceve e può comunicarlo alla persona interessata. Descriva che cosa ha visto, e perché viola o non viola la regola.
decide-go = Decidi
decide-stop = Decidi e torna alla coda
decide-saved = Motivi salvati
decide-saved-none = Scegli un motivo
release-why = Motivo
release-skip = Salta questo caso e lascialo ad altri
release-skip-go = Salta e apri il caso successivo
release-escalate = Passa a un responsabile
release-escalate-go = Passa
release-urgency = Quanto è urgente?
release-hand-over = Affida a un collega
release-to = Collega
release-hand-over-go = Affida al collega
release-leave = Rimetti in coda
lower-title = Abbassa l’urgenza
lower-to = Nuova urgenza
lower-danger = Forse un minore è in pericolo: l’urgenza resta finché non accetta un responsabile che non l’ha proposto. Nella gestione con una sola persona resta finché Lei non accetta, dopo un giorno.
lower-go = Abbassala
lowering-title = Proposta di abbassare l’urgenza
lowering-waits = Deve accettare un responsabile che non l’ha proposto. Fino ad allora l’urgenza resta.
lowering-too-soon = Nella gestione con una sola persona può accettare dopo un giorno, dal
lowering-agree = Accetta e abbassa l’urgenza
lowering-refuse = Non abbassarla
lowering-refuse-go = Mantieni l’urgenza
note-title = Scrivi una nota
note-text = Nota per chi leggerà questo caso in seguito
note-go = Salva la nota
