### What stands around every page.

frame-skip = Zum Inhalt
frame-on = Weiter
frame-menu = Seiten
frame-find = Kennung, Inhalt oder Bank suchen
frame-find-go = Suchen
frame-sign-out = Abmelden
menu-start = Übersicht
menu-queue = Warteschlange
menu-decisions = Entscheidungen
menu-banks = Banken
menu-policies = Richtlinien
menu-webhooks = Zustellungen
menu-staff = Team
menu-me = Meine Seite
