### Policies: what each purpose forbids.

policies-title = Regole
policies-about = Che cosa vieta ogni scopo, nelle parole secondo cui si decide e che il servizio può riferire.
policies-policy = Regola
policies-version = Versione
policies-wording = Che cosa vieta
policies-severity = Quanto costa una visione nitida
policies-severity-hint = Da 1, lieve, a 5, grave: conta in ciò che una persona può vedere in un giorno.
policies-keep = Conservazione dei dati
policies-days = { $count ->
    [0] mai
    [one] un giorno
   *[other] { $count } giorni
}
policies-keep-hint = In giorni; 0 non conserva nulla. Ciò che si conserva è sigillato e sparisce alla scadenza. Se i giorni diminuiscono, ciò che è già conservato resta almeno una settimana.
policies-no-vault = Qui non si può conservare nulla: il gestore non ha dato una chiave alla cassaforte.
policies-change = Riformularla
policies-change-about = Crea un’altra versione. Le decisioni precedenti mantengono la loro, e i casi aperti mostrano quella nuova.
policies-go = Mettere in vigore
policies-before = Versioni precedenti
policies-to-list = A tutte le regole
