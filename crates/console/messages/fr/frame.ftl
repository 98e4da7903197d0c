### The parts that all pages share.

frame-skip = Aller au contenu
frame-continue = Continuer
frame-menu = Pages
frame-find = Chercher un identifiant, un élément ou une banque
frame-find-go = Chercher
frame-sign-out = Se déconnecter
frame-method-added = Un moyen d’accès a été ajouté à votre nom, le
frame-method-added-do = Si ce n’était pas vous, supprimez-le, déconnectez-vous partout ailleurs et prévenez un administrateur :
menu-start = Accueil
menu-queue = File d’attente
menu-decisions = Décisions
menu-banks = Banques
menu-policies = Règles
menu-webhooks = Notifications
menu-staff = Équipe
menu-changes = Modifications
menu-audit = Registre d’audit
menu-me = Ma page
