### One's own page: what one has seen, breaks, and how the console looks.

me-title = Meine Seite
me-seen = Was Sie in 24 Stunden gesehen haben
me-seen-about = Nur Sie sehen diese Zahlen. Niemand vergleicht sie.
me-looks = Scharfe Ansichten
me-minutes = Minuten scharfer Ansicht
me-points = Punkte nach Schwere
me-veiled = Unscharfe Ansichten, die nichts kosten
me-of = { $seen } von { $most }
me-rest-title = Pausen
me-rest-until = Eine Pause, bis
me-rest-left = noch {"{minutes}"} Min.
me-rest-about = Nehmen Sie eine, wann immer Sie wollen. Ein Fall, den Sie in der Hand haben, geht in die Warteschlange zurück.
me-rest = Pause machen
me-care = Jemand zum Reden
me-look = Wie die Konsole aussieht
me-language = Sprache
me-scheme = Farben
me-view = Bilder
me-keys = Einzelne Tasten wirken, wie N für den nächsten Fall
me-save = Übernehmen
me-roles = Ihre Rollen
