### The page on which a case is decided.

case-title = Dossier
case-decided = C’est décidé.
case-proposed = C’est proposé : une seconde personne doit l’examiner avant tout envoi.
case-next-is = Voici le dossier suivant.
case-to-queue = Vers la file d’attente
case-read-or-undo = Lire la décision ou l’annuler
case-for-leads = Pour un responsable
case-to-decision = Vers la décision
case-danger = Un enfant est peut-être en danger maintenant
case-subject = De quoi il s’agit
case-account = Compte
case-item = Élément
case-service = Service
case-service-leaving = Le service est en cours de départ
case-service-leaving-about = Il a été supprimé, et rien de nouveau n’y est contrôlé. Il peut encore appliquer votre décision. Il disparaît quand ses dossiers sont décidés et que ses mesures ont une réponse.
case-opened = Ouvert
case-alike = La même image ailleurs
case-alike-count = { $count ->
    [one] dans un autre dossier ouvert
   *[other] dans { $count } autres dossiers ouverts
}
case-policy = Ce que disent les règles
case-policy-version = version nº { $count }
case-items = { $count ->
    [one] Un élément
   *[other] { $count } éléments
}
case-more-items = Plus d’éléments
case-claim-title = Personne n’a ce dossier en main
case-claim-about = Prenez-le en charge pour décider. Pendant ce temps, personne d’autre ne le reçoit.
case-claim = Prendre ce dossier en charge
case-kept = Ce que vous avez écrit est conservé
case-state = Où il en est
case-read-decision = Lire la décision
case-history = Historique
case-older-events = Ce qui s’est passé avant
case-older-views = Consultations antérieures
case-newest = Revenir au plus récent
case-views = { $count ->
    [one] Une consultation
   *[other] { $count } consultations
}
views-who = Qui
views-how = Comment
views-when = Quand
views-seconds = Secondes
item-blurred = L’élément, flouté jusqu’à être méconnaissable
item-text-only = Vous n’affichez que le texte.
item-show-blurred = Afficher l’image floutée
item-hold = Maintenir pour voir nettement
item-toggle = Voir nettement pendant dix secondes
item-view-counts = Chaque consultation est enregistrée.
item-view-failed = Impossible de l’afficher maintenant. Si une pause s’impose, votre page l’indique.
item-verdict = La machine
item-surface = Qui pouvait le voir
item-matched = Correspondance
item-hits = Proche de
item-same-bytes = exactement les mêmes octets
item-distance = { $count } bits sur 256 diffèrent
item-frame = image { $count } du fichier
item-never-stored = L’image n’a pas été conservée : décidez d’après ce qui est écrit ici.
item-expired = L’image a disparu : son délai est écoulé.
item-stored = L’image est conservée. Seule la personne qui décide la voit.
item-broken = Cette image ne peut pas être montrée. Décidez d’après ce qui figure ici.
item-except = Pour cet élément
item-as-all = comme pour tous
decide-title = Décider
decide-claim-until = Ce dossier est à vous jusqu’à
decide-outcome = Qu’en est-il ?
decide-outcome-hint = « Pas une correspondance » conteste aussi l’entrée de la banque : elle n’agit plus chez ce service jusqu’à la réponse de son propriétaire.
decide-items = Les éléments
decide-account = Le compte
measure-leave = Laisser tel quel
measure-restore = Rétablir
measure-restore-all = Tout rétablir
measure-restore-account = Rouvrir le compte
measure-restore-feature = Rendre une fonction
measure-remove = Retirer
measure-limit = Masquer dans certains pays jusqu’à un jour donné
measure-countries = Pays
measure-countries-hint = Codes à deux lettres, comme JP, FR.
measure-items-until = Masqué jusqu’au
measure-limit-feature = Retirer une fonction jusqu’à un jour donné
measure-feature = Fonction
measure-feature-until = Retirée jusqu’au
measure-suspend = Suspendre le compte
measure-suspend-until = Suspendu jusqu’au
measure-suspend-hint = Vide : sans fin. Une suspension exige une seconde personne.
decide-reason = La raison, en toutes lettres
decide-reason-hint = Le service la lit et peut la transmettre à la personne concernée. Dites ce que vous avez vu et pourquoi c’est, ou non, contraire aux règles.
decide-go = Décider
release-why = Pourquoi
release-skip = Passer ce dossier
release-skip-go = Passer et prendre le suivant
release-escalate = Transmettre à un responsable
release-escalate-go = Transmettre
release-urgency = Quelle est l’urgence ?
release-hand-over = Confier à un collègue
release-to = À qui
release-hand-over-go = Confier
release-leave = Le rendre sans un mot
note-title = Écrire une note
note-text = Pour qui lira ce dossier plus tard
note-go = Garder la note
