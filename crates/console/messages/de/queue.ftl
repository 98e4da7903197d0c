### The queue of open cases.

queue-title = Warteschlange
queue-next = Nächster Fall
queue-next-about = Öffnet den dringendsten nicht übernommenen Fall, den ältesten zuerst.
queue-empty = Die Warteschlange ist leer. Gut gemacht!
queue-nothing-for-you = Zurzeit gibt es keinen Fall für Sie.
queue-claimed = Sie haben einen Fall übernommen.
queue-go-back = Ihren Fall öffnen
queue-waiting = { $count ->
    [one] Ein Fall wartet
   *[other] { $count } Fälle warten
}
queue-policy = Richtlinie
queue-urgency = Dringlichkeit
queue-cases = Fälle
queue-oldest = Ältester wartet
queue-claim = Fall übernehmen
queue-elsewhere = Außerhalb der Warteschlange
queue-proposed = Warten auf zweite Zustimmung
queue-in-bulk = In einer Sammelentscheidung
queue-lowerings = Vorschläge, eine Dringlichkeit zu senken
queue-of-leaving = { $count ->
    [one] Ein offener Fall ist von einem Dienst, der ausscheidet.
   *[other] { $count } offene Fälle sind von Diensten, die ausscheiden.
}
queue-no-lead = Einige Fälle brauchen eine Leitung, aber kein Teammitglied hat diese Rolle. Bitten Sie die Verwaltung, einem Teammitglied die Rolle Leitung zu geben.
queue-claim-limit = Die Grenze für Übernahmen in einer Stunde ist erreicht. Die nächste Übernahme ist möglich ab
queue-leave-limit = Die Grenze für Fälle, die unentschieden zurückgehen, ist erreicht. Die nächste Übernahme ist möglich ab
queue-limit-danger = Ein Fall, in dem jetzt ein Kind in Gefahr sein kann, kann schon vorher übernommen werden.
queue-list = Nicht entschiedene Fälle auflisten
queue-limited-services = Sie sehen die Fälle dieser Dienste:
queue-limited-policies = Sie sehen die Fälle dieser Richtlinien:
