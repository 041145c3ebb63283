"""AWS Control Tower's proactive controls find nothing that nobody has accepted.

https://docs.aws.amazon.com/controltower/latest/controlreference/proactive-controls.html
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from kit.scanners import CONTROL_TOWER_RULES, GUARD
from tests.scanners.accepted import Finding, left_over, place, unanswered

CONTROL = re.compile(r"\[(CT\.[\w.]+)\]")
RESOURCE = re.compile(r"/Resources/(\w+)")


@pytest.fixture(scope="module")
def findings(folder: Path) -> list[Finding]:
    command = [str(GUARD), "validate", "--rules", str(CONTROL_TOWER_RULES), "--data", str(folder)]
    options = ["--structured", "--output-format", "json", "--show-summary", "none"]
    answer = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    # https://github.com/aws-cloudformation/cloudformation-guard/blob/main/docs/CLI.md
    assert answer.returncode in (0, 19), answer.stderr
    files = json.loads(answer.stdout)
    assert {Path(file["name"]).name for file in files} == {path.name for path in folder.iterdir()}
    return [
        finding for file in files for rule in file["not_compliant"] for finding in said(Path(file["name"]).name, rule)
    ]


def said(template: str, rule: object) -> list[Finding]:
    """A failed rule is a tree of the clauses that failed, with messages and paths in its leaves."""
    text = json.dumps(rule)
    (control,) = set(CONTROL.findall(text))
    return [Finding(control, place(template, logical_id)) for logical_id in set(RESOURCE.findall(text))]


def test_control_tower_finds_nothing_that_nobody_has_accepted(findings: list[Finding]) -> None:
    assert unanswered(findings) == []


def test_what_is_accepted_of_control_tower_is_found(findings: list[Finding]) -> None:
    assert left_over(findings, "CT.") == []
