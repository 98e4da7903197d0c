### What went wrong, and what to do about it: a message for each code, and one with `-do` after it.

fault-not-found = Hier ist nichts
fault-not-found-do = Prüfen Sie die Adresse. Vielleicht erlauben auch Ihre Rollen diese Seite nicht.
fault-conflict = Jemand war schneller
fault-conflict-do = Was Sie ändern wollten, sieht inzwischen anders aus. Gehen Sie zurück, sehen Sie noch einmal nach und entscheiden Sie neu.
fault-invalid = So geht es nicht
fault-invalid-do = Gehen Sie zurück und prüfen Sie, was Sie geschrieben oder gewählt haben. Nichts wurde geändert.
fault-unavailable = Die Datenbank antwortet nicht
fault-unavailable-do = Nichts wurde halb getan. Warten Sie einen Augenblick und versuchen Sie es noch einmal.
fault-internal = Auf unserer Seite ist etwas kaputtgegangen
fault-internal-do = Es liegt nicht an Ihnen. Versuchen Sie es noch einmal; wenn es wieder geschieht, nennen Sie dem Betreiber die Uhrzeit.
