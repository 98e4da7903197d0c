### Policies: what each purpose forbids.

policies-title = Richtlinien
policies-about = Was jeder Zweck verbietet: der Text, nach dem entschieden wird und den Dienste weitergeben können.
policies-policy = Richtlinie
policies-version = Fassung
policies-wording = Was sie verbietet
policies-texts-about = Jede Person sieht den Text in ihrer Sprache. Wo er fehlt, steht der englische, sonst der erste, mit einem Hinweis darauf. Mindestens ein Text ist nötig; eine Übersetzung darf nichts anderes verbieten.
policies-fallback = In dieser Sprache gibt es keinen Text. Gezeigt auf: { $name }
policies-built-in = mitgeliefert
policies-severity = Punkte je scharfer Ansicht
policies-severity-hint = Von 1 (leicht) bis 5 (schwer), für jede begonnene Minute. Die Punkte zählen zur Grenze für Ansichten in 24 Stunden.
policies-keep = Bytes der Inhalte aufbewahren
policies-days = { $count ->
    [0] nie
    [one] einen Tag
   *[other] { $count } Tage
}
policies-keep-hint = In Tagen; 0 bewahrt nichts auf. Aufbewahrte Bytes sind verschlüsselt und werden nach der Frist gelöscht. Verkürzen Sie die Frist, bleibt, was schon aufbewahrt ist, noch mindestens eine Woche.
policies-no-vault = Es kann nichts aufbewahrt werden: Der Betreiber hat dem Tresor keinen Schlüssel gegeben.
policies-change = Richtlinie bearbeiten
policies-change-about = Damit entsteht eine neue Fassung. Frühere Entscheidungen behalten die Fassung, nach der sie getroffen wurden; offene Fälle zeigen die neue.
policies-go = Neue Fassung in Kraft setzen
policies-before = Frühere Fassungen
policies-to-list = Alle Richtlinien
reasons-title = Gespeicherte Begründungen
reasons-about = Diese Texte können als Begründung einer Entscheidung, beim Überspringen oder beim Eskalieren gewählt und davor noch geändert werden. Jede Entscheidung behält ihren eigenen Text: Eine Änderung hier betrifft keine.
reasons-limit = { $count ->
    [one] Höchstens eine Begründung je Richtlinie und Sprache.
   *[other] Höchstens { $count } Begründungen je Richtlinie und Sprache. Leere Felder fallen weg.
}
reasons-changed = Zuletzt geändert:
reasons-saved = Die Begründungen sind gespeichert.
reasons-save = Begründungen speichern
