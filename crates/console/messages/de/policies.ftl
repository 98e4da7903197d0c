### Policies: what each purpose forbids.

policies-title = Richtlinien
policies-about = Was jeder Zweck verbietet, in den Worten, nach denen entschieden wird und die der Dienst weitergeben kann.
policies-policy = Richtlinie
policies-version = Fassung
policies-wording = Was sie verbietet
policies-severity = Was ein klarer Blick kostet
policies-severity-hint = Von 1, leicht, bis 5, schwer: Es zählt zu dem, was jemand an einem Tag sehen darf.
policies-keep = Daten aufbewahren
policies-days = { $count ->
    [0] nie
    [one] einen Tag
   *[other] { $count } Tage
}
policies-keep-hint = In Tagen; 0 bewahrt nichts auf. Was aufbewahrt wird, liegt versiegelt und ist nach der Frist weg. Werden es weniger Tage, bleibt, was schon da liegt, mindestens eine Woche.
policies-no-vault = Hier kann nichts aufbewahrt werden: Der Tresor hat keinen Schlüssel.
policies-change = Neu fassen
policies-change-about = Das ergibt eine neue Fassung. Frühere Entscheidungen behalten ihre, und offene Fälle zeigen die neue.
policies-go = In Kraft setzen
policies-before = Frühere Fassungen
policies-to-list = Zu allen Richtlinien
