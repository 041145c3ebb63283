"""What of a scanner's findings `scanners/accepted.yaml` answers, and what it does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import yaml

from kit.environment import ROOT

FILE = ROOT / "scanners" / "accepted.yaml"


@dataclass(frozen=True, order=True)
class Finding:
    """What a scanner says of one resource.

    Attributes:
        rule: its id, such as `CKV_AWS_158` or `CT.S3.PR.9`.
        place: the stack's kind and the logical id, such as `data Key961B73FD`.
    """

    rule: str
    place: str


def place(template: str, logical_id: str) -> str:
    """Of a resource in a file named `mlflow-<team>-<kind>.template.json`."""
    return f"{template.removesuffix('.template.json').rsplit('-', 1)[1]} {logical_id}"


def unanswered(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that no entry accepts."""
    answers = {(rule, pattern) for entry in _entries() for rule in entry["rules"] for pattern in entry["at"]}
    return sorted(
        finding
        for finding in set(findings)
        if not any(finding.rule == rule and fnmatchcase(finding.place, pattern) for rule, pattern in answers)
    )


def left_over(findings: Iterable[Finding], prefix: str) -> list[tuple[str, str]]:
    """Rules that start with the prefix, with patterns, that meet no finding."""
    found = set(findings)
    return [
        (rule, pattern)
        for entry in _entries()
        for rule in entry["rules"]
        for pattern in entry["at"]
        if rule.startswith(prefix)
        and not any(finding.rule == rule and fnmatchcase(finding.place, pattern) for finding in found)
    ]


def _entries() -> list[dict[str, list[str]]]:
    entries: list[dict[str, list[str]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return entries
