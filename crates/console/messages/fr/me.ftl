### One's own page: what one has seen, breaks, and how the console looks.

me-title = Ma page
me-seen = Ce que vous avez vu en 24 heures
me-seen-about = Vous seul voyez ces chiffres. Personne ne les compare.
me-looks = Consultations nettes
me-minutes = Minutes de consultation nette
me-points = Points selon la gravité
me-veiled = Consultations floutées, qui ne coûtent rien
me-of = { $seen } sur { $most }
me-rest-title = Pauses
me-rest-until = Une pause, jusqu’à
me-rest-left = encore {"{minutes}"} min
me-rest-about = Prenez-en une quand vous voulez. Le dossier que vous avez en main retourne dans la file.
me-rest = Faire une pause
me-care = Quelqu’un à qui parler
me-look = L’apparence de la console
me-language = Langue
me-scheme = Couleurs
me-view = Images
me-keys = Des touches seules agissent, comme N pour le dossier suivant
me-save = Enregistrer
me-roles = Vos rôles
