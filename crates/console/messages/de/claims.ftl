### How cases are claimed and left, for auditors.

claims-title = Wie Fälle übernommen werden
claims-about = Was jedes Teammitglied an jedem Tag (UTC) mit übernommenen Fällen getan hat, gezählt aus den Verläufen der Fälle. Verläufe werden mit ihren Fällen gelöscht; alte Tage können daher unvollständig sein. Eine Markierung in der letzten Spalte ist ein Grund nachzufragen und kein Beweis; die Zahlen sagen nichts darüber, wie gut ein Mensch arbeitet.
claims-range = Höchstens 31 Tage.
claims-rows = Nach Teammitglied und Tag
claims-none = An diesen Tagen gibt es nichts zu zählen.
claims-day = Tag
claims-claimed = Übernommen
claims-decided = Entschieden
claims-given-back = Zurückgegeben
claims-lapsed = Abgelaufen
claims-escalated = Eskaliert
claims-handed-over = Übergeben
claims-mark = Auffällig
claims-mostly-undecided = Mehr unentschieden als entschieden
claims-repeated = Ein Fall an diesen Tagen { $count }-mal übernommen
claims-more = Weitere Zeilen
