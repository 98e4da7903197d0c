### What stands around every page.

frame-skip = Zum Inhalt
frame-on = Weiter
