"""The steps that scenario files are made of, one module per actor, and the vocabulary to describe them."""
