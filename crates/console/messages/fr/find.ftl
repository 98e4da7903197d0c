### Search.

find-title = Rechercher
find-what = Que cherchez-vous ?
find-hint = Un identifiant, le nom exact d’un élément, une banque ou une page. Ni comptes ni personnes.
find-none = Rien de tel que vous puissiez voir.
find-page = Page
find-case = Dossier
find-decision = Décision
find-bank = Banque
