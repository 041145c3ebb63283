"""docs/reference/emulators.md: its fixed words, and the columns that are measured."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.emulators.behaviour import RESOURCE_TYPES, RULE_PACKS, Behaviour
from tests.emulators.life_cycle import BEHAVIOURS
from tests.emulators.measurement import Column
from tests.emulators.permissions import PERMISSIONS
from tests.emulators.resource_types import SHAPE, all_types

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "emulators.md"
COMMAND = "python -m tests.emulators.write"
NOT_MEASURED = "not measured"

_INTRODUCTION = f"""\
# Emulators

What each emulator really does with this kit's stacks. `{COMMAND}` measures and writes this page;
`python -m pytest tests/emulators` measures again and fails when it differs. No emulator stands for AWS: whatever is
**bold** is other than on AWS, and the last column names what asserts it instead.

- **MiniStack** runs as `scripts/up` starts it: with IAM enforced, over https, and with the types that the kit adds.
- **LocalStack 4.14** is the last release that needs no account; without Docker it has no functions unless it
  can fetch its own runtime for them.
- **moto** is moto's server, with the types that the kit adds to its CloudFormation.

## Resource types

`real`: the service's own API has it. `recorded only`: CloudFormation says CREATE_COMPLETE, but the service has no such
thing, or (`no API`) does not exist. `refused`: CloudFormation does not create it. The stacks are those of a team with
`egress: public-ip` and no rotation of passwords (the shape `{SHAPE}` of the tests); types that these do not hold are
tried alone. A custom resource (`Custom::S3AutoDeleteObjects` of temporary teams) is CloudFormation's alone: no API can
be asked for it.

What is recorded only has no effect there, so a deployment proves nothing about it. `scripts/kit status` shows it, and
{RESOURCE_TYPES} holds that no type is forgotten.
That the templates are right is for cdk-nag, CloudFormation Validate and cfn-lint to say:
{RULE_PACKS}.
"""

_LIFE_CYCLE = """
## Life cycle

AWS's column is what its documentation says.
"""

_PERMISSIONS = """
## Permissions

Each role is first seen to be let in where its policy allows it.
"""


def render(columns: Mapping[str, Column]) -> str:
    """The whole page; `columns` by the emulator's name, in their order."""
    names = list(columns)

    def cells(row: str) -> list[str]:
        return [columns[name].get(row, NOT_MEASURED) for name in names]

    types = ([f"`{name}`", *(_marked(cell, "real") for cell in cells(name))] for name in all_types())
    head = ("Behaviour", "AWS", *names, "Asserted instead by")
    return "\n".join(
        [
            _INTRODUCTION,
            *_table(("Type", *names), types),
            _LIFE_CYCLE,
            *_table(head, (_behaviour(row, cells(row.name)) for row in BEHAVIOURS)),
            _PERMISSIONS,
            *_table(head, (_behaviour(row, cells(row.name)) for row in PERMISSIONS)),
            "",
        ]
    )


def read() -> dict[str, Column]:
    """The columns of the committed page, by the emulator's name; without those that were never measured."""
    columns: dict[str, Column] = {}
    names: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else ():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or cells[0] == "---":
            continue
        if cells[0] in ("Type", "Behaviour"):
            names = cells
            continue
        for name, cell in zip(names[1:], cells[1:], strict=True):
            if name not in ("AWS", "Asserted instead by") and cell != f"**{NOT_MEASURED}**":
                columns.setdefault(name, {})[cells[0].removeprefix("`").removesuffix("`")] = cell.strip("*")
    return columns


def missing_instead(columns: Mapping[str, Column]) -> list[str]:
    """Behaviours in which an emulator differs from AWS, and nothing is named that asserts it."""
    rows = (*BEHAVIOURS, *PERMISSIONS)
    return [row.name for row in rows if not row.instead and any(c[row.name] != row.aws for c in columns.values())]


def _behaviour(row: Behaviour, cells: list[str]) -> list[str]:
    marked = [_marked(cell, row.aws) for cell in cells]
    differs = any(cell != row.aws for cell in cells)
    return [row.name, f"[{row.aws}]({row.source})", *marked, row.instead if differs else ""]


def _marked(cell: str, expected: str) -> str:
    return cell if cell == expected else f"**{cell}**"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    head = list(head)
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |".replace("|  |", "| |")
