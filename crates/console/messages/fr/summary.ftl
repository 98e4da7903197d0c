### Ce que fait une décision, en phrases et comme libellé d’un bouton ; et ce qui a été regardé avant.

summary-heading-future = Mesures qui seront demandées au service
summary-heading-past = Mesures demandées au service
summary-heading-undone = Mesures demandées au service avant l’annulation
summary-heading-never = Mesures qui auraient été demandées au service
summary-heading-undo = Mesures qui seront demandées au service si vous annulez
summary-nothing = Aucune mesure n’est demandée au service.
summary-separator = {", "}
summary-more = { $names } et { $count } autres
summary-suspend = { $count ->
    [one] Suspendre un compte sans date de fin ({ $names }).
   *[other] Suspendre { $count } comptes sans date de fin ({ $names }).
}
summary-suspend-until = { $count ->
    [one] Suspendre un compte jusqu’au { $until } ({ $names }).
   *[other] Suspendre { $count } comptes jusqu’au { $until } ({ $names }).
}
summary-limit-feature = { $count ->
    [one] Désactiver « { $feature } » d’un compte jusqu’au { $until } ({ $names }).
   *[other] Désactiver « { $feature } » de { $count } comptes jusqu’au { $until } ({ $names }).
}
summary-restore-account = { $count ->
    [one] Lever la suspension d’un compte ({ $names }).
   *[other] Lever la suspension de { $count } comptes ({ $names }).
}
summary-restore-feature = { $count ->
    [one] Rétablir « { $feature } » d’un compte ({ $names }).
   *[other] Rétablir « { $feature } » de { $count } comptes ({ $names }).
}
summary-remove = { $count ->
    [one] Retirer un élément.
   *[other] Retirer { $count } éléments.
}
summary-hide = { $count ->
    [one] Masquer un élément dans { $countries } jusqu’au { $until }.
   *[other] Masquer { $count } éléments dans { $countries } jusqu’au { $until }.
}
summary-hold = { $count ->
    [one] Retenir de nouveau un élément.
   *[other] Retenir de nouveau { $count } éléments.
}
summary-restore = { $count ->
    [one] Rendre un élément de nouveau visible.
   *[other] Rendre { $count } éléments de nouveau visibles.
}
act-and = { $first } et { $then }
act-list = { $first }, { $then }
act-suspend = { $count ->
    [one] suspendre un compte
   *[other] suspendre { $count } comptes
}
act-limit-feature = { $count ->
    [one] désactiver une fonction d’un compte
   *[other] désactiver une fonction de { $count } comptes
}
act-restore-account = { $count ->
    [one] lever la suspension d’un compte
   *[other] lever la suspension de { $count } comptes
}
act-restore-feature = { $count ->
    [one] rétablir une fonction d’un compte
   *[other] rétablir une fonction de { $count } comptes
}
act-remove = { $count ->
    [one] retirer un élément
   *[other] retirer { $count } éléments
}
act-hide = { $count ->
    [one] masquer un élément dans certains pays
   *[other] masquer { $count } éléments dans certains pays
}
act-hold = { $count ->
    [one] retenir de nouveau un élément
   *[other] retenir de nouveau { $count } éléments
}
act-restore = { $count ->
    [one] rendre un élément de nouveau visible
   *[other] rendre { $count } éléments de nouveau visibles
}
act-nothing = ne demander aucune mesure
act-propose = Proposer : { $act }
act-approve = Approuver : { $act }
act-undo = Annuler : { $act }
confirm-title = Confirmer cette décision
confirm-about-standing = La décision prend effet dès que vous la confirmez. Vous pouvez l’annuler pendant un temps limité.
confirm-about-proposed = Un responsable doit l’approuver. Rien n’est envoyé au service avant cela.
confirm-about-proposed-alone = En fonctionnement à une seule personne, vous devez l’examiner et l’approuver après un jour. Rien n’est envoyé au service avant cela.
confirm-back = Modifier la décision
views-needed-progress = { $done } des { $count } consultations nécessaires
views-needed-about = Il faut regarder nettement chaque élément dont les octets ne sont dans aucune banque, et un élément pour chaque entrée. Une consultation compte pour toutes les copies presque identiques.
views-needed-case = Sans ces consultations, vous ne pouvez ni suspendre un compte, ni désactiver une fonction plus de { $days } jours, ni décider « Pas une correspondance ». Toute autre restriction demande alors une seconde approbation, sauf si les octets sont identiques.
views-needed-both = La personne qui décide et celle qui donne la seconde approbation doivent chacune regarder ces éléments nettement.
views-needed-author = « Pas une correspondance » exige ces consultations.
views-needed-or-approval = Sans ces consultations, la décision demande une seconde approbation.
views-needed-alone = Regardez-en nettement au moins un avant d’approuver.
views-needed-free = Cette décision n’exige pas de consultations de votre part.
views-needed-open = Encore à regarder
views-needed-done = Tout ce qui est conservé a été regardé.
views-needed-unkept = { $count ->
    [one] Un élément ou une entrée ne peut pas être regardé : l’image n’a pas été conservée ou ne peut pas être montrée.
   *[other] { $count } éléments ou entrées ne peuvent pas être regardés : les images n’ont pas été conservées ou ne peuvent pas être montrées.
}
viewing-author = Regardé par l’auteur de la décision
viewing-approver = Regardé pour la seconde approbation
viewing-without = Décidé sans regarder
viewing-viewed = tous les éléments qu’il faut regarder avant de suspendre un compte
viewing-in-part = une partie des éléments qu’il faut regarder avant de suspendre un compte
viewing-not-needed = rien ; aucune consultation n’était exigée
viewing-not-kept = rien ; aucune image n’était conservée, ou aucune ne pouvait être montrée
viewing-not-viewed = rien, bien que des images fussent conservées
