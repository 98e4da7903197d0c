### The page on which a case is decided.

case-title = Fall
case-decided = Entschieden.
case-proposed = Vorgeschlagen: Vor dem Senden ist eine zweite Zustimmung nötig.
case-next-is = Das ist der nächste Fall.
case-undo = Zurücknehmen
case-undo-reason = Gleich nach der Entscheidung auf der nächsten Seite zurückgenommen.
case-to-queue = Zurück zur Warteschlange
case-for-leads = Für die Leitung
case-to-decision = Zur Entscheidung
case-danger = Ein Kind ist vielleicht jetzt in Gefahr
case-subject = Gegenstand
case-account = Konto
case-alias-about = Das ist ein Alias. Den Namen des Kontos sieht, wer den Fall übernommen hat.
case-item = Inhalt
case-service = Dienst
case-service-leaving = Der Dienst scheidet aus
case-service-leaving-about = Seine Löschung hat begonnen: Neue Inhalte von ihm werden nicht geprüft. Maßnahmen aus Ihrer Entscheidung erhält und beantwortet er noch. Er wird gelöscht, wenn seine Fälle entschieden und seine Maßnahmen beantwortet oder überfällig sind.
case-opened = Eröffnet
case-earlier = Frühere Entscheidungen zu diesem Konto
case-earlier-none = Keine
case-earlier-about = { $count ->
    [one] Wirksame Entscheidungen bei diesem Dienst, nach dieser Richtlinie, vom letzten Tag. Nur diese Zahlen werden gezeigt.
   *[other] Wirksame Entscheidungen bei diesem Dienst, nach dieser Richtlinie, aus den letzten { $count } Tagen. Nur diese Zahlen werden gezeigt.
}
case-alike = Treffer mit demselben Eintrag
case-alike-count = { $count ->
    [one] in einem anderen offenen Fall
   *[other] in { $count } anderen offenen Fällen
}
case-alike-many = in { $count } oder mehr anderen offenen Fällen
case-policy = Was die Richtlinie sagt
case-policy-version = Fassung { $count }
case-items = { $count ->
    [one] Ein Inhalt
   *[other] { $count } Inhalte
}
case-more-items = Weitere Inhalte
case-claim-title = Dieser Fall ist nicht übernommen
case-claim-about = Übernehmen Sie ihn, um ihn zu entscheiden. Solange Ihre Übernahme gilt, bekommt ihn kein anderes Teammitglied.
case-claim = Diesen Fall übernehmen
case-kept = Ihr Text ist erhalten
case-state = Stand
case-read-decision = Entscheidung öffnen
case-history = Verlauf
case-earlier-events = { $count ->
    [one] Ein früheres Ereignis
   *[other] { $count } frühere Ereignisse
}
event-items-added = { $count ->
    [one] Ein Inhalt kam dazu
   *[other] { $count } Inhalte kamen dazu
}
case-older-events = Ältere Ereignisse
case-older-views = Frühere Ansichten
case-newest = Zurück zum Neuesten
case-views = { $count ->
    [one] Eine Ansicht insgesamt
   *[other] { $count } Ansichten insgesamt
}
case-clear-views = { $count ->
    [one] Eine scharfe Ansicht
   *[other] { $count } scharfe Ansichten
}
views-who = Angesehen von
views-how = Schärfe
views-when = Wann
views-seconds = Sekunden
item-blurred = Der Inhalt, bis zur Unkenntlichkeit unscharf
item-text-only = Nur-Text-Modus: Das Bild wird nicht geladen.
item-show-blurred = Unscharfes Bild zeigen
item-hold = Gedrückt halten, um scharf zu sehen
item-toggle = Zehn Sekunden lang scharf sehen
item-view-counts = Jede Ansicht wird aufgezeichnet.
item-view-failed = Der Inhalt kann jetzt nicht gezeigt werden. Ist eine Pause fällig, steht das auf „Meine Seite“.
item-out-of-sight = Dieser Inhalt ist nicht auf dem Bildschirm. Blättern Sie zu ihm, und sehen Sie ihn dann an.
item-verdict = Automatisches Urteil
item-surface = Sichtbarkeit
item-matched = Treffer am
item-hits = Treffer in Banken
item-same-bytes = identische Bytes
item-near-identical = fast gleiches Bild
item-similar = ähnliches Bild
item-text = Text zum Inhalt
item-details = Einzelheiten
item-context = Seite beim Dienst öffnen (zählt als scharfe Ansicht)
item-distance = { $count } von 256 Bit weichen ab
item-frame = Bild { $number } von { $count } der Datei
item-never-stored = Das Bild wurde nicht aufbewahrt. Entscheiden Sie nach den Angaben auf dieser Seite.
item-expired = Das Bild ist nicht mehr verfügbar: Seine Aufbewahrungsfrist ist abgelaufen.
item-earlier-version = Das aufbewahrte Bild ist eine frühere Fassung des Inhalts. Die neueste wurde nicht aufbewahrt.
item-stored = Das Bild wird aufbewahrt. Ansehen kann es nur, wer den Fall übernommen hat oder die zweite Zustimmung gibt.
item-broken = Dieses Bild kann nicht gezeigt werden. Entscheiden Sie nach den Angaben auf dieser Seite.
item-except = Für diesen Inhalt
item-as-all = wie für alle Inhalte
group-entry = Treffer mit Eintrag
group-none = Ohne Eintrag
group-purpose = Einstufung
group-labels = Bezeichnungen der Quelle
group-source = Quelle
group-bank = Aus der Bank
context-title = Seite beim Dienst
context-about = Mamori hat aufgezeichnet, dass Sie diese Seite geöffnet haben; das zählt als scharfe Ansicht. Es ersetzt keine Ansicht, die eine Entscheidung verlangt. Der Link führt aus Mamori hinaus; dort kann das Bild scharf zu sehen sein.
context-open = Öffnen bei
context-back = Zurück zum Inhalt
decide-title = Entscheiden
decide-claim-until = Ihre Übernahme gilt bis
decide-claim-left = noch {"{minutes}"} Min.
decide-claim-soon = In weniger als zwei Minuten gehört der Fall Ihnen nicht mehr. Tippen oder blättern Sie auf dieser Seite, um ihn zu behalten.
decide-claim-over = Der Fall gehört Ihnen nicht mehr. Ihr Text bleibt auf dieser Seite; übernehmen Sie den Fall noch einmal, um zu entscheiden.
decide-outcome = Ergebnis
decide-does-violates = Wählen Sie unten mindestens eine Maßnahme.
decide-does-restore = { $count ->
    [one] Der Dienst wird gebeten, den Inhalt wiederherzustellen.
   *[other] Der Dienst wird gebeten, alle { $count } Inhalte wiederherzustellen.
}
decide-outcome-hint = „Kein Treffer“ ficht auch den Eintrag der Bank an: Bis zur Antwort wirkt er bei diesem Dienst nicht auf Inhalte dieses Kontos. Die Leitung kann das auf den ganzen Dienst ausdehnen.
decide-items = Maßnahme für die Inhalte
decide-account = Maßnahme für das Konto
measure-leave = Keine Änderung
measure-restore = Wiederherstellen
measure-restore-all = Alle wiederherstellen
measure-restore-account = Sperre aufheben
measure-restore-feature = Eine Funktion wieder freigeben
measure-remove = Entfernen
measure-limit = Bis zu einem Tag in ausgewählten Ländern verbergen
measure-countries = Länder
measure-countries-hint = Kürzel aus zwei Buchstaben, wie JP, FR.
measure-items-until = Verborgen bis
measure-limit-feature = Eine Funktion bis zu einem Tag abschalten
measure-feature = Funktion
measure-feature-until = Abgeschaltet bis
measure-suspend = Konto sperren
measure-suspend-until = Gesperrt bis
measure-suspend-hint = Leer: ohne Enddatum. Eine Sperre braucht eine zweite Zustimmung.
decide-reason = Begründung
decide-reason-hint = Der Dienst erhält sie und kann sie an die betroffene Person weitergeben. Beschreiben Sie, was Sie gesehen haben und warum es gegen die Richtlinie verstößt oder nicht.
decide-go = Entscheiden
decide-stop = Entscheiden und zur Warteschlange
decide-saved = Gespeicherte Begründungen
decide-saved-none = Begründung wählen
release-why = Grund
release-skip = Diesen Fall überspringen und anderen überlassen
release-skip-go = Überspringen und den nächsten Fall öffnen
release-escalate = An die Leitung eskalieren
release-escalate-go = Eskalieren
release-urgency = Wie dringend ist es?
release-hand-over = An ein Teammitglied übergeben
release-to = Teammitglied
release-hand-over-go = Übergeben
release-leave = In die Warteschlange zurückgeben
lower-title = Dringlichkeit senken
lower-to = Neue Dringlichkeit
lower-danger = Ein Kind ist vielleicht in Gefahr: Die Dringlichkeit bleibt, bis eine Leitung zustimmt, die dies nicht vorgeschlagen hat. Im Ein-Personen-Betrieb bleibt sie, bis Sie nach einem Tag zustimmen.
lower-go = Senken
lowering-title = Vorschlag, die Dringlichkeit zu senken
lowering-waits = Eine Leitung, die es nicht vorgeschlagen hat, muss zustimmen. Bis dahin bleibt die Dringlichkeit.
lowering-too-soon = Im Ein-Personen-Betrieb können Sie nach einem Tag zustimmen, ab
lowering-agree = Zustimmen und die Dringlichkeit senken
lowering-refuse = Nicht senken
lowering-refuse-go = Dringlichkeit behalten
note-title = Notiz schreiben
note-text = Notiz für spätere Leserinnen und Leser dieses Falls
note-go = Notiz speichern
