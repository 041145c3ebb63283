"""Measures the emulators that this machine can run, or those named, and writes their columns of the page."""

import sys
import tempfile
from pathlib import Path

from tests.emulators import page
from tests.emulators.measurement import measure
from tests.emulators.running import EMULATORS, NotHereError


def main(names: list[str]) -> None:
    """Columns of the others stay as they are."""
    columns = page.read()
    for name in names or EMULATORS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                with EMULATORS[name](Path(folder)) as aws:
                    columns[name] = measure(aws)
            except NotHereError as reason:
                print(f"{name} stays as it is: {reason}", file=sys.stderr)
    page.PAGE.write_text(page.render({name: columns.get(name, {}) for name in EMULATORS}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
