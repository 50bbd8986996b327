"""The catalogue of misbehaviour: one small named function for each deliberate deviation."""
