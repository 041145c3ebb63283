"""checkov finds nothing that nobody has accepted.

https://www.checkov.io/5.Policy%20Index/cloudformation.html
"""

import json
import subprocess
from pathlib import Path

import pytest

from kit.scanners import CHECKOV
from tests.scanners.accepted import Finding, left_over, place, unanswered


@pytest.fixture(scope="module")
def findings(folder: Path) -> list[Finding]:
    command = [str(CHECKOV), "--directory", str(folder), "--framework", "cloudformation", "--output", "json"]
    # Without an account nothing is looked up; the rules are in the package.
    answer = subprocess.run([*command, "--skip-download", "--quiet"], capture_output=True, text=True, check=False)
    assert answer.returncode in (0, 1), answer.stderr
    report = json.loads(answer.stdout)
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 0
    return [
        Finding(check["check_id"], place(Path(check["file_path"]).name, check["resource"].split(".")[-1]))
        for check in report["results"]["failed_checks"]
    ]


def test_checkov_finds_nothing_that_nobody_has_accepted(findings: list[Finding]) -> None:
    assert unanswered(findings) == []


def test_what_is_accepted_of_checkov_is_found(findings: list[Finding]) -> None:
    assert left_over(findings, "CKV") == []
