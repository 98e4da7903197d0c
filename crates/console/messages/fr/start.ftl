### The first page.

start-title = Accueil
start-waiting = { $count ->
    [one] dossier en attente
   *[other] dossiers en attente
}
start-oldest = le plus ancien dossier attend depuis
start-waited-minutes = { $minutes } min
start-waited-hours = { $hours } h { $minutes } min
start-waited-days = { $count ->
    [one] un jour
   *[other] { $count } jours
}
start-proposed = { $count ->
    [one] décision en attente de seconde approbation
   *[other] décisions en attente de seconde approbation
}
start-figures = Charge de travail, 30 derniers jours
start-figures-about = Par règle. Aucun chiffre ne concerne une seule personne.
start-figures-few = Afficher les graphiques : ils couvrent pour l’instant moins de 7 jours
start-unanswered = { $count ->
    [one] Une mesure attend la réponse d’un service.
   *[other] { $count } mesures attendent la réponse de services.
}
start-overdue = { $count ->
    [one] une est en retard
   *[other] { $count } sont en retard
}
start-disputes = { $count ->
    [one] Une contestation d’une entrée est ouverte.
   *[other] { $count } contestations d’entrées sont ouvertes.
}
start-disputes-service = { $count ->
    [one] une s’applique à tout un service
   *[other] { $count } s’appliquent à tout un service
}
start-vault = Le coffre est presque plein
start-vault-used = Utilisé :
start-vault-about = Quand il est plein, les octets des nouvelles correspondances ne sont plus conservés et leurs images ne peuvent plus être examinées. Prévenez l’exploitant.
start-leaving = Services en cours de départ
start-leaving-about = La suppression de ces services a commencé. Leurs nouveaux éléments ne sont plus contrôlés. Chacun est supprimé quand ses dossiers sont décidés et que ses mesures ont une réponse ou sont en retard.
start-leaving-service = Service
start-leaving-since = En cours de départ depuis
start-leaving-undecided = Dossiers non décidés
start-leaving-unanswered = Mesures sans réponse
start-requests = { $count ->
    [one] Une modification attend un second acteur.
   *[other] { $count } modifications attendent un second acteur.
}
start-notices = { $count ->
    [one] Il faut prendre acte d’une modification qui a restreint l’effet d’une banque.
   *[other] Il faut prendre acte de { $count } modifications qui ont restreint l’effet d’une banque.
}
chart-arrivals = Nouveaux dossiers
chart-arrivals-about = Combien de dossiers ont été ouverts chaque jour, par règle.
chart-waiting = Délai de prise en charge (minutes)
chart-waiting-about = Selon le jour d’ouverture des dossiers.
chart-outcomes = Issues des décisions
chart-outcomes-about = Décisions en vigueur, par semaine. La semaine commence le lundi.
chart-overturned = Décisions infirmées
chart-overturned-about = Décisions par semaine : en vigueur, et refusées ou annulées.
chart-median = Médiane
chart-p90 = 90e centile
chart-in-effect = en vigueur
chart-overturned-ones = refusées ou annulées
chart-cases = dossiers
chart-minutes = en minutes
chart-decisions = décisions
chart-table = Afficher en tableau
chart-day = Jour ou semaine

setup-title = Pas encore configuré
setup-service = Aucun service n’est enregistré.
setup-service-do = Enregistrez-en un et donnez-lui une clé : `mamori key create service NOM`, ou `POST /v1/services`.
setup-bank = Aucune banque n’est activée ; rien ne peut donc correspondre.
setup-bank-do = Créez-en une et remplissez-la : `mamori bank create`, puis `mamori bank import`.
setup-endpoint = Aucun service ne reçoit de webhooks.
setup-endpoint-do = Le service ajoute son point de réception avec sa clé : `POST /v1/webhooks`.
setup-reviewer = Il n’y a personne pour la modération.
setup-reviewer-do = Ajoutez un membre sur la page Équipe.
setup-lead = Il n’y a pas de responsable : aucune seconde approbation n’est possible.
setup-lead-do = Donnez à un membre le rôle de responsable sur la page Équipe.
setup-editor = Il n’y a personne pour la rédaction des règles : les contestations restent ouvertes.
setup-editor-do = Ajoutez un membre sur la page Équipe.
setup-auditor = Il n’y a pas d’auditeur.
setup-auditor-do = Ajoutez-en un sur la page Équipe. Un auditeur n’a pas d’autre rôle.
setup-administrator = Vous êtes le seul administrateur.
setup-administrator-do = Ajoutez-en un autre, qui pourra vous créer un nouveau lien d’inscription.
setup-pictures = Aucune image n’est conservée : les décisions se prennent sans en voir.
setup-pictures-do = L’exploitant donne une clé au coffre (`mamori vault init`) ; la rédaction des règles fixe ensuite la durée de conservation des octets.
