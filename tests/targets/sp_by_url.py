"""The reference SP as a program: ``python -m tests.targets.sp_by_url SECONDS``.

It reads its IdP's metadata from IDP_METADATA_URL, and again when a login begins SECONDS later or after that.
"""

from __future__ import annotations

import os
import signal
import sys

from harness.reference_sp import ReferenceSP


def main(seconds: int) -> None:
    with ReferenceSP(port=int(os.environ["SP_PORT"]), metadata_refresh=seconds) as sp:
        sp.fetch_metadata(os.environ["IDP_METADATA_URL"], entity_id=os.environ["IDP_ENTITY_ID"])
        sp.save()
        signal.sigwait([signal.SIGTERM])


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    main(int(sys.argv[1]))
