"""What a person reads of a team's server, with moto in this process as its emulator."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kit.commands import status
from kit.local.agent_files import AgentStatus, Phase
from kit.local.errors import LocalError
from stacks.team.config import TeamConfig

KINDS = ("network", "data", "edge", "service")
HEALTHY = {
    "migrate": {"lastStatus": "STOPPED", "healthStatus": "UNKNOWN", "exitCode": 0, "reason": None},
    "server": {"lastStatus": "RUNNING", "healthStatus": "HEALTHY", "exitCode": None, "reason": None},
}


def fail() -> None:
    raise LocalError("`podman ps` says: it broke")


@functools.cache
def client(service: str) -> Any:
    return boto3.Session("testing", "testing", region_name="eu-west-1").client(service)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def laptop(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A laptop on which all is well."""
    task = AgentStatus(5000, Phase.RUNNING, dict(HEALTHY))
    fake = SimpleNamespace(
        team=TeamConfig(name="example", region="eu-west-1"),
        command=lambda verb: f"scripts/{verb} example",
        state=Path("state"),
        emulator=SimpleNamespace(
            alive=lambda: True, client=client, endpoint=SimpleNamespace(url="https://localhost:1"), account_id="1"
        ),
        postgres=SimpleNamespace(running=True),
        containers=lambda: None,
        task=task,
        url="http://localhost:5050",
    )
    fake.task_status = lambda: fake.task
    monkeypatch.setattr(status, "Laptop", SimpleNamespace(find=lambda team, choice: fake))
    monkeypatch.setattr(status.load_balancer, "url", lambda state: fake.url)
    return fake


def deploy(*kinds: str) -> None:
    for kind in kinds:
        template = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
        client("cloudformation").create_stack(StackName=f"mlflow-example-{kind}", TemplateBody=json.dumps(template))


def tell() -> tuple[bool, list[str]]:
    lines: list[str] = []
    well = status.status("example", None, lines.append)
    return well, "\n".join(lines).splitlines()


def test_all_is_well_when_everything_is_real_and_runs(laptop: SimpleNamespace) -> None:
    deploy(*KINDS)
    well, lines = tell()
    assert well
    assert lines.count("  real           AWS::S3::Bucket                               Bucket") == len(KINDS)
    assert lines[-5:] == [
        "On this machine",
        "  running        emulator  https://localhost:1, account 1",
        "  running        PostgreSQL",
        "  running        task  RUNNING, migrate STOPPED, server RUNNING HEALTHY",
        "  running        load balancer  http://localhost:5050",
    ]


def test_what_is_recorded_only_is_told_and_counted_and_no_failure(laptop: SimpleNamespace) -> None:
    deploy(*KINDS)
    (bucket, *_) = (b["Name"] for b in client("s3").list_buckets()["Buckets"])
    client("s3").delete_bucket(Bucket=bucket)
    well, lines = tell()
    assert well
    assert [line for line in lines if line.startswith("mlflow-example-") and "recorded" in line] == [
        f"{bucket_stack(bucket)}: 1 recorded only"
    ]
    assert "  recorded only  AWS::S3::Bucket                               Bucket  (HeadBucket answers 404)" in lines
    assert lines[-1] == "Recorded only, without effect here: AWS::S3::Bucket"


def bucket_stack(bucket: str) -> str:
    """The stack out of the name that moto generates."""
    return "-".join(bucket.split("-")[:3])


def test_a_stack_that_is_not_deployed_is_told_and_all_is_not_well(laptop: SimpleNamespace) -> None:
    deploy("network", "data", "edge")
    well, lines = tell()
    assert not well
    assert "mlflow-example-service: not deployed" in lines


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"postgres": SimpleNamespace(running=False)}, "  not running    PostgreSQL"),
        ({"url": None}, "  not running    load balancer"),
        ({"task": None}, "  not running    task"),
        (
            {"task": AgentStatus(1, Phase.BACKING_OFF, {}, error="It ended.")},
            "  not healthy    task  BACKING_OFF, It ended.",
        ),
        (
            {"task": AgentStatus(1, Phase.RUNNING, {"server": {**HEALTHY["server"], "healthStatus": "UNHEALTHY"}})},
            "  not healthy    task  RUNNING, server RUNNING UNHEALTHY",
        ),
    ],
)
def test_a_process_that_does_not_do_its_part_is_told(
    laptop: SimpleNamespace, change: dict[str, Any], line: str
) -> None:
    deploy(*KINDS)
    vars(laptop).update(change)
    well, lines = tell()
    assert not well
    assert line in lines


@pytest.mark.parametrize(
    ("containers", "lines"),
    [
        (
            SimpleNamespace(told=lambda: ["a-migrate  Exited (0)", "a-server  Up"]),
            ["a-migrate  Exited (0)", "a-server  Up"],
        ),
        (SimpleNamespace(told=fail), ["`podman ps` says: it broke"]),
    ],
)
def test_containers_are_told_in_the_engine_s_words(
    laptop: SimpleNamespace, containers: SimpleNamespace, lines: list[str]
) -> None:
    deploy(*KINDS)
    laptop.containers = lambda: containers
    well, told = tell()
    assert well
    assert told[-len(lines) :] == [f"  container      {line}" for line in lines]


def test_without_its_emulator_nothing_can_be_told(laptop: SimpleNamespace) -> None:
    laptop.emulator.alive = lambda: False
    with pytest.raises(LocalError, match=r"not up on this machine: run `scripts/up example` first\.$"):
        tell()
