### What stands around every page.

frame-skip = Aller au contenu
frame-on = Continuer
