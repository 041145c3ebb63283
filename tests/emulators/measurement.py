"""All that is measured of one emulator: a column of each table of docs/reference/emulators.md."""

from botocore.parsers import ResponseParserError

from tests.emulators import resource_types
from tests.emulators.aws import Aws
from tests.emulators.behaviour import Behaviour
from tests.emulators.life_cycle import BEHAVIOURS
from tests.emulators.permissions import PERMISSIONS

Column = dict[str, str]
"""What the emulator does, by the row's name."""


def measure(aws: Aws) -> Column:
    """Deploys and probes everything, in about 20 seconds."""
    return resource_types.measure(aws) | {row.name: _probed(row, aws) for row in (*BEHAVIOURS, *PERMISSIONS)}


def _probed(row: Behaviour, aws: Aws) -> str:
    try:
        return row.probe(aws)
    except ResponseParserError:
        # An answer that is none: a page about an error inside of the emulator.
        return "error"
