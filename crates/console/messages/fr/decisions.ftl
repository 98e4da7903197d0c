### Decisions, second approval, and undoing.

decisions-title = Décisions
decisions-all = Toutes celles qui sont conservées. Il n’y a de liste ni par personne ni par compte.
decisions-own = Celles que vous avez prises.
decisions-state = État
decisions-outcome = Issue
decisions-policy = Règle
decisions-made = Prise
decisions-any = tous
decisions-show = Afficher
decisions-none = Il n’y en a aucune.
decisions-older = Plus anciennes
decision-title = Décision
decision-what = Ce qui a été décidé
decision-case = Dossier
decision-policy = Règle
decision-by = Prise par
decision-approver = Seconde personne
decision-approval-waits = attend
decision-alone = fonctionnement à une seule personne : la même personne, un jour plus tard, après un nouvel examen
decision-alone-done = fonctionnement à une seule personne : aucune seconde personne n’était requise
decision-not-before = Second examen à partir de
decision-resolved = Réglée
decision-undone = Annulée
decision-reason = Raison
decision-approver-note = Pourquoi la seconde personne a refusé
decision-undo-reason = Pourquoi elle a été annulée
decision-actions = Ce qui a été demandé au service
decision-no-actions = Rien.
decision-action = Mesure
decision-about = Concerne
decision-state = État
decision-answered = Répondu
decision-reminders = { $count ->
    [one] redemandé une fois
   *[other] redemandé { $count } fois
}
decision-messages = { $count ->
    [one] Un message
   *[other] { $count } messages
}
decision-attempts = { $count ->
    [0] pas encore essayé
    [one] essayé une fois
   *[other] essayé { $count } fois
}
decision-request-again = Redemander au service
decision-until = jusqu’au { $name }
approval-title = Vous êtes la seconde personne
approval-about = Lisez d’abord le dossier. Approuvée, la décision part au service ; refusée, le dossier est rouvert pour un responsable.
approval-prove = Avant de trancher, prouvez encore une fois qui vous êtes.
approval-prove-go = Le prouver maintenant
approval-too-soon = Vous travaillez seul·e : vous pourrez l’approuver après un jour d’attente, à partir de
approval-case = Le dossier, pour votre second regard
approval-refuse = Refuser
approval-why = Pourquoi non
approval-waits = Un responsable qui ne l’a pas proposée doit l’examiner. Rien n’est envoyé d’ici là.
undo-title = Annuler
undo-about = Le service est prié de revenir sur ce qu’il a fait, et le dossier est rouvert. Ce qui a été rendu à un compte ne lui est pas repris ainsi : ce serait une décision à part.
undo-why = Pourquoi
