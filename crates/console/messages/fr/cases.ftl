### The list of undecided cases.

cases-title = Dossiers non décidés
cases-about = Les dossiers qui ne sont pas encore décidés, du plus ancien au plus récent. Ils ne peuvent pas être listés par compte ni par personne.
cases-part = État
cases-any = Tous
cases-open = Ouverts
cases-escalated = Ouverts, transmis à un responsable
cases-proposed = En attente de seconde approbation
cases-age = Âge
cases-age-hour = Plus d’une heure
cases-age-day = Plus d’un jour
cases-age-week = Plus d’une semaine
cases-show = Afficher
cases-none = Aucun dossier ne correspond.
cases-items = Éléments
cases-place = Actuellement
cases-in-bulk = Dans une décision groupée
cases-claimed = Pris en charge
cases-unclaimed = Non pris en charge
cases-newer = Plus récents
