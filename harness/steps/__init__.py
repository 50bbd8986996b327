"""The steps of the scenario language, one file an actor."""
