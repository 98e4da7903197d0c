### The list of undecided cases.

cases-title = Casi non decisi
cases-about = I casi non ancora decisi, dal più vecchio. Non si possono elencare per account né per persona.
cases-part = Stato
cases-any = Tutti
cases-open = Aperti
cases-escalated = Aperti, passati a un responsabile
cases-proposed = In attesa della seconda approvazione
cases-age = Età
cases-age-hour = Oltre un’ora
cases-age-day = Oltre un giorno
cases-age-week = Oltre una settimana
cases-show = Mostra
cases-none = Nessun caso corrisponde.
cases-items = Elementi
cases-place = Situazione attuale
cases-in-bulk = In una decisione collettiva
cases-claimed = Preso in carico
cases-unclaimed = Non preso in carico
cases-newer = Più recenti
