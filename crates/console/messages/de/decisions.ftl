### Decisions, second approval, and undoing.

decisions-title = Entscheidungen
decisions-all = Alle, die aufbewahrt werden. Eine Liste nach Personen oder Konten gibt es nicht.
decisions-own = Die von Ihnen getroffenen.
decisions-state = Stand
decisions-outcome = Ergebnis
decisions-policy = Richtlinie
decisions-made = Getroffen
decisions-any = alle
decisions-show = Zeigen
decisions-none = Es gibt keine.
decisions-older = Ältere
decision-title = Entscheidung
decision-what = Was entschieden wurde
decision-case = Fall
decision-policy = Richtlinie
decision-by = Getroffen von
decision-approver = Zweite Person
decision-approval-waits = wartet
decision-alone = Ein-Personen-Betrieb: dieselbe Person, einen Tag später, nach einem weiteren Blick
decision-alone-done = Ein-Personen-Betrieb: keine zweite Person war nötig
decision-not-before = Zweiter Blick ab
decision-resolved = Erledigt
decision-undone = Zurückgenommen
decision-reason = Begründung
decision-approver-note = Warum die zweite Person ablehnte
decision-undo-reason = Warum sie zurückgenommen wurde
decision-actions = Worum der Dienst gebeten wurde
decision-no-actions = Nichts.
decision-action = Maßnahme
decision-about = Betrifft
decision-state = Stand
decision-answered = Beantwortet
decision-reminders = { $count ->
    [one] einmal nachgefragt
   *[other] { $count }-mal nachgefragt
}
decision-messages = { $count ->
    [one] Eine Nachricht
   *[other] { $count } Nachrichten
}
decision-attempts = { $count ->
    [0] noch nicht versucht
    [one] einmal versucht
   *[other] { $count }-mal versucht
}
decision-request-again = Den Dienst noch einmal bitten
decision-until = bis { $name }
approval-title = Sie sind die zweite Person
approval-about = Lesen Sie zuerst den Fall. Stimmen Sie zu, geht die Entscheidung an den Dienst; lehnen Sie ab, ist der Fall für die Leitung wieder offen.
approval-prove = Weisen Sie sich noch einmal aus, bevor Sie entscheiden.
approval-prove-go = Jetzt ausweisen
approval-too-soon = Sie arbeiten allein und können nach einem Tag Wartezeit zustimmen, ab
approval-case = Der Fall, für den zweiten Blick
approval-refuse = Ablehnen
approval-why = Warum nicht
approval-waits = Jemand aus der Leitung, der sie nicht vorgeschlagen hat, muss sie ansehen. Bis dahin wird nichts gesendet.
undo-title = Zurücknehmen
undo-about = Der Dienst wird gebeten, es rückgängig zu machen, und der Fall ist wieder offen. Was einem Konto zurückgegeben wurde, wird damit nicht wieder genommen: Das wäre eine eigene Entscheidung.
undo-why = Warum
