"""Reports. They know only the result tree of harness.result."""
