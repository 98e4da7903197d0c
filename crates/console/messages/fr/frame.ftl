### What stands around every page.

frame-skip = Aller au contenu
frame-on = Continuer
frame-menu = Pages
frame-find = Chercher un identifiant, un élément ou une banque
frame-find-go = Chercher
frame-sign-out = Se déconnecter
menu-start = Accueil
menu-queue = File d’attente
menu-decisions = Décisions
menu-banks = Banques
menu-policies = Règles
menu-webhooks = Notifications
menu-staff = Équipe
menu-me = Ma page
