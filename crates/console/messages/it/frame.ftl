### The parts that all pages share.

frame-skip = Vai al contenuto
frame-continue = Continua
frame-menu = Pagine
frame-find = Cerca un identificativo, un elemento o una banca
frame-find-go = Cerca
frame-sign-out = Esci
frame-method-added = È stato aggiunto un modo per entrare a Suo nome, il
frame-method-added-do = Se non è stato Lei, lo rimuova, esca da ogni altro luogo e avvisi un amministratore:
menu-start = Inizio
menu-queue = Coda
menu-decisions = Decisioni
menu-banks = Banche
menu-policies = Regole
menu-webhooks = Notifiche
menu-staff = Personale
menu-changes = Modifiche
menu-audit = Registro di controllo
menu-me = La mia pagina
