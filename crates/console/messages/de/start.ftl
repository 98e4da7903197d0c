### The first page.

start-title = Startseite
start-waiting = { $count ->
    [one] Fall wartet
   *[other] Fälle warten
}
start-oldest = ältester Fall wartet seit
start-waited-minutes = { $minutes } Min.
start-waited-hours = { $hours } Std. { $minutes } Min.
start-waited-days = { $count ->
    [one] ein Tag
   *[other] { $count } Tage
}
start-proposed = { $count ->
    [one] Entscheidung wartet auf zweite Zustimmung
   *[other] Entscheidungen warten auf zweite Zustimmung
}
start-figures = Arbeitslast, letzte 30 Tage
start-figures-about = Nach Richtlinie. Keine Zahl betrifft eine einzelne Person.
start-figures-few = Diagramme anzeigen: Sie umfassen bisher weniger als 7 Tage
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
chart-arrivals = Neue Fälle
chart-arrivals-about = Wie viele Fälle jeden Tag eröffnet wurden, nach Richtlinie.
chart-waiting = Zeit bis zur Übernahme (Minuten)
chart-waiting-about = Nach dem Tag, an dem die Fälle eröffnet wurden.
chart-outcomes = Ergebnisse der Entscheidungen
chart-outcomes-about = Wirksame Entscheidungen je Woche. Die Woche beginnt am Montag.
chart-overturned = Aufgehobene Entscheidungen
chart-overturned-about = Entscheidungen je Woche: wirksame, und solche, die abgelehnt oder zurückgenommen wurden.
chart-median = Median
chart-p90 = 90. Perzentil
chart-in-effect = wirksam
chart-overturned-ones = abgelehnt oder zurückgenommen
chart-cases = Fälle
chart-minutes = Minuten
chart-decisions = Entscheidungen
chart-table = Als Tabelle anzeigen
chart-day = Tag oder Woche

setup-title = Noch nicht eingerichtet
setup-service = Kein Dienst ist angemeldet.
setup-service-do = Melden Sie einen an und geben Sie ihm einen Schlüssel: `mamori key create service NAME` oder `POST /v1/services`.
setup-bank = Keine Bank ist eingeschaltet; also kann nichts übereinstimmen.
setup-bank-do = Legen Sie eine an und füllen Sie sie: `mamori bank create`, dann `mamori bank import`.
setup-endpoint = Kein Dienst empfängt Webhooks.
setup-endpoint-do = Der Dienst fügt mit seinem Schlüssel einen Endpunkt hinzu: `POST /v1/webhooks`.
setup-reviewer = Es gibt niemanden mit der Rolle Prüfung.
setup-reviewer-do = Fügen Sie auf der Seite Team ein Teammitglied hinzu.
setup-lead = Es gibt keine Leitung: Zweite Zustimmungen sind nicht möglich.
setup-lead-do = Geben Sie auf der Seite Team einem Teammitglied die Rolle Leitung.
setup-editor = Es gibt niemanden mit der Rolle Richtlinienredaktion: Einsprüche bleiben offen.
setup-editor-do = Fügen Sie auf der Seite Team ein Teammitglied hinzu.
setup-auditor = Es gibt keine Revision.
setup-auditor-do = Fügen Sie auf der Seite Team ein Teammitglied hinzu. Die Revision hat keine andere Rolle.
setup-administrator = Sie sind das einzige Mitglied der Verwaltung.
setup-administrator-do = Fügen Sie ein weiteres hinzu, das Ihnen einen neuen Einrichtungslink erstellen kann.
setup-pictures = Es werden keine Bilder aufbewahrt: Entschieden wird, ohne eines zu sehen.
setup-pictures-do = Der Betreiber gibt dem Tresor einen Schlüssel (`mamori vault init`); die Richtlinienredaktion legt dann fest, wie lange eine Richtlinie Bytes aufbewahrt.
