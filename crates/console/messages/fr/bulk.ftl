### Bulk decisions: one decision for several cases.

bulk-title = Décisions groupées
bulk-new = Décider plusieurs dossiers à la fois
bulk-new-about = Choisissez les dossiers et une décision pour tous. La page suivante montre ce qu’elle concerne, avant que rien ne soit fait.
bulk-alike = Dossiers ouverts dont un élément correspond à la même entrée.
bulk-policy = Règle
bulk-any = toutes
bulk-show = Afficher
bulk-no-cases = Il n’y a pas de dossier ouvert que vous puissiez décider.
bulk-cases = Dossiers
bulk-select-all = Tout sélectionner
bulk-select-none = Ne rien sélectionner
bulk-pictures-about = Les images sont floutées ; leur affichage est enregistré.
bulk-items = { $count ->
    [one] un élément
   *[other] { $count } éléments
}
bulk-prepare = Montrer ce qu’elle concerne
bulk-to-list = Toutes les décisions groupées
bulk-none = Il n’y a pas de décision groupée.
bulk-made = Préparée
bulk-outcome = Issue
bulk-affects = Concerne
bulk-state = État
bulk-count-cases = { $count ->
    [one] un dossier
   *[other] { $count } dossiers
}
bulk-count-subjects = { $count ->
    [one] d’un compte
   *[other] de { $count } comptes
}
bulk-older = Décisions groupées plus anciennes
bulk-one = Décision groupée
bulk-by = Préparée par
bulk-until = Peut être confirmée jusqu’à
bulk-confirm = Confirmer cette décision groupée
bulk-confirm-about = Rien n’est fait tant que vous n’avez pas confirmé. Si l’un de ces dossiers change entre-temps, la décision groupée est abandonnée et rien n’est fait.
bulk-drop-go = Abandonner
bulk-approval-about = Lisez d’abord les dossiers. Si vous approuvez, les mesures sont envoyées aux services. Si vous refusez, tous les dossiers sont rouverts pour un responsable.
bulk-undo-about = Il est demandé aux services de revenir sur leurs mesures dans chacun de ces dossiers, et les dossiers sont rouverts. Ceux qui ont été décidés de nouveau depuis restent tels quels.
bulk-case = Dossier
bulk-urgency = Urgence
bulk-stale = changé depuis la préparation
bulk-more = Autres dossiers
bulk-state-prepared = Préparée
bulk-state-proposed = En attente de seconde approbation
bulk-state-standing = En vigueur
bulk-state-refused = Refusée à la seconde approbation
bulk-state-undone = Annulée
bulk-state-lapsed = Abandonnée ou expirée
