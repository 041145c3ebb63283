"""The CLI itself is played by a small program; what is real is the ministack."""

import sys
from pathlib import Path

import pytest

from kit.local.cdk import Cdk, is_bootstrapped
from kit.local.errors import LocalError

ACCOUNT, REGION = "123456789012", "eu-west-1"


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """A checkout whose `cdk` prints the given lines and ends with the given status."""

    def make(lines=(), status=0, program="") -> Cdk:
        monkeypatch.setattr("kit.local.cdk.shutil.which", lambda name, path: sys.executable)
        script = tmp_path / "node_modules" / "aws-cdk" / "bin" / "cdk"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f"import os, sys\n{program}\nfor line in {list(lines)!r}: print(line)\nsys.exit({status})\n")
        return Cdk(tmp_path, tmp_path / "home", {"AWS_SECRET_ACCESS_KEY": "root-secret"})

    return make


def event(status, logical_id, reason="", count="3/19"):
    return f"mlflow-a-data | {count:>6} | 10:00:00 AM | {status:<20} | AWS::S3::Bucket | {logical_id} {reason}"


def test_progress_is_told_by_stack_and_count(cli):
    told = []
    lines = ["mlflow-a-data: deploying...", event("CREATE_IN_PROGRESS", "A"), event("CREATE_COMPLETE", "A")]
    cli(lines).deploy(Path("cdk.out"), told.append)
    assert told == ["deploying mlflow-a-data  3/19"]


def test_a_deletion_is_told_by_stack_and_count(cli):
    told = []
    lines = [event("DELETE_IN_PROGRESS", "A", count="1"), event("DELETE_COMPLETE", "A", count="2")]
    cli(lines).destroy(Path("cdk.out"), ["mlflow-a-data"], told.append)
    assert told == ["deleting mlflow-a-data  2"]


def test_a_stack_that_cannot_be_deleted_is_named_with_the_reason(cli):
    lines = [event("DELETE_FAILED", "Bucket", "is not empty", count="1")]
    with pytest.raises(
        LocalError, match=r"^cdk destroy failed: mlflow-a-data: AWS::S3::Bucket \| Bucket is not empty$"
    ):
        cli(lines, status=1).destroy(Path("cdk.out"), ["mlflow-a-data"], print)


def test_no_other_stack_is_destroyed_than_those_that_are_named(cli, tmp_path):
    found = tmp_path / "arguments"
    cli(program=f"open({str(found)!r}, 'w').write(' '.join(sys.argv))").destroy(Path("cdk.out"), ["a", "b"], print)
    assert "destroy a b --exclusively --force --app cdk.out" in found.read_text()


def test_a_failure_names_the_resource_that_failed_first_and_why(cli):
    lines = [
        event("CREATE_FAILED", "Other", "Resource creation cancelled"),
        event("CREATE_FAILED", "Bucket", "No such key"),
        event("CREATE_FAILED", "Later", "too"),
        event("DELETE_COMPLETE", "A"),
    ]
    with pytest.raises(LocalError, match=r"^cdk deploy failed: mlflow-a-data: AWS::S3::Bucket \| Bucket No such key$"):
        cli(lines, status=1).deploy(Path("cdk.out"), print)


def test_a_failure_without_an_event_is_told_by_the_command_lines_reason(cli):
    lines = ["❌  mlflow-a-service failed to deploy", "‣ PriorityInUse: The specified priority is in use."]
    with pytest.raises(LocalError, match=r"^cdk deploy failed: PriorityInUse: The specified priority is in use\.$"):
        cli(lines, status=1).deploy(Path("cdk.out"), print)


def test_an_app_that_raises_is_told_by_its_exception(cli):
    lines = [
        "Traceback (most recent call last):",
        "ValueError: team 'x' has no region",
        "Subprocess exited with error 1",
    ]
    with pytest.raises(LocalError, match=r"^cdk synth failed: ValueError: team 'x' has no region$"):
        cli(lines, status=1).synth(Path("cdk.out"))


def test_the_caller_s_own_aws_settings_do_not_reach_the_cli(cli, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_PROFILE", "production")
    found = tmp_path / "environment"
    cli(program=f"open({str(found)!r}, 'w').write(repr(dict(os.environ)))").deploy(Path("cdk.out"), print)
    assert "production" not in found.read_text()
    assert f"'HOME': {str(tmp_path / 'home')!r}" in found.read_text()


def test_no_secret_is_in_the_argument_list(cli, tmp_path):
    found = tmp_path / "arguments"
    cli(program=f"open({str(found)!r}, 'w').write(repr(sys.argv))").bootstrap(ACCOUNT, REGION, print)
    assert "root-secret" not in found.read_text()


def test_a_missing_node_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr("kit.local.cdk.shutil.which", lambda name, path: None)
    with pytest.raises(LocalError, match="no node"):
        Cdk(tmp_path, tmp_path / "home", {})


def test_a_missing_cli_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr("kit.local.cdk.shutil.which", lambda name, path: sys.executable)
    with pytest.raises(LocalError, match="npm ci"):
        Cdk(tmp_path, tmp_path / "home", {})


def test_an_account_is_bootstrapped_once_its_version_is_there(ministack):
    ssm = ministack.client("ssm")
    assert not is_bootstrapped(ssm)
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
    assert is_bootstrapped(ssm)
