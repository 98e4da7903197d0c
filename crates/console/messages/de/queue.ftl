### The queue of open cases.

queue-title = Warteschlange
queue-next = Nächster Fall
queue-next-about = Der dringendste, den niemand bearbeitet, und von diesen der älteste.
queue-empty = Kein Fall wartet. Gut gemacht, alle miteinander.
queue-nothing-for-you = Im Augenblick wartet nichts auf Sie.
queue-claimed = Sie haben einen Fall in der Hand.
queue-go-back = Zu ihm zurück
queue-waiting = { $count ->
    [one] Ein Fall wartet
   *[other] { $count } Fälle warten
}
queue-policy = Richtlinie
queue-urgency = Dringlichkeit
queue-cases = Fälle
queue-oldest = Ältester seit
queue-claim = Einen davon nehmen
queue-elsewhere = Zurzeit nicht in der Warteschlange
queue-proposed = Warten auf eine zweite Person
queue-in-bulk = In einer Sammelentscheidung
queue-lowerings = Vorschläge, eine Dringlichkeit zu senken
queue-of-leaving = { $count ->
    [one] Ein offener Fall ist von einem Dienst, der ausscheidet.
   *[other] { $count } offene Fälle sind von Diensten, die ausscheiden.
}
queue-no-lead = Niemand hier gehört zur Leitung, und etwas wartet auf sie. Bitten Sie die Verwaltung, jemandem diese Rolle zu geben.
queue-claim-limit = Die Grenze für Übernahmen in einer Stunde ist erreicht. Die nächste Übernahme ist möglich ab
queue-leave-limit = Die Grenze für Fälle, die unentschieden zurückgehen, ist erreicht. Die nächste Übernahme ist möglich ab
queue-limit-danger = Ein Fall, in dem jetzt ein Kind in Gefahr sein kann, kann schon vorher übernommen werden.
