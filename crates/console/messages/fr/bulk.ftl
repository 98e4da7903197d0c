### Bulk decisions: one decision for several cases.

bulk-title = Décisions groupées
bulk-new = Trancher plusieurs dossiers à la fois
bulk-new-about = Choisissez les dossiers et une réponse. La page suivante dit ce qui sera touché, avant que rien ne soit fait.
bulk-alike = Ce sont des dossiers ouverts dont un élément est proche de la même entrée.
bulk-policy = Règle
bulk-any = toutes
bulk-show = Afficher
bulk-no-cases = Aucun dossier n’est ouvert que vous puissiez trancher.
bulk-cases = Dossiers
bulk-items = { $count ->
    [one] un élément
   *[other] { $count } éléments
}
bulk-prepare = Voir ce qui sera touché
bulk-to-list = Vers toutes les décisions groupées
bulk-none = Il n’y en a aucune.
bulk-made = Préparée
bulk-outcome = Issue
bulk-affects = Touche
bulk-state = État
bulk-count-cases = { $count ->
    [one] un dossier
   *[other] { $count } dossiers
}
bulk-count-subjects = { $count ->
    [one] d’un compte
   *[other] de { $count } comptes
}
bulk-older = Plus anciennes
bulk-one = Décision groupée
bulk-by = Préparée par
bulk-until = Attend jusqu’à
bulk-confirm = Est-ce bien cela ?
bulk-confirm-about = Tant que vous ne le dites pas, rien n’est fait. Si quelque chose arrive entre-temps à l’un de ces dossiers, rien n’est fait non plus.
bulk-drop-go = Y renoncer
bulk-approval-about = Lisez d’abord les dossiers. Approuvé, tout part aux services ; refusé, tous les dossiers sont rouverts pour un responsable.
bulk-undo-about = Les services sont priés de revenir sur ce qu’ils ont fait dans chacun de ces dossiers, et les dossiers sont rouverts. Ceux qui ont été tranchés à nouveau restent tels quels.
bulk-case = Dossier
bulk-urgency = Urgence
bulk-stale = changé depuis
bulk-more = Autres dossiers
bulk-state-prepared = Préparée
bulk-state-proposed = Attend une seconde personne
bulk-state-standing = En vigueur
bulk-state-refused = Refusée par la seconde personne
bulk-state-undone = Annulée
bulk-state-lapsed = Abandonnée, ou trop tard
