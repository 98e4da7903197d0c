### Decisions, second approval, and undoing.

decisions-title = Entscheidungen
decisions-all = Alle aufbewahrten Entscheidungen. Nach Person oder Konto lassen sie sich nicht auflisten.
decisions-own = Entscheidungen, die Sie getroffen haben.
decisions-state = Stand
decisions-outcome = Ergebnis
decisions-policy = Richtlinie
decisions-made = Getroffen
decisions-any = alle
decisions-show = Anzeigen
decisions-none = Es gibt keine Entscheidungen.
decisions-older = Ältere Entscheidungen
decision-title = Entscheidung
decision-what = Was entschieden wurde
decision-case = Fall
decision-policy = Richtlinie
decision-by = Getroffen von
decision-approver = Zweite Zustimmung durch
decision-approval-waits = wartet
decision-alone = Ein-Personen-Betrieb: dieselbe Person, einen Tag später, nach einer zweiten Prüfung
decision-alone-done = Ein-Personen-Betrieb: Eine zweite Zustimmung war nicht nötig
decision-not-before = Zweite Prüfung ab
decision-resolved = Abgeschlossen
decision-undone = Zurückgenommen
decision-reason = Begründung
decision-approver-note = Grund der Ablehnung
decision-undo-reason = Grund der Rücknahme
decision-actions = Maßnahmen für den Dienst
decision-no-actions = Keine.
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
decision-request-again = Erneut anfordern
decision-until = bis { $name }
approval-title = Ihre Zustimmung ist nötig
approval-about = Lesen Sie zuerst den Fall. Stimmen Sie zu, werden die Maßnahmen an den Dienst gesendet. Lehnen Sie ab, wird der Fall für eine Leitung wieder eröffnet.
approval-prove = Bestätigen Sie Ihre Identität, bevor Sie zustimmen oder ablehnen.
approval-prove-go = Identität bestätigen
approval-too-soon = Im Ein-Personen-Betrieb können Sie nach einem Tag zustimmen, ab
approval-case = Der Fall, zur zweiten Prüfung
approval-refuse = Ablehnen
approval-why = Grund der Ablehnung
approval-waits = Eine Leitung, die sie nicht vorgeschlagen hat, muss zustimmen. Bis dahin wird nichts gesendet.
undo-title = Zurücknehmen
undo-about = Der Dienst wird aufgefordert, die Maßnahmen rückgängig zu machen, und der Fall wird wieder eröffnet. Was diese Entscheidung einem Konto wiedergegeben hat, bleibt bestehen; treffen Sie eine neue Entscheidung, um es erneut einzuschränken.
undo-why = Grund
