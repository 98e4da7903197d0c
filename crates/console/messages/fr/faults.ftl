### What went wrong, and what to do about it: a message for each code, and one with `-do` after it.

fault-not-found = Il n’y a rien ici
fault-not-found-do = Vérifiez l’adresse. Il se peut aussi que vos rôles ne vous permettent pas de voir cette page.
fault-conflict = Quelqu’un a été plus rapide
fault-conflict-do = Ce que vous vouliez changer a changé entre-temps. Revenez en arrière, regardez à nouveau et décidez encore une fois.
fault-invalid = Impossible de cette façon
fault-invalid-do = Revenez en arrière et vérifiez ce que vous avez écrit ou choisi. Rien n’a été modifié.
fault-unavailable = La base de données ne répond pas
fault-unavailable-do = Rien n’a été fait à moitié. Attendez un instant et réessayez.
fault-internal = Quelque chose s’est cassé de notre côté
fault-internal-do = Ce n’est pas votre faute. Réessayez ; si cela se reproduit, indiquez l’heure à l’exploitant.
