"""When the cloud assembly is made anew. The CDK's command line is played; what it is told and when is what counts."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from kit.local import assembly
from kit.local.assembly import TEAMS, synthesize
from kit.local.cdk import Cdk
from kit.local.errors import LocalError
from tests.stacks.shapes import team

NO_FINDINGS, UNCHANGED = "2 stacks, no findings", "2 stacks, unchanged"


class RecordingCdk(Cdk):
    """Writes two templates, and keeps the contexts that it was given."""

    def __init__(self) -> None:
        self.contexts: list[dict[str, str]] = []
        self.refusal: str | None = None

    def synth(self, assembly: Path, context: Mapping[str, str] | None = None, app: str | None = None) -> None:
        self.contexts.append(dict(context or {}))
        assembly.mkdir(parents=True)
        if self.refusal:
            raise LocalError(self.refusal)
        for name in ("a", "b"):
            (assembly / f"{name}.template.json").write_text("{}")


@pytest.fixture
def cdk() -> RecordingCdk:
    return RecordingCdk()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one of each kind of file that an assembly is made from."""
    checkout = tmp_path / "checkout"
    for name in (
        "app.py",
        "cdk.json",
        "package-lock.json",
        "requirements.txt",
        "server_image/tracking_server/app.py",
        "stacks/team/config.py",
        "stacks/__pycache__/config.py",
        "docs/page.md",
    ):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(name)
    monkeypatch.setattr(assembly, "ROOT", checkout)
    return checkout


@pytest.fixture
def teams(tmp_path: Path) -> Path:
    folder = tmp_path / "teams"
    folder.mkdir()
    (folder / "usual.yaml").write_text("region: eu-west-1\n")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "cdk.out"


def told(cdk: Cdk, folder: Path, teams: Path) -> str:
    """What is reported."""
    said: list[str] = []
    synthesize(cdk, team("usual"), folder, said.append, teams)
    (line,) = said
    return line


def test_the_team_and_the_folder_of_its_file_are_passed_on(
    cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path
) -> None:
    assert told(cdk, folder, teams) == NO_FINDINGS
    assert cdk.contexts == [{"team": "usual", "teams": str(teams)}]


def test_the_checkout_s_own_team_files_are_the_default(cdk: RecordingCdk, folder: Path) -> None:
    synthesize(cdk, team("usual"), folder, lambda line: None)
    assert cdk.contexts == [{"team": "usual", "teams": str(TEAMS)}]


def test_nothing_is_made_again_when_nothing_has_changed(
    cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path
) -> None:
    told(cdk, folder, teams)
    assert told(cdk, folder, teams) == UNCHANGED
    assert len(cdk.contexts) == 1


@pytest.mark.parametrize(
    "name", ["app.py", "cdk.json", "package-lock.json", "server_image/tracking_server/app.py", "stacks/team/config.py"]
)
def test_a_changed_source_makes_it_anew(
    name: str, cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path
) -> None:
    told(cdk, folder, teams)
    (checkout / name).write_text("changed")
    (folder / "left-over.template.json").write_text("{}")
    assert told(cdk, folder, teams) == NO_FINDINGS
    assert not (folder / "left-over.template.json").exists()


def test_a_changed_team_file_makes_it_anew(cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path) -> None:
    told(cdk, folder, teams)
    (teams / "usual.yaml").write_text("region: eu-west-1\nsize: dev\n")
    assert told(cdk, folder, teams) == NO_FINDINGS
    assert told(cdk, folder, teams) == UNCHANGED


def test_another_team_s_file_makes_it_anew_for_the_two_may_clash(
    cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path
) -> None:
    told(cdk, folder, teams)
    (teams / "other.yaml").write_text("region: eu-west-1\n")
    assert told(cdk, folder, teams) == NO_FINDINGS


def test_another_folder_of_team_files_makes_it_anew(
    cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path, tmp_path: Path
) -> None:
    told(cdk, folder, teams)
    other = tmp_path / "adapted"
    other.mkdir()
    (other / "usual.yaml").write_text((teams / "usual.yaml").read_text())
    assert told(cdk, folder, other) == NO_FINDINGS
    assert cdk.contexts[-1]["teams"] == str(other)


@pytest.mark.parametrize("name", ["docs/page.md", "stacks/__pycache__/config.py"])
def test_what_templates_are_not_made_from_changes_nothing(
    name: str, cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path
) -> None:
    told(cdk, folder, teams)
    (checkout / name).write_text("changed")
    assert told(cdk, folder, teams) == UNCHANGED


def test_what_the_rules_refuse_is_tried_again(cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path) -> None:
    cdk.refusal = "AwsSolutions-S1"
    with pytest.raises(LocalError, match="AwsSolutions-S1"):
        told(cdk, folder, teams)
    cdk.refusal = None
    assert told(cdk, folder, teams) == NO_FINDINGS


def test_a_refused_change_leaves_no_mark_of_the_old_assembly(
    cdk: RecordingCdk, checkout: Path, folder: Path, teams: Path
) -> None:
    told(cdk, folder, teams)
    (teams / "usual.yaml").write_text("region: eu-west-1\nsize: large\n")
    cdk.refusal = "AwsSolutions-RDS3"
    for _ in range(2):
        with pytest.raises(LocalError, match="AwsSolutions-RDS3"):
            told(cdk, folder, teams)
