### The first page.

start-title = Accueil
start-waiting = dossiers en attente
start-oldest = le plus ancien attend depuis
start-proposed = décisions attendent une seconde personne
start-pages = Où aller
start-figures = Comment va le travail
start-figures-about = Les 30 derniers jours, par règle. Rien ici ne parle d’une seule personne.
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
chart-arrivals = Dossiers arrivés
chart-arrivals-about = Combien de dossiers ont été ouverts chaque jour, par règle.
chart-waiting = Minutes avant qu’un dossier soit pris
chart-waiting-about = Selon le jour d’ouverture des dossiers.
chart-outcomes = Ce qui a été décidé
chart-outcomes-about = Décisions de chaque semaine, à partir du lundi.
chart-overturned = Ce qui a été renversé
chart-overturned-about = Décisions de chaque semaine qui tiennent, et celles qui ont été refusées ou annulées.
chart-median = la moitié n’a pas attendu plus
chart-p90 = neuf sur dix n’ont pas attendu plus
chart-in-effect = tiennent
chart-overturned-ones = refusées ou annulées
chart-cases = dossiers
chart-minutes = en minutes
chart-decisions = décisions
chart-table = La même chose en tableau
chart-day = Jour ou semaine
