### The queue of open cases.

queue-title = File d’attente
queue-next = Dossier suivant
queue-next-about = Ouvre le dossier non pris en charge le plus urgent, du plus ancien au plus récent.
queue-empty = La file est vide. Bravo !
queue-nothing-for-you = Il n’y a pas de dossier pour vous en ce moment.
queue-claimed = Vous avez pris un dossier en charge.
queue-go-back = Ouvrir votre dossier
queue-waiting = { $count ->
    [one] Un dossier attend
   *[other] { $count } dossiers attendent
}
queue-policy = Règle
queue-urgency = Urgence
queue-cases = Dossiers
queue-oldest = Le plus ancien attend depuis
queue-claim = Prendre un dossier en charge
queue-elsewhere = Hors de la file
queue-proposed = En attente de seconde approbation
queue-in-bulk = Dans une décision groupée
queue-lowerings = Propositions de baisser une urgence
queue-of-leaving = { $count ->
    [one] Un dossier non décidé vient d’un service en cours de départ.
   *[other] { $count } dossiers non décidés viennent de services en cours de départ.
}
queue-no-lead = Des dossiers attendent un responsable, mais aucun membre de l’équipe n’a ce rôle. Demandez à un administrateur de donner à un membre de l’équipe le rôle de responsable.
queue-claim-limit = La limite des prises en charge en une heure est atteinte. La prochaine est possible à partir de
queue-leave-limit = La limite des dossiers laissés sans décision est atteinte. La prochaine prise en charge est possible à partir de
queue-limit-danger = Un dossier où un enfant est peut-être en danger en ce moment peut être pris en charge avant.
queue-list = Lister les dossiers non décidés
queue-limited-services = Vous voyez les dossiers de ces services :
queue-limited-policies = Vous voyez les dossiers de ces règles :
