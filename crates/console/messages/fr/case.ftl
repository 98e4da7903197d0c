### The page on which a case is decided.

case-title = Dossier
case-decided = Décision enregistrée.
case-proposed = Décision proposée : une seconde approbation est requise avant tout envoi.
case-next-is = Voici le dossier suivant.
case-undo = Annuler
case-undo-reason = Annulée sur la page suivante, juste après la décision.
case-to-queue = Retour à la file d’attente
case-for-leads = Pour un responsable
case-to-decision = Vers la décision
case-danger = Un enfant est peut-être en danger maintenant
case-subject = Objet
case-account = Compte
case-alias-about = C’est un alias. Le nom du compte s’affiche pour la personne qui a pris le dossier en charge.
case-item = Élément
case-service = Service
case-service-leaving = Le service est en cours de départ
case-service-leaving-about = Sa suppression a commencé : ses nouveaux éléments ne sont plus contrôlés. Il reçoit encore les mesures de votre décision et y répond. Il est supprimé quand ses dossiers sont décidés et que ses mesures ont une réponse ou sont en retard.
case-opened = Ouvert
case-earlier = Décisions antérieures sur ce compte
case-earlier-none = Aucune
case-earlier-about = { $count ->
    [one] Décisions en vigueur, prises chez ce service, selon cette règle, ce dernier jour. Seuls ces nombres sont affichés.
   *[other] Décisions en vigueur, prises chez ce service, selon cette règle, ces { $count } derniers jours. Seuls ces nombres sont affichés.
}
case-alike = La même entrée correspond
case-alike-count = { $count ->
    [one] dans un autre dossier ouvert
   *[other] dans { $count } autres dossiers ouverts
}
case-alike-many = dans { $count } autres dossiers ouverts ou plus
case-policy = Ce que disent les règles
case-policy-version = version nº { $count }
case-items = { $count ->
    [one] Un élément
   *[other] { $count } éléments
}
case-more-items = Plus d’éléments
case-claim-title = Ce dossier n’est pas pris en charge
case-claim-about = Prenez-le en charge pour le décider. Tant que votre prise en charge dure, aucun collègue ne le reçoit.
case-claim = Prendre ce dossier en charge
case-kept = Votre texte est conservé
case-state = État
case-read-decision = Ouvrir la décision
case-history = Historique
case-earlier-events = { $count ->
    [one] Un événement antérieur
   *[other] { $count } événements antérieurs
}
event-items-added = { $count ->
    [one] Un élément a été ajouté
   *[other] { $count } éléments ont été ajoutés
}
case-older-events = Événements plus anciens
case-older-views = Consultations antérieures
case-newest = Revenir au plus récent
case-views = { $count ->
    [one] Une consultation en tout
   *[other] { $count } consultations en tout
}
case-clear-views = { $count ->
    [one] Une consultation nette
   *[other] { $count } consultations nettes
}
views-who = Consulté par
views-how = Netteté
views-when = Quand
views-seconds = Secondes
item-blurred = L’élément, flouté jusqu’à être méconnaissable
item-text-only = Mode texte : l’image n’est pas chargée.
item-show-blurred = Afficher l’image floutée
item-hold = Maintenir pour voir nettement
item-toggle = Voir nettement pendant dix secondes
item-view-counts = Chaque consultation est enregistrée.
item-view-failed = L’élément ne peut pas être affiché maintenant. Si une pause s’impose, « Ma page » l’indique.
item-out-of-sight = Cet élément n’est pas à l’écran. Faites défiler jusqu’à lui, puis regardez-le.
item-verdict = Verdict automatique
item-surface = Visibilité
item-matched = Correspondance le
item-hits = Correspondances dans les banques
item-same-bytes = octets identiques
item-near-identical = image presque identique
item-similar = image semblable
item-text = Texte joint à l’élément
item-details = Détails
item-context = Ouvrir sa page chez le service (compte comme une consultation nette)
item-distance = { $count } bits sur 256 diffèrent
item-frame = image { $number } sur { $count } du fichier
item-never-stored = L’image n’a pas été conservée. Décidez d’après les informations de cette page.
item-expired = L’image n’est plus disponible : sa durée de conservation est écoulée.
item-earlier-version = L’image conservée est une version antérieure de l’élément. La plus récente n’a pas été conservée.
item-stored = L’image est conservée. Seules la personne qui a pris le dossier en charge et celle qui donne la seconde approbation peuvent la voir.
item-broken = Cette image ne peut pas être montrée. Décidez d’après les informations de cette page.
item-except = Pour cet élément
item-as-all = comme pour tous les éléments
group-entry = Entrée correspondante
group-none = Sans entrée correspondante
group-purpose = Classement
group-labels = Étiquettes de la source
group-source = Provenance
group-bank = Banque
context-title = Page chez le service
context-about = L’ouverture de cette page est enregistrée et compte comme une consultation nette. Elle ne remplace pas une consultation qu’une décision exige. Le lien mène hors de Mamori ; l’image peut y être nette.
context-open = Ouvrir chez
context-back = Revenir à l’élément
decide-title = Décider
decide-claim-until = Votre prise en charge dure jusqu’à
decide-claim-left = encore {"{minutes}"} min
decide-claim-soon = Dans moins de deux minutes, ce dossier ne sera plus à vous. Écrivez ou faites défiler cette page pour le garder.
decide-claim-over = Ce dossier n’est plus à vous. Votre texte reste sur cette page ; reprenez le dossier en charge pour décider.
decide-outcome = Issue
decide-does-violates = Choisissez au moins une mesure ci-dessous.
decide-does-restore = { $count ->
    [one] Le service est prié de rétablir l’élément.
   *[other] Le service est prié de rétablir les { $count } éléments.
}
decide-outcome-hint = « Pas une correspondance » conteste aussi l’entrée de la banque : jusqu’à la réponse, elle n’agit pas sur les éléments de ce compte chez ce service. Un responsable peut l’étendre à tout le service.
decide-items = Mesure sur les éléments
decide-account = Mesure sur le compte
measure-leave = Aucun changement
measure-restore = Rétablir
measure-restore-all = Tout rétablir
measure-restore-account = Lever la suspension
measure-restore-feature = Rétablir une fonction
measure-remove = Retirer
measure-limit = Masquer dans certains pays jusqu’à une date
measure-countries = Pays
measure-countries-hint = Codes à deux lettres, comme JP, FR.
measure-items-until = Masqué jusqu’au
measure-limit-feature = Désactiver une fonction jusqu’à une date
measure-feature = Fonction
measure-feature-until = Désactivée jusqu’au
measure-suspend = Suspendre le compte
measure-suspend-until = Suspendu jusqu’au
measure-suspend-hint = Vide : sans date de fin. Une suspension exige une seconde approbation.
decide-reason = Motif
decide-reason-hint = Le service le reçoit et peut le transmettre à la personne concernée. Décrivez ce que vous avez vu, et pourquoi c’est ou non contraire à la règle.
decide-go = Décider
decide-stop = Décider et revenir à la file
decide-saved = Motifs enregistrés
decide-saved-none = Choisir un motif
release-why = Motif
release-skip = Passer ce dossier et le laisser à d’autres
release-skip-go = Passer et ouvrir le dossier suivant
release-escalate = Transmettre à un responsable
release-escalate-go = Transmettre
release-urgency = Quelle est l’urgence ?
release-hand-over = Confier à un collègue
release-to = Collègue
release-hand-over-go = Confier au collègue
release-leave = Remettre dans la file
lower-title = Baisser l’urgence
lower-to = Nouvelle urgence
lower-danger = Un enfant est peut-être en danger : l’urgence reste la même tant qu’un responsable qui ne l’a pas proposé n’a pas accepté. En fonctionnement à une seule personne, elle reste la même jusqu’à votre accord, après un jour.
lower-go = La baisser
lowering-title = Proposition de baisser l’urgence
lowering-waits = Un responsable qui ne l’a pas proposé doit accepter. D’ici là, l’urgence reste la même.
lowering-too-soon = En fonctionnement à une seule personne, vous pourrez donner votre accord après un jour, à partir de
lowering-agree = Accepter et baisser l’urgence
lowering-refuse = Ne pas la baisser
lowering-refuse-go = Garder l’urgence
note-title = Écrire une note
note-text = Note pour les futurs lecteurs de ce dossier
note-go = Enregistrer la note
