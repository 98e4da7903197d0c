### Search.

find-title = Cerca
find-what = Che cosa cerca?
find-hint = Un id, il nome esatto di un contenuto, una banca o una pagina. Account e persone non si trovano.
find-none = Niente con questo nome che lei possa vedere.
find-page = Pagina
find-case = Caso
find-decision = Decisione
find-bank = Banca
