"""What rules find in a team's templates and the stacks accept, each with its reason: read from the cloud assembly."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kit.markdown import markdown_table
from kit.template_words import construct_paths


@dataclass(frozen=True, order=True)
class Acknowledgement:
    """A finding or several that are accepted for one reason.

    Attributes:
        stack: the stack's name.
        resource: the construct's path below its stack.
        rules: such as `S3BucketLoggingEnabled (HIPAA.Security, PCI.DSS.321)`: a rule, and the packs that have it.
        reason: the fact that makes it safe.
    """

    stack: str
    resource: str
    rules: tuple[str, ...]
    reason: str


class _Accepted(NamedTuple):
    path: str
    rule: str
    pack: str
    reason: str


def acknowledgements(assembly: Path) -> list[Acknowledgement]:
    """All of the assembly, in the order of stacks and resources."""
    grouped: dict[tuple[str, str], list[_Accepted]] = defaultdict(list)
    for one in [*_of_rule_packs(assembly), *_of_cfn_lint(assembly)]:
        grouped[one.path, one.reason].append(one)
    rows = []
    for (path, reason), accepted in grouped.items():
        stack, _, resource = path.partition("/")
        rows.append(Acknowledgement(stack, resource, tuple(_with_packs(accepted)), reason))
    return sorted(rows)


def table(rows: Iterable[Acknowledgement]) -> str:
    """The same as a Markdown table."""
    cells = ((row.stack, row.resource, "<br>".join(row.rules), row.reason) for row in rows)
    return "\n".join(markdown_table(("Stack", "Resource", "Rules", "Reason"), cells))


def _of_rule_packs(assembly: Path) -> Iterator[_Accepted]:
    for report in _read(assembly / "validation-report.json")["pluginReports"]:
        pack = report["pluginName"]
        for finding in report.get("suppressedViolations", []):
            rule = finding["ruleName"].removeprefix(f"{pack}-")
            yield _Accepted(finding["acknowledgedAt"], rule, pack, finding["reason"])


def _of_cfn_lint(assembly: Path) -> Iterator[_Accepted]:
    """The linter reads acknowledgements in the templates, which name a resource by its logical id."""
    for file in sorted(assembly.glob("*.metadata.json")):
        paths = construct_paths(file)
        template = _read(file.with_name(file.name.replace(".metadata.", ".template.")))
        for logical_id, resource in template["Resources"].items():
            said = resource.get("Metadata", {}).get("cfn-lint")
            for rule in said["config"]["ignore_checks"] if said else []:
                yield _Accepted(paths[logical_id], rule, "cfn-lint", said["reason"])


def _with_packs(accepted: Iterable[_Accepted]) -> Iterator[str]:
    packs = defaultdict(set)
    for one in accepted:
        packs[one.rule].add(one.pack)
    for rule, names in sorted(packs.items()):
        yield f"{rule} ({', '.join(sorted(names))})"


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
