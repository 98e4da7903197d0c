### What stands around every page.

frame-skip = 本文へ移動
frame-on = 続ける
