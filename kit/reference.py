"""Writes docs/reference/configuration.md from the models; with `--check` only compares."""

import sys
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kit.markdown import markdown_table
from stacks.team.config import TeamConfig, section_of
from stacks.team.sizes import FARGATE_MEMORY_MIB, INSTANCE_CLASSES, MIN_MEMORY_MIB, SIZES, Sizing, max_connections
from stacks.team.values import MAX_NAME_LENGTH

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "configuration.md"

_INTRODUCTION = f"""\
# Team files

One file for each team, `teams/<team>.yaml`. The file's name is the team's name: lower-case letters, digits
and single hyphens, a letter first, at most {MAX_NAME_LENGTH} characters. Only `region` is required.
[`teams/example.yaml`](../../teams/example.yaml) shows every key.

This page is written from the code by `python -m kit.reference`.

## Keys
"""

_SIZES = """
## Sizes

Each whole vCPU runs one of MLflow's workers, and each worker has three pools of database connections. The
last column is the most that can be open at once, in a rollout too; the database must allow that many.
"""

_FARGATE = """
## Task sizes

[Fargate's](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html), from
the memory that MLflow needs.
"""

_CLASSES = """
## Database classes

Not every region has every class. The number of connections is
[RDS's formula](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections),
estimated low.
"""


def page() -> str:
    """The whole page."""
    lines = [
        _INTRODUCTION,
        *markdown_table(("Key", "Type", "Default", "Meaning"), _keys(TeamConfig)),
        _SIZES,
        *_sizes(),
        _FARGATE,
        *markdown_table(("vCPU", "Memory (MiB)"), _task_sizes()),
        _CLASSES,
        *markdown_table(("Class", "Memory (GiB)", "Connections"), _classes()),
    ]
    return "\n".join(lines) + "\n"


def _sizes() -> Iterator[str]:
    columns: dict[str, Callable[[Sizing], object]] = {
        "vCPU": lambda row: f"{row.vcpu:g}",
        "Memory (MiB)": lambda row: row.memory_mib,
        "Tasks": lambda row: row.tasks,
        "Workers in each": lambda row: row.workers,
        "Database class": lambda row: f"`{row.instance_class}`",
        "Disk (GiB)": lambda row: row.storage_gib,
        "Aurora's most (ACU)": lambda row: f"{row.max_acu:g}",
        "Standby": lambda row: "yes" if row.multi_az else "no",
        "Pool size": lambda row: row.pool_size,
        "Max overflow": lambda row: row.max_overflow,
        "Connections": lambda row: row.connections,
    }
    rows = ((f"`{size}`", *(column(row) for column in columns.values())) for size, row in SIZES.items())
    return markdown_table(("Size", *columns), rows)


def _task_sizes() -> Iterator[tuple[object, ...]]:
    for vcpu, memory in FARGATE_MEMORY_MIB.items():
        usable = [mib for mib in memory if mib >= MIN_MEMORY_MIB]
        yield f"{vcpu:g}", f"{usable[0]} to {usable[-1]} in steps of {usable[1] - usable[0]}"


def _classes() -> Iterator[tuple[object, ...]]:
    for name, gib in INSTANCE_CLASSES.items():
        yield f"`{name}`", gib, max_connections(name)


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[object, ...]]:
    for name, field in model.model_fields.items():
        key = prefix + name
        if key == "name":
            continue
        section = section_of(field)
        yield f"`{key}`", _type(field), _default(field, section), field.description
        if section:
            yield from _keys(section, f"{key}.")


def _type(field: FieldInfo) -> str:
    kind = next((kind for kind in _kinds(field.annotation) if kind is not type(None)), field.annotation)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    words: dict[Any, str] = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    word = words.get(kind) or ("list" if "tuple" in str(kind) else "mapping")
    lowest = next((limit.ge for limit in field.metadata if isinstance(limit, annotated_types.Ge)), None)
    highest = next((limit.le for limit in field.metadata if isinstance(limit, annotated_types.Le)), None)
    if lowest is not None:
        word += f", {lowest} to {highest}" if highest is not None else f", {lowest} or more"
    return word


def _kinds(annotation: Any) -> Iterator[Any]:
    """The kinds of an optional or annotated type, plain."""
    if hasattr(annotation, "__metadata__"):
        yield from _kinds(get_args(annotation)[0])
    elif type(None) in get_args(annotation):
        for kind in get_args(annotation):
            yield from _kinds(kind)
    else:
        yield annotation


def _default(field: FieldInfo, section: type[BaseModel] | None) -> str:
    if field.is_required():
        return "required"
    if section or field.default in (None, (), {}):
        return ""
    value = field.default
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def main(arguments: list[str]) -> int:
    """Writes the page, or with `--check` says whether it is up to date."""
    if arguments == ["--check"]:
        if PAGE.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE} is out of date: run python -m kit.reference", file=sys.stderr)
        return 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
