"""A real browser: Chromium, driven by Playwright, its controls found by role and accessible name."""
