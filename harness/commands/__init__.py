"""The commands of ``okta-harness``, one file each: they read flags, call the library, print."""
