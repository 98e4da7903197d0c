### One's own page: what one has seen, breaks, and how the console looks.

me-title = La mia pagina
me-seen = Che cosa ha visto in 24 ore
me-seen-about = Solo Lei vede queste cifre. Nessuno le confronta.
me-looks = Visioni nitide
me-minutes = Minuti di visione nitida
me-points = Punti per gravità
me-veiled = Visioni sfocate, che non costano nulla
me-of = { $seen } su { $most }
me-rest-title = Pause
me-rest-until = Una pausa, fino alle
me-rest-left = ancora {"{minutes}"} min
me-rest-about = Ne prenda una quando vuole. Il caso che ha in mano torna in coda.
me-rest = Fai una pausa
me-care = Qualcuno con cui parlare
me-look = Come appare la console
me-language = Lingua
me-scheme = Colori
me-view = Immagini
me-keys = I singoli tasti agiscono, come N per il caso successivo
me-save = Salva
me-roles = I Suoi ruoli
