### What went wrong, and what to do about it: a message for each code, and one with `-do` after it.

fault-not-found = Qui non c’è nulla
fault-not-found-do = Controlli l’indirizzo. Può anche darsi che i Suoi ruoli non permettano di vederla.
fault-conflict = Qualcuno è stato più veloce
fault-conflict-do = Ciò che voleva modificare nel frattempo è cambiato. Torni indietro, riguardi e decida di nuovo.
fault-invalid = Così non si può fare
fault-invalid-do = Torni indietro e controlli ciò che ha scritto o scelto. Nulla è stato modificato.
fault-unavailable = La base di dati non risponde
fault-unavailable-do = Nulla è rimasto a metà. Attenda un momento e riprovi.
fault-internal = Qualcosa si è rotto dalla nostra parte
fault-internal-do = Non è colpa Sua. Riprovi; se accade di nuovo, dica al gestore a che ora è successo.
