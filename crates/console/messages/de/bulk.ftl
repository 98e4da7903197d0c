### Bulk decisions: one decision for several cases.

bulk-title = Sammelentscheidungen
bulk-new = Mehrere Fälle zugleich entscheiden
bulk-new-about = Wählen Sie die Fälle und eine Entscheidung für alle. Die nächste Seite zeigt, was sie betrifft, bevor etwas geschieht.
bulk-alike = Offene Fälle mit einem Inhalt, der einen Treffer mit demselben Eintrag hat.
bulk-policy = Richtlinie
bulk-any = alle
bulk-show = Anzeigen
bulk-no-cases = Es gibt keinen offenen Fall, den Sie entscheiden dürfen.
bulk-cases = Fälle
bulk-select-all = Alle auswählen
bulk-select-none = Keine auswählen
bulk-pictures-about = Die Bilder sind unscharf; dass Sie sie gesehen haben, wird aufgezeichnet.
bulk-items = { $count ->
    [one] ein Inhalt
   *[other] { $count } Inhalte
}
bulk-prepare = Zeigen, was sie betrifft
bulk-to-list = Alle Sammelentscheidungen
bulk-none = Es gibt keine Sammelentscheidungen.
bulk-made = Vorbereitet
bulk-outcome = Ergebnis
bulk-affects = Betrifft
bulk-state = Stand
bulk-count-cases = { $count ->
    [one] ein Fall
   *[other] { $count } Fälle
}
bulk-count-subjects = { $count ->
    [one] von einem Konto
   *[other] von { $count } Konten
}
bulk-older = Ältere Sammelentscheidungen
bulk-one = Sammelentscheidung
bulk-by = Vorbereitet von
bulk-until = Kann bestätigt werden bis
bulk-confirm = Diese Sammelentscheidung bestätigen
bulk-confirm-about = Bis Sie bestätigen, geschieht nichts. Ändert sich vorher einer dieser Fälle, wird die Sammelentscheidung verworfen, und es geschieht nichts.
bulk-drop-go = Verwerfen
bulk-approval-about = Lesen Sie zuerst die Fälle. Stimmen Sie zu, werden die Maßnahmen an die Dienste gesendet. Lehnen Sie ab, werden alle Fälle für eine Leitung wieder eröffnet.
bulk-undo-about = Die Dienste werden aufgefordert, die Maßnahmen in jedem dieser Fälle rückgängig zu machen, und die Fälle werden wieder eröffnet. Fälle, die seitdem neu entschieden wurden, bleiben, wie sie sind.
bulk-case = Fall
bulk-urgency = Dringlichkeit
bulk-stale = seit der Vorbereitung geändert
bulk-more = Weitere Fälle
bulk-state-prepared = Vorbereitet
bulk-state-proposed = Wartet auf zweite Zustimmung
bulk-state-standing = Wirksam
bulk-state-refused = Bei der zweiten Prüfung abgelehnt
bulk-state-undone = Zurückgenommen
bulk-state-lapsed = Verworfen oder abgelaufen
