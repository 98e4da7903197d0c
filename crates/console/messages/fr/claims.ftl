### How cases are claimed and left, for auditors.

claims-title = Prises en charge des dossiers
claims-about = Ce que chaque membre de l’équipe a fait chaque jour (UTC) des dossiers pris en charge, compté d’après l’historique des dossiers. Un historique disparaît avec son dossier : les jours anciens peuvent être incomplets. Un signalement est une raison de poser la question et non une preuve ; ces nombres ne disent rien de la qualité du travail d’une personne.
claims-range = 31 jours au plus.
claims-rows = Par membre de l’équipe et par jour
claims-none = Il n’y a rien à compter pour ces jours.
claims-day = Jour
claims-claimed = Pris en charge
claims-decided = Décidés
claims-given-back = Rendus
claims-lapsed = Expirés
claims-escalated = Transmis à un responsable
claims-handed-over = Confiés à un collègue
claims-mark = À remarquer
claims-mostly-undecided = Plus de dossiers non décidés que décidés
claims-repeated = Un même dossier pris en charge { $count } fois sur ces jours
claims-more = Lignes suivantes
