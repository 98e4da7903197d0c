### Search.

find-title = Rechercher
find-what = Que cherchez-vous ?
find-hint = Un identifiant, le nom exact d’un élément, une banque, une page ou une commande. Les comptes et les personnes ne peuvent pas être trouvés.
find-none = Aucun résultat.
find-page = Page
find-case = Dossier
find-decision = Décision
find-bank = Banque
find-command = Commande
