### Decisions, second approval, and undoing.

decisions-title = Décisions
decisions-all = Toutes les décisions conservées. Elles ne peuvent être listées ni par personne ni par compte.
decisions-own = Les décisions que vous avez prises.
decisions-state = État
decisions-outcome = Issue
decisions-policy = Règle
decisions-made = Prise
decisions-any = tous
decisions-show = Afficher
decisions-none = Il n’y a pas de décision.
decisions-older = Décisions plus anciennes
decision-title = Décision
decision-what = Ce qui a été décidé
decision-case = Dossier
decision-policy = Règle
decision-by = Prise par
decision-approver = Seconde approbation par
decision-approval-waits = en attente
decision-alone = fonctionnement à une seule personne : la même personne, un jour plus tard, après un second examen
decision-alone-done = fonctionnement à une seule personne : aucune seconde approbation n’était requise
decision-not-before = Second examen à partir de
decision-resolved = Close
decision-undone = Annulée
decision-reason = Motif
decision-approver-note = Motif du refus
decision-undo-reason = Motif de l’annulation
decision-actions = Mesures pour le service
decision-no-actions = Aucune.
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
decision-request-again = Demander de nouveau
decision-until = jusqu’au { $name }
approval-title = Votre approbation est requise
approval-about = Lisez d’abord le dossier. Si vous approuvez, les mesures sont envoyées au service. Si vous refusez, le dossier est rouvert pour un responsable.
approval-prove = Confirmez votre identité avant d’approuver ou de refuser.
approval-prove-go = Confirmer votre identité
approval-too-soon = En fonctionnement à une seule personne, vous pourrez approuver après un jour, à partir de
approval-case = Le dossier, pour votre second examen
approval-refuse = Refuser
approval-why = Motif du refus
approval-waits = Un responsable qui ne l’a pas proposée doit l’approuver. Rien n’est envoyé d’ici là.
undo-title = Annuler
undo-about = Il est demandé au service de revenir sur ses mesures, et le dossier est rouvert. Ce que cette décision a rendu à un compte lui reste acquis ; pour le restreindre de nouveau, prenez une nouvelle décision.
undo-why = Motif
