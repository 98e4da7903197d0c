### The parts that all pages share.

frame-skip = Zum Inhalt
frame-continue = Weiter
frame-menu = Seiten
frame-find = Kennung, Inhalt oder Bank suchen
frame-find-go = Suchen
frame-sign-out = Abmelden
frame-method-added = Für Sie wurde ein Zugang hinzugefügt, am
frame-method-added-do = Wenn Sie das nicht waren: entfernen Sie ihn, melden Sie sich überall sonst ab, und sagen Sie es der Verwaltung:
menu-start = Übersicht
menu-queue = Warteschlange
menu-decisions = Entscheidungen
menu-banks = Banken
menu-policies = Richtlinien
menu-webhooks = Zustellungen
menu-staff = Team
menu-changes = Änderungen
menu-audit = Prüfprotokoll
menu-me = Meine Seite
