### What stands around every page.

frame-skip = Vai al contenuto
frame-on = Continua
