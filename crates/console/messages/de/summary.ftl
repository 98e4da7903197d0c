### Was eine Entscheidung bewirkt, in Sätzen und als Beschriftung einer Schaltfläche; und was zuvor angesehen wurde.

summary-heading-future = Maßnahmen, die vom Dienst angefordert werden
summary-heading-past = Maßnahmen, die vom Dienst angefordert wurden
summary-heading-undone = Maßnahmen, die vor der Rücknahme angefordert waren
summary-heading-never = Maßnahmen, die angefordert worden wären
summary-heading-undo = Maßnahmen, die bei einer Rücknahme angefordert werden
summary-nothing = Vom Dienst wird keine Maßnahme angefordert.
summary-separator = {", "}
summary-more = { $names } und { $count } weitere
summary-suspend = { $count ->
    [one] Ein Konto ohne Enddatum sperren ({ $names }).
   *[other] { $count } Konten ohne Enddatum sperren ({ $names }).
}
summary-suspend-until = { $count ->
    [one] Ein Konto bis { $until } sperren ({ $names }).
   *[other] { $count } Konten bis { $until } sperren ({ $names }).
}
summary-limit-feature = { $count ->
    [one] „{ $feature }“ eines Kontos bis { $until } abschalten ({ $names }).
   *[other] „{ $feature }“ von { $count } Konten bis { $until } abschalten ({ $names }).
}
summary-restore-account = { $count ->
    [one] Die Sperre eines Kontos aufheben ({ $names }).
   *[other] Die Sperre von { $count } Konten aufheben ({ $names }).
}
summary-restore-feature = { $count ->
    [one] „{ $feature }“ eines Kontos wieder freigeben ({ $names }).
   *[other] „{ $feature }“ von { $count } Konten wieder freigeben ({ $names }).
}
summary-remove = { $count ->
    [one] Einen Inhalt entfernen.
   *[other] { $count } Inhalte entfernen.
}
summary-hide = { $count ->
    [one] Einen Inhalt in { $countries } bis { $until } verbergen.
   *[other] { $count } Inhalte in { $countries } bis { $until } verbergen.
}
summary-hold = { $count ->
    [one] Einen Inhalt wieder zurückhalten.
   *[other] { $count } Inhalte wieder zurückhalten.
}
summary-restore = { $count ->
    [one] Einen Inhalt wieder sichtbar machen.
   *[other] { $count } Inhalte wieder sichtbar machen.
}
act-and = { $first } und { $then }
act-list = { $first }, { $then }
act-suspend = { $count ->
    [one] ein Konto sperren
   *[other] { $count } Konten sperren
}
act-limit-feature = { $count ->
    [one] eine Funktion eines Kontos abschalten
   *[other] eine Funktion von { $count } Konten abschalten
}
act-restore-account = { $count ->
    [one] die Sperre eines Kontos aufheben
   *[other] die Sperre von { $count } Konten aufheben
}
act-restore-feature = { $count ->
    [one] eine Funktion eines Kontos wieder freigeben
   *[other] eine Funktion von { $count } Konten wieder freigeben
}
act-remove = { $count ->
    [one] einen Inhalt entfernen
   *[other] { $count } Inhalte entfernen
}
act-hide = { $count ->
    [one] einen Inhalt in einigen Ländern verbergen
   *[other] { $count } Inhalte in einigen Ländern verbergen
}
act-hold = { $count ->
    [one] einen Inhalt wieder zurückhalten
   *[other] { $count } Inhalte wieder zurückhalten
}
act-restore = { $count ->
    [one] einen Inhalt wieder sichtbar machen
   *[other] { $count } Inhalte wieder sichtbar machen
}
act-nothing = keine Maßnahme anfordern
act-propose = Vorschlagen: { $act }
act-approve = Zustimmen: { $act }
act-undo = Zurücknehmen: { $act }
confirm-title = Diese Entscheidung bestätigen
confirm-about-standing = Die Entscheidung gilt, sobald Sie sie bestätigen. Sie können sie begrenzte Zeit zurücknehmen.
confirm-about-proposed = Eine Leitung muss zustimmen. Vorher wird dem Dienst nichts gesendet.
confirm-about-proposed-alone = Im Ein-Personen-Betrieb müssen Sie sie nach einem Tag prüfen und ihr zustimmen. Vorher wird dem Dienst nichts gesendet.
confirm-back = Entscheidung ändern
views-needed-progress = { $done } von { $count } nötigen Ansichten
views-needed-about = Nötig ist eine scharfe Ansicht jedes Inhalts, dessen Bytes in keiner Bank stehen, und eines Inhalts für jeden Eintrag. Eine Ansicht zählt für alle fast gleichen Kopien.
views-needed-case = Ohne diese Ansichten können Sie kein Konto sperren, keine Funktion länger als { $days } Tage abschalten und nicht „Kein Treffer“ entscheiden. Jede andere Einschränkung braucht dann eine zweite Zustimmung, außer bei gleichen Bytes.
views-needed-both = Die Person, die entscheidet, und die Person, die zustimmt, müssen diese Inhalte jeweils scharf ansehen.
views-needed-author = „Kein Treffer“ verlangt diese Ansichten.
views-needed-or-approval = Ohne diese Ansichten braucht die Entscheidung eine zweite Zustimmung.
views-needed-alone = Sehen Sie mindestens einen davon scharf an, bevor Sie zustimmen.
views-needed-free = Diese Entscheidung verlangt von Ihnen keine Ansichten.
views-needed-open = Noch anzusehen
views-needed-done = Alles, was aufbewahrt wird, wurde angesehen.
views-needed-unkept = { $count ->
    [one] Ein Inhalt oder Eintrag kann nicht angesehen werden: Das Bild wurde nicht aufbewahrt oder lässt sich nicht zeigen.
   *[other] { $count } Inhalte oder Einträge können nicht angesehen werden: Die Bilder wurden nicht aufbewahrt oder lassen sich nicht zeigen.
}
viewing-author = Angesehen bei der Entscheidung
viewing-approver = Angesehen bei der zweiten Prüfung
viewing-without = Ohne Ansicht entschieden
viewing-viewed = alle Inhalte, die vor einer Sperre des Kontos angesehen werden müssen
viewing-in-part = einige der Inhalte, die vor einer Sperre des Kontos angesehen werden müssen
viewing-not-needed = nichts; keine Ansicht war verlangt
viewing-not-kept = nichts; kein Bild wurde aufbewahrt oder ließ sich zeigen
viewing-not-viewed = nichts, obwohl Bilder aufbewahrt waren
