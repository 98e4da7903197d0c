### Search.

find-title = Suchen
find-what = Was suchen Sie?
find-hint = Eine Kennung, der genaue Name eines Inhalts, eine Bank oder eine Seite. Konten und Personen findet man nicht.
find-none = Nichts heißt so, das Sie sehen dürfen.
find-page = Seite
find-case = Fall
find-decision = Entscheidung
find-bank = Bank
