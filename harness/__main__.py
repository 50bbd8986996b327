"""``python -m harness`` is ``okta-harness``."""

import sys

from harness.cli import main

sys.exit(main())
