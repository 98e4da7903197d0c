### Search.

find-title = Cerca
find-what = Che cosa cerca?
find-hint = Un identificativo, il nome esatto di un elemento, una banca, una pagina o un comando. Account e persone non si possono trovare.
find-none = Nessun risultato.
find-page = Pagina
find-case = Caso
find-decision = Decisione
find-bank = Banca
find-command = Comando
