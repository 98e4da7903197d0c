### Bulk decisions: one decision for several cases.

bulk-title = Sammelentscheidungen
bulk-new = Mehrere Fälle zugleich entscheiden
bulk-new-about = Wählen Sie die Fälle und eine Antwort. Die nächste Seite sagt, was sie berührt, bevor etwas geschieht.
bulk-alike = Das sind offene Fälle mit einem Inhalt nahe demselben Eintrag.
bulk-policy = Richtlinie
bulk-any = alle
bulk-show = Zeigen
bulk-no-cases = Kein Fall ist offen, den Sie entscheiden dürfen.
bulk-cases = Fälle
bulk-items = { $count ->
    [one] ein Inhalt
   *[other] { $count } Inhalte
}
bulk-prepare = Zeigen, was sie berührt
bulk-to-list = Zu allen Sammelentscheidungen
bulk-none = Es gibt keine.
bulk-made = Vorbereitet
bulk-outcome = Ergebnis
bulk-affects = Berührt
bulk-state = Stand
bulk-count-cases = { $count ->
    [one] ein Fall
   *[other] { $count } Fälle
}
bulk-count-subjects = { $count ->
    [one] von einem Konto
   *[other] von { $count } Konten
}
bulk-older = Ältere
bulk-one = Sammelentscheidung
bulk-by = Vorbereitet von
bulk-until = Wartet bis
bulk-confirm = Ist das so gemeint?
bulk-confirm-about = Bis Sie es sagen, geschieht nichts. Kommt vorher etwas zu einem der Fälle hinzu, geschieht auch nichts.
bulk-drop-go = Verwerfen
bulk-approval-about = Lesen Sie zuerst die Fälle. Stimmen Sie zu, geht alles an die Dienste; lehnen Sie ab, sind alle Fälle für die Leitung wieder offen.
bulk-undo-about = Die Dienste werden gebeten, es in jedem dieser Fälle rückgängig zu machen, und die Fälle sind wieder offen. Fälle, die seitdem neu entschieden wurden, bleiben so.
bulk-case = Fall
bulk-urgency = Dringlichkeit
bulk-stale = seitdem geändert
bulk-more = Weitere Fälle
bulk-state-prepared = Vorbereitet
bulk-state-proposed = Wartet auf eine zweite Person
bulk-state-standing = Gilt
bulk-state-refused = Von der zweiten Person abgelehnt
bulk-state-undone = Zurückgenommen
bulk-state-lapsed = Verworfen, oder zu spät
