### How cases are claimed and left, for auditors.

claims-title = Prese in carico dei casi
claims-about = Che cosa ogni membro del personale ha fatto ogni giorno (UTC) con i casi presi in carico, contato dalle cronologie dei casi. Una cronologia viene eliminata con il suo caso, perciò i giorni lontani possono essere incompleti. Una segnalazione nell’ultima colonna è un motivo per chiedere e non una prova; i numeri non dicono nulla su quanto bene lavora una persona.
claims-range = Al massimo 31 giorni.
claims-rows = Per membro del personale e giorno
claims-none = In questi giorni non c’è nulla da contare.
claims-day = Giorno
claims-claimed = Presi in carico
claims-decided = Decisi
claims-given-back = Restituiti
claims-lapsed = Scaduti
claims-escalated = Passati a un responsabile
claims-handed-over = Affidati a un collega
claims-mark = Da notare
claims-mostly-undecided = Più casi non decisi che decisi
claims-repeated = Uno stesso caso preso in carico { $count } volte in questi giorni
claims-more = Altre righe
