### Policies: what each purpose forbids.

policies-title = Regole
policies-about = Che cosa vieta ogni scopo: il testo secondo cui si decide e che i servizi possono comunicare.
policies-policy = Regola
policies-version = Versione
policies-wording = Che cosa vieta
policies-texts-about = Ogni persona vede il testo nella propria lingua. Se manca, vede quello inglese, altrimenti il primo, con una nota che lo dice. Serve almeno un testo; una traduzione non deve vietare nient’altro.
policies-fallback = Non c’è un testo in questa lingua. Mostrato in: { $name }
policies-built-in = fornita con Mamori
policies-severity = Punti per visione nitida
policies-severity-hint = Da 1 (lieve) a 5 (grave), per ogni minuto iniziato. I punti contano per il limite di visione in 24 ore.
policies-keep = Conservazione dei byte degli elementi
policies-days = { $count ->
    [0] mai
    [one] un giorno
   *[other] { $count } giorni
}
policies-keep-hint = In giorni; 0 non conserva nulla. I byte conservati sono cifrati, ed eliminati alla scadenza. Se riduce i giorni, ciò che è già conservato resta almeno un’altra settimana.
policies-no-vault = Non si può conservare nulla: il gestore non ha dato una chiave alla cassaforte.
policies-change = Modifica la regola
policies-change-about = Crea una nuova versione. Le decisioni precedenti mantengono la versione con cui sono state prese; i casi aperti mostrano la nuova.
policies-go = Metti in vigore la nuova versione
policies-before = Versioni precedenti
policies-to-list = Tutte le regole
reasons-title = Motivi salvati
reasons-about = Questi testi si possono scegliere come motivo di una decisione, o per saltare o passare un caso, e modificare prima dell’invio. Ogni decisione conserva il proprio testo: una modifica qui non ne tocca nessuna.
reasons-limit = { $count ->
    [one] Al massimo un motivo per regola e lingua.
   *[other] Al massimo { $count } motivi per regola e lingua. I campi vuoti vengono tralasciati.
}
reasons-changed = Ultima modifica:
reasons-saved = I motivi sono salvati.
reasons-save = Salva i motivi
