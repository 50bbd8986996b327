"""The tenant: people, groups, apps, assignments, keys, sessions, System Log and clock, and their store."""
