"""Service providers under test: the reference SP, or any SP described by a target file."""
