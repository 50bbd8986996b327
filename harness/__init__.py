"""The harness around the fake Okta: a reference SP, scenario files, drivers, checks and reports."""
