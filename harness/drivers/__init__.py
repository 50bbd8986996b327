"""How steps are carried out: plain HTTP or a real browser, behind one small interface."""
