"""Measure everything, print a table, write ``bench.json``. The keys of that file are stable."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

PARTS = ("signing", "logins", "startup", "fixture", "check")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these of: {', '.join(PARTS)}")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    arguments = parser.parse_args()
    unknown = [part for part in arguments.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; the parts are {', '.join(PARTS)}")
    figures: dict[str, float] = {}
    for part in arguments.parts or PARTS:
        for name, value in importlib.import_module(f"tests.bench.{part}").measure().items():
            figures[name] = round(value, 4)
            sys.stdout.write(f"{name:38} {value:12.4f}\n")
            sys.stdout.flush()
    arguments.out.write_text(json.dumps(figures, indent=2) + "\n")
    sys.stdout.write(f"written to {arguments.out}\n")
    return 0


sys.exit(main())
