### The first page.

start-title = Übersicht
start-waiting = Fälle warten
start-oldest = seitdem wartet der älteste
start-proposed = Entscheidungen warten auf eine zweite Person
start-pages = Wohin
start-figures = Wie die Arbeit läuft
start-figures-about = Die letzten 30 Tage, nach Richtlinie. Nichts davon sagt etwas über eine einzelne Person.
start-unanswered = { $count ->
    [one] Eine Maßnahme wartet auf die Antwort eines Dienstes.
   *[other] { $count } Maßnahmen warten auf Antworten von Diensten.
}
start-overdue = { $count ->
    [one] eine ist überfällig
   *[other] { $count } sind überfällig
}
start-disputes = { $count ->
    [one] Ein Einspruch gegen einen Eintrag ist offen.
   *[other] { $count } Einsprüche gegen Einträge sind offen.
}
start-disputes-service = { $count ->
    [one] einer gilt für einen ganzen Dienst
   *[other] { $count } gelten für einen ganzen Dienst
}
start-vault = Der Tresor ist fast voll
start-vault-used = Belegt:
start-vault-about = Wenn er voll ist, werden die Bytes neuer Treffer nicht gespeichert, und ihre Bilder können nicht geprüft werden. Sagen Sie dem Betreiber Bescheid.
start-leaving = Dienste, die ausscheiden
start-leaving-about = Die Löschung dieser Dienste hat begonnen. Neue Inhalte von ihnen werden nicht geprüft. Jeder wird gelöscht, wenn seine Fälle entschieden und seine Maßnahmen beantwortet oder überfällig sind.
start-leaving-service = Dienst
start-leaving-since = Scheidet aus seit
start-leaving-undecided = Offene Fälle
start-leaving-unanswered = Maßnahmen ohne Antwort
start-requests = { $count ->
    [one] Eine Änderung wartet auf einen zweiten Akteur.
   *[other] { $count } Änderungen warten auf einen zweiten Akteur.
}
start-notices = { $count ->
    [one] Eine Änderung, die die Wirkung einer Bank einschränkte, ist zu bestätigen.
   *[other] { $count } Änderungen, die die Wirkung einer Bank einschränkten, sind zu bestätigen.
}
chart-arrivals = Eingegangene Fälle
chart-arrivals-about = Wie viele Fälle jeden Tag eröffnet wurden, nach Richtlinie.
chart-waiting = Minuten, bis jemand einen Fall übernahm
chart-waiting-about = Nach dem Tag, an dem die Fälle eröffnet wurden.
chart-outcomes = Was entschieden wurde
chart-outcomes-about = Entscheidungen je Woche, die am Montag beginnt.
chart-overturned = Was aufgehoben wurde
chart-overturned-about = Entscheidungen je Woche, die gelten, und solche, die abgelehnt oder zurückgenommen wurden.
chart-median = die Hälfte wartete nicht länger
chart-p90 = neun von zehn warteten nicht länger
chart-in-effect = gelten
chart-overturned-ones = abgelehnt oder zurückgenommen
chart-cases = Fälle
chart-minutes = Minuten
chart-decisions = Entscheidungen
chart-table = Dasselbe als Tabelle
chart-day = Tag oder Woche
