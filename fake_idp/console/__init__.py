"""The admin console, as pages."""
