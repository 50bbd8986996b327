"""Scenario files: text to model (with errors that name the line) to run."""
