"""The golden files are mistakes on purpose, not scenarios to run."""

collect_ignore = ["golden"]
