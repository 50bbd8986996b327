"""The conformance check of a service provider: requirements, cases, controls, verdicts."""
