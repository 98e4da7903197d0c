### The page on which a case is decided.

case-title = Fall
case-decided = Entschieden.
case-proposed = Vorgeschlagen: Eine zweite Person muss es ansehen, bevor etwas gesendet wird.
case-next-is = Das ist der nächste Fall.
case-to-queue = Zur Warteschlange
case-read-or-undo = Entscheidung lesen oder zurücknehmen
case-for-leads = Für die Leitung
case-to-decision = Zur Entscheidung
case-danger = Ein Kind ist vielleicht jetzt in Gefahr
case-subject = Worum es geht
case-account = Konto
case-item = Inhalt
case-service = Dienst
case-service-leaving = Der Dienst scheidet aus
case-service-leaving-about = Er wurde gelöscht, und nichts Neues von ihm wird geprüft. Ihre Entscheidung kann er noch umsetzen. Er ist fort, wenn seine Fälle entschieden und seine Maßnahmen beantwortet sind.
case-opened = Eröffnet
case-alike = Dasselbe Bild anderswo
case-alike-count = { $count ->
    [one] in einem anderen offenen Fall
   *[other] in { $count } anderen offenen Fällen
}
case-policy = Was die Richtlinie sagt
case-policy-version = Fassung { $count }
case-items = { $count ->
    [one] Ein Inhalt
   *[other] { $count } Inhalte
}
case-more-items = Weitere Inhalte
case-claim-title = Niemand bearbeitet diesen Fall
case-claim-about = Übernehmen Sie ihn, um zu entscheiden. Solange bekommt ihn niemand anderes.
case-claim = Diesen Fall übernehmen
case-kept = Was Sie geschrieben haben, ist noch da
case-state = Wie er steht
case-read-decision = Entscheidung lesen
case-history = Verlauf
case-older-events = Was vorher geschah
case-older-views = Frühere Ansichten
case-newest = Zurück zum Neuesten
case-views = { $count ->
    [one] Eine Ansicht
   *[other] { $count } Ansichten
}
views-who = Wer
views-how = Wie
views-when = Wann
views-seconds = Sekunden
item-blurred = Der Inhalt, bis zur Unkenntlichkeit unscharf
item-text-only = Sie sehen nur Text.
item-show-blurred = Unscharfes Bild zeigen
item-hold = Halten, um es scharf zu sehen
item-toggle = Zehn Sekunden lang scharf sehen
item-view-counts = Jede Ansicht wird aufgezeichnet.
item-view-failed = Es kann jetzt nicht gezeigt werden. Ist eine Pause fällig, steht das auf Ihrer eigenen Seite.
item-verdict = Die Maschine
item-surface = Wer es sehen konnte
item-matched = Treffer
item-hits = Nahe an
item-same-bytes = genau dieselben Bytes
item-distance = { $count } von 256 Bit weichen ab
item-frame = Bild { $count } der Datei
item-never-stored = Das Bild wurde nicht aufbewahrt: Entscheiden Sie nach dem, was hier steht.
item-expired = Das Bild ist gelöscht: Seine Frist ist vorbei.
item-stored = Das Bild wird aufbewahrt. Nur wer entscheidet, sieht es.
item-broken = Dieses Bild kann nicht gezeigt werden. Entscheiden Sie nach dem, was hier steht.
item-except = Für diesen Inhalt
item-as-all = wie für alle
decide-title = Entscheiden
decide-claim-until = Dieser Fall gehört Ihnen bis
decide-outcome = Was ist es?
decide-outcome-hint = „Kein Treffer“ ficht auch den Eintrag der Bank an: Er wirkt bei diesem Dienst nicht mehr, bis sein Besitzer antwortet.
decide-items = Die Inhalte
decide-account = Das Konto
measure-leave = So lassen
measure-restore = Wiederherstellen
measure-restore-all = Alle wiederherstellen
measure-restore-account = Konto wieder öffnen
measure-restore-feature = Eine Funktion zurückgeben
measure-remove = Entfernen
measure-limit = Bis zu einem Tag in manchen Ländern verbergen
measure-countries = Länder
measure-countries-hint = Kürzel aus zwei Buchstaben, wie JP, FR.
measure-items-until = Verborgen bis
measure-limit-feature = Bis zu einem Tag eine Funktion nehmen
measure-feature = Funktion
measure-feature-until = Genommen bis
measure-suspend = Konto sperren
measure-suspend-until = Gesperrt bis
measure-suspend-hint = Leer: ohne Ende. Eine Sperre braucht eine zweite Person.
decide-reason = Die Begründung, in Worten
decide-reason-hint = Der Dienst liest sie und gibt sie vielleicht an die betroffene Person weiter. Schreiben Sie, was Sie gesehen haben und warum es gegen die Richtlinie verstößt oder nicht.
decide-go = Entscheiden
release-why = Warum
release-skip = Diesen Fall überspringen
release-skip-go = Überspringen und den nächsten nehmen
release-escalate = An die Leitung geben
release-escalate-go = Weitergeben
release-urgency = Wie dringend ist es?
release-hand-over = An jemanden übergeben
release-to = An wen
release-hand-over-go = Übergeben
release-leave = Ohne ein Wort zurückgeben
note-title = Notiz schreiben
note-text = Für alle, die diesen Fall später lesen
note-go = Notiz behalten
