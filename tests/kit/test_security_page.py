"""What a security review asks is written from the templates."""

from pathlib import Path

import pytest

from kit import security_page
from tests.stacks.shapes import assembly

WRITTEN = f"# Security\n\n{security_page._FROM}\nold\n{security_page._TO}\n\n## By hand\n"


@pytest.fixture(scope="module")
def page() -> str:
    return security_page.page(WRITTEN, Path(assembly("usual").directory))


def test_what_is_written_by_hand_stays(page: str) -> None:
    assert page.startswith("# Security\n")
    assert page.endswith("\n## By hand\n")
    assert "\nold\n" not in page


def test_a_page_that_is_made_again_is_the_same(page: str) -> None:
    assert security_page.page(page, Path(assembly("usual").directory)) == page


@pytest.mark.parametrize(
    "row",
    [
        "| data Database/SecurityGroup | in | service SecurityGroup | 5432 | The team's tasks |",
        "| data ArtifactStore/Bucket | AWS::S3::Bucket | data Key |",
        "| service TrackingServer/Log | AWS::Logs::LogGroup | data Key |",
        "| service TrackingServer/TaskRole | ecs-tasks.amazonaws.com | secretsmanager:GetSecretValue "
        "| data Database/UserSecret |  |",
        "| data Key | anybody | never kms:CreateGrant "
        "| kms:GrantIsForAWSResource is false<br>aws:PrincipalIsAWSService is false |",
    ],
)
def test_it_says_by_name_who_reaches_encrypts_and_reads_what(page: str, row: str) -> None:
    assert row in page


def test_check_says_what_to_run_and_leaves_the_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "security.md"
    old.write_text(WRITTEN, encoding="utf-8")
    monkeypatch.setattr(security_page, "PAGE", old)
    assert security_page.main(["--check"]) == 1
    assert "run python -m kit.security_page" in capsys.readouterr().err
    assert old.read_text(encoding="utf-8") == WRITTEN
