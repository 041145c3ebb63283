"""The verb; what it lists is tested beside `kit.acknowledgements`."""

import json
from pathlib import Path

import pytest

from kit.commands import acknowledgements
from kit.local.cdk import Cdk
from kit.progress import Report, Steps
from stacks.team.config import TeamConfig
from stacks.team.files import TeamFileError

FINDING = {
    "ruleName": "AwsSolutions-S1",
    "acknowledgedAt": "mlflow-example-edge/AccessLog",
    "reason": "It is itself an access log.",
}


def test_it_tells_of_the_team_as_its_file_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def synthesize(cdk: Cdk, team: TeamConfig, folder: Path, report: Report) -> None:
        assert team.name == "example"
        packs = [{"pluginName": "AwsSolutions", "violations": [], "suppressedViolations": [FINDING]}]
        folder.mkdir()
        (folder / "validation-report.json").write_text(json.dumps({"pluginReports": packs}))

    monkeypatch.setattr(acknowledgements, "synthesize", synthesize)
    monkeypatch.setattr(acknowledgements, "_REVIEWED", tmp_path)
    said = acknowledgements.acknowledgements_table("example", Steps())
    assert said.endswith("| mlflow-example-edge | AccessLog | S1 (AwsSolutions) | It is itself an access log. |")


def test_a_team_that_does_not_exist_is_named() -> None:
    with pytest.raises(TeamFileError, match="nobody"):
        acknowledgements.acknowledgements_table("nobody", Steps())
