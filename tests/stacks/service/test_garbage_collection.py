"""The scheduled task that deletes for good what users have deleted."""

import json
from typing import Any

from tests.stacks.service.test_service_stack import containers, statements
from tests.stacks.shapes import team, template


def of_collection(shape: str, resource_type: str) -> dict[str, dict[str, Any]]:
    found = template(shape, "service").find_resources(resource_type)
    return {name: resource["Properties"] for name, resource in found.items() if name.startswith("GarbageCollection")}


def test_nothing_is_deleted_for_good_unless_the_team_says_after_how_many_days() -> None:
    assert of_collection("usual", "AWS::Scheduler::Schedule") == {}
    assert "collect-garbage" not in containers("usual")


def test_each_night_what_was_deleted_long_enough_ago_goes() -> None:
    (schedule,) = of_collection("closed", "AWS::Scheduler::Schedule").values()
    assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    days = team("closed").artifacts.garbage_collection_days
    assert containers("closed")["collect-garbage"]["Command"][-3:] == [
        "collect-garbage",
        "--older-than-days",
        str(days),
    ]


def test_the_task_finds_database_and_artifacts_as_the_server_does() -> None:
    here, server = (
        {entry["Name"]: entry["Value"] for entry in containers("closed")[name]["Environment"]}
        for name in ("collect-garbage", "server")
    )
    pool = {"MLFLOW_SQLALCHEMYSTORE_POOL_SIZE", "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW"}
    assert {name: value for name, value in here.items() if name not in pool}.items() <= server.items()
    assert here["MLFLOW_ARTIFACTS_DESTINATION"]


def test_the_task_has_the_servers_role_and_is_handed_no_secret() -> None:
    definitions = template("closed", "service").find_resources("AWS::ECS::TaskDefinition")
    roles = {name: definition["Properties"]["TaskRoleArn"] for name, definition in definitions.items()}
    (own,) = [role for name, role in roles.items() if name.startswith("GarbageCollection")]
    (servers,) = [role for name, role in roles.items() if name.startswith("TrackingServer")]
    assert own == servers
    assert "Secrets" not in containers("closed")["collect-garbage"]
    allowed = statements("closed", "GarbageCollectionExecutionRole")
    assert not [s for s in allowed if "secretsmanager" in json.dumps(s)]
