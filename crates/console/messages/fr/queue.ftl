### The queue of open cases.

queue-title = File d’attente
queue-next = Dossier suivant
queue-next-about = Le plus urgent que personne n’a en main et, parmi ceux-là, le plus ancien.
queue-empty = Aucun dossier n’attend. Bravo à toute l’équipe.
queue-nothing-for-you = Rien ne vous attend pour le moment.
queue-claimed = Vous avez un dossier en main.
queue-go-back = Y revenir
queue-waiting = { $count ->
    [one] Un dossier attend
   *[other] { $count } dossiers attendent
}
queue-policy = Règle
queue-urgency = Urgence
queue-cases = Dossiers
queue-oldest = Le plus ancien depuis
queue-claim = En prendre un
queue-elsewhere = Hors de la file pour le moment
queue-proposed = En attente d’une seconde personne
queue-in-bulk = Dans une décision groupée
queue-lowerings = Propositions de baisser une urgence
queue-of-leaving = { $count ->
    [one] Un dossier non décidé vient d’un service en cours de départ.
   *[other] { $count } dossiers non décidés viennent de services en cours de départ.
}
queue-no-lead = Personne ici n’est responsable, et quelque chose attend un responsable. Demandez à l’administration de donner ce rôle à quelqu’un.
queue-claim-limit = La limite des prises en charge en une heure est atteinte. La prochaine est possible à partir de
queue-leave-limit = La limite des dossiers laissés sans décision est atteinte. La prochaine prise en charge est possible à partir de
queue-limit-danger = Un dossier où un enfant est peut-être en danger en ce moment peut être pris en charge avant.
