### What stands around every page.

frame-skip = Vai al contenuto
frame-on = Continua
frame-menu = Pagine
frame-find = Cerca un identificativo, un elemento o una banca
frame-find-go = Cerca
frame-sign-out = Esci
menu-start = Inizio
menu-queue = Coda
menu-decisions = Decisioni
menu-banks = Banche
menu-policies = Regole
menu-webhooks = Notifiche
menu-staff = Personale
menu-me = La mia pagina
