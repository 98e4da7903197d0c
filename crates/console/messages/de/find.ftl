### Search.

find-title = Suchen
find-what = Was suchen Sie?
find-hint = Eine Kennung, der genaue Name eines Inhalts, eine Bank, eine Seite oder ein Befehl. Konten und Personen sind nicht zu finden.
find-none = Keine Ergebnisse.
find-page = Seite
find-case = Fall
find-decision = Entscheidung
find-bank = Bank
find-command = Befehl
