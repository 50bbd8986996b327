"""The pytest plugin: collects scenario files and offers the fixtures ``fake_okta``, ``reference_sp`` and ``sso``."""
