### What stands around every page.

frame-skip = Skip to the content
frame-on = Go on
