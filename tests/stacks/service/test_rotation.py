"""The scheduled task that rotates the server's password."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from stacks.team.config import TeamConfig
from tests.stacks.service.test_service_stack import containers, statements
from tests.stacks.shapes import SHAPES, synthesize, template

NEVER = ("cheap", "temporary", "guest", "growing", "pausing", "signed")


def of_rotation(shape: str, resource_type: str) -> dict[str, dict[str, Any]]:
    found = template(shape, "service").find_resources(resource_type)
    return {name: resource["Properties"] for name, resource in found.items() if name.startswith("Rotation")}


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in NEVER])
def test_each_day_a_task_looks_whether_the_password_is_old_enough(shape: str) -> None:
    (schedule,) = of_rotation(shape, "AWS::Scheduler::Schedule").values()
    assert schedule["ScheduleExpression"] == "cron(0 4 * * ? *)"
    assert containers(shape)["rotate"]["Command"][-3:] == ["rotate", "--older-than-days", "30"]


@pytest.mark.parametrize("shape", NEVER)
def test_a_team_that_wants_no_rotation_has_none(shape: str) -> None:
    assert of_rotation(shape, "AWS::Scheduler::Schedule") == {}
    assert "rotate" not in containers(shape)


def test_the_task_may_change_the_servers_secret_and_no_other() -> None:
    allowed = statements("usual", "RotationTaskRole")
    assert {statement["Sid"] for statement in allowed} == {"RotateSecret", "EncryptSecrets"}
    (secret,) = [statement["Resource"] for statement in allowed if statement["Sid"] == "RotateSecret"]
    assert "DatabaseUserSecret" in json.dumps(secret)


def test_its_start_reads_the_masters_secret_and_no_other() -> None:
    (secrets,) = [s["Resource"] for s in statements("usual", "RotationExecutionRole") if s["Sid"] == "ReadSecrets"]
    assert "DatabaseMasterSecret" in json.dumps(secrets)
    assert isinstance(secrets, dict)


def with_public_addresses() -> Template:
    shape = {"name": "cheap", "region": "eu-west-1", "size": "dev", "network": {"egress": "public-ip"}}
    team = TeamConfig.model_validate(shape)
    return Template.from_json(synthesize(team).get_stack_by_name(team.stack_name("service")).template)


@pytest.mark.parametrize(
    ("service_of", "public"), [(lambda: template("usual", "service"), "DISABLED"), (with_public_addresses, "ENABLED")]
)
def test_the_task_runs_where_the_service_does(service_of: Callable[[], Template], public: str) -> None:
    service = service_of()
    (of_service,) = service.find_resources("AWS::ECS::Service").values()
    network = of_service["Properties"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == public
    service.has_resource_properties(
        "AWS::Scheduler::Schedule",
        {
            "Target": Match.object_like(
                {"EcsParameters": Match.object_like({"NetworkConfiguration": {"AwsvpcConfiguration": network}})}
            )
        },
    )
