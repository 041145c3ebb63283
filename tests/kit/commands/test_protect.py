"""`kit protect` against moto in this process and against MiniStack."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kit import deployed as module
from kit.commands.protect import protect, set_protection
from kit.emulators.ministack.emulator import MiniStack
from kit.local.errors import LocalError
from stacks.team.config import DatabaseConfig, DatabaseEngine, TeamConfig

TEAM = TeamConfig(name="example", region="eu-west-1")
KEPT = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
TEMPLATE = {
    "Resources": {"Kept": KEPT, "Other": {"Type": "AWS::S3::Bucket"}},
    "Outputs": {"DatabaseInstanceIdentifier": {"Value": "example-database"}},
}


def moto_client(service: str) -> Any:
    return boto3.Session("testing", "testing", region_name=TEAM.region).client(service)


@pytest.fixture(params=["moto", "MiniStack"])
def client(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Any]]:
    """With the team's data stack deployed."""
    if request.param == "MiniStack":
        ministack: MiniStack = request.getfixturevalue("ministack")
        deploy(ministack.client)
        yield ministack.client
        return
    with mock_aws():
        deploy(moto_client)
        yield moto_client


def deploy(client: Callable[[str], Any]) -> None:
    cloudformation, name = client("cloudformation"), TEAM.stack_name("data")
    if not any(stack["StackName"] == name for stack in cloudformation.describe_stacks()["Stacks"]):
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def policy(client: Callable[[str], Any]) -> Any:
    return json.loads(client("cloudformation").get_stack_policy(StackName=TEAM.stack_name("data"))["StackPolicyBody"])


def retentions(client: Callable[[str], Any]) -> dict[str, int]:
    groups = client("logs").describe_log_groups(logGroupNamePrefix="/aws/rds/instance/example-database/")["logGroups"]
    return {group["logGroupName"].rsplit("/")[-1]: group["retentionInDays"] for group in groups}


def test_what_is_kept_may_be_neither_replaced_nor_deleted(client: Callable[[str], Any]) -> None:
    said: list[str] = []
    set_protection(TEAM, client, said.append)
    assert policy(client)["Statement"][1]["Resource"] == ["LogicalResourceId/Kept"]
    assert said[0] == "mlflow-example-data: no replacement and no deletion of Kept"


def test_lifted_every_change_is_allowed_again(client: Callable[[str], Any]) -> None:
    said: list[str] = []
    set_protection(TEAM, client, said.append)
    set_protection(TEAM, client, said.append, lift=True)
    assert [statement["Effect"] for statement in policy(client)["Statement"]] == ["Allow"]
    assert said[-1] == "mlflow-example-data: every change is allowed"


def test_the_databases_logs_are_kept_as_long_as_the_team_file_says(client: Callable[[str], Any]) -> None:
    set_protection(TEAM, client, lambda _: None)
    assert retentions(client) == {"postgresql": 90, "upgrade": 90}
    longer = TEAM.model_copy(update={"database": TEAM.database.model_copy(update={"log_retention_days": 365})})
    set_protection(longer, client, lambda _: None)
    assert retentions(client) == {"postgresql": 365, "upgrade": 365}


def test_an_auroras_log_is_named_after_the_cluster() -> None:
    on_aurora = TeamConfig(
        name="example", region="eu-west-1", database=DatabaseConfig(engine=DatabaseEngine.AURORA, log_retention_days=30)
    )
    outputs = {"DatabaseClusterIdentifier": {"Value": "example-database"}}
    with mock_aws():
        moto_client("cloudformation").create_stack(
            StackName=TEAM.stack_name("data"), TemplateBody=json.dumps({**TEMPLATE, "Outputs": outputs})
        )
        set_protection(on_aurora, moto_client, lambda _: None)
        groups = moto_client("logs").describe_log_groups()["logGroups"]
    assert {group["logGroupName"]: group["retentionInDays"] for group in groups} == {
        "/aws/rds/cluster/example-database/postgresql": 30
    }


def test_a_team_that_is_not_deployed_is_named() -> None:
    with mock_aws(), pytest.raises(LocalError, match="Team example is not deployed in eu-west-1"):
        set_protection(TEAM, moto_client, print)


def test_what_aws_refuses_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.boto3.session, "Session", lambda **_: boto3.Session(region_name=TEAM.region))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LocalError, match="AWS did not do it"):
        protect("example", None, print)
