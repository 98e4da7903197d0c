### The list of undecided cases.

cases-title = Nicht entschiedene Fälle
cases-about = Die Fälle, die noch nicht entschieden sind, die ältesten zuerst. Nach Konto oder Person lassen sie sich nicht auflisten.
cases-part = Stand
cases-any = Alle
cases-open = Offen
cases-escalated = Offen, an die Leitung eskaliert
cases-proposed = Warten auf zweite Zustimmung
cases-age = Alter
cases-age-hour = Älter als eine Stunde
cases-age-day = Älter als ein Tag
cases-age-week = Älter als eine Woche
cases-show = Anzeigen
cases-none = Es gibt keine solchen Fälle.
cases-items = Inhalte
cases-place = Zurzeit
cases-in-bulk = In einer Sammelentscheidung
cases-claimed = Übernommen
cases-unclaimed = Nicht übernommen
cases-newer = Neuere
