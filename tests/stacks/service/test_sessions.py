"""ECS Exec: there is none unless a team asks, and then it is encrypted and logged."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from tests.stacks.shapes import SHAPES, team, template

WITH, WITHOUT = "public-closed", "usual"


def task_role(service: Template) -> dict[str, dict[str, Any]]:
    """The statements of the server's own role, by name."""
    return {
        statement["Sid"]: statement
        for policy in service.find_resources("AWS::IAM::Policy").values()
        if "TrackingServerTaskRole" in json.dumps(policy["Properties"]["Roles"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def test_a_shape_of_the_tests_has_sessions() -> None:
    assert [shape for shape in SHAPES if team(shape).server.exec] == [WITH]


def test_nothing_of_sessions_is_there_unless_a_team_asks() -> None:
    service = template(WITHOUT, "service")
    service.has_resource_properties("AWS::ECS::Service", {"EnableExecuteCommand": Match.absent()})
    service.has_resource_properties("AWS::ECS::Cluster", {"Configuration": Match.absent()})
    assert "ssmmessages" not in json.dumps(service.to_json())
    assert "ssmmessages" not in json.dumps(template(WITHOUT, "network").to_json())


def test_the_services_tasks_take_sessions() -> None:
    template(WITH, "service").has_resource_properties("AWS::ECS::Service", {"EnableExecuteCommand": True})


def test_a_session_is_encrypted_with_the_teams_key_and_logged_in_a_group_of_its_own() -> None:
    service = template(WITH, "service")
    (cluster,) = service.find_resources("AWS::ECS::Cluster").values()
    command = cluster["Properties"]["Configuration"]["ExecuteCommandConfiguration"]
    assert "data:ExportsOutputFnGetAttKey" in command["KmsKeyId"]["Fn::ImportValue"]
    assert command["Logging"] == "OVERRIDE"
    assert command["LogConfiguration"]["CloudWatchEncryptionEnabled"] is True
    log = command["LogConfiguration"]["CloudWatchLogGroupName"]["Ref"]
    assert service.find_resources("AWS::Logs::LogGroup")[log]["DeletionPolicy"] == "Retain"
    (server,) = (
        container
        for task in service.find_resources("AWS::ECS::TaskDefinition").values()
        for container in task["Properties"]["ContainerDefinitions"]
        if container["Name"] == "server"
    )
    assert server["LogConfiguration"]["Options"]["awslogs-group"] != {"Ref": log}


def test_the_agent_may_open_its_channels_log_to_that_group_and_decrypt_sessions_alone() -> None:
    with_sessions, without = task_role(template(WITH, "service")), task_role(template(WITHOUT, "service"))
    added = {name: said for name, said in with_sessions.items() if name not in without}
    assert set(added) == {"TakeSessions", "DecryptSessions", "FindLogGroups", "LogSessions", "EncryptLog"}
    assert added["TakeSessions"]["Action"] == [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ]
    assert added["DecryptSessions"]["Condition"] == {"Null": {"kms:EncryptionContext:aws:ssm:SessionId": "false"}}
    assert added["LogSessions"]["Resource"]["Fn::GetAtt"][0].startswith("SessionsLog")


def test_the_server_has_an_init_process_that_ends_what_sessions_leave_behind() -> None:
    servers = [
        container
        for task in template(WITH, "service").find_resources("AWS::ECS::TaskDefinition").values()
        for container in task["Properties"]["ContainerDefinitions"]
        if container["LinuxParameters"].get("InitProcessEnabled")
    ]
    assert [server["Name"] for server in servers] == ["server"]


@pytest.mark.parametrize("service", ["ssmmessages", "kms"])
def test_a_closed_network_has_the_endpoints_that_sessions_need(service: str) -> None:
    name = Match.string_like_regexp(rf"\.{service}$")
    for shape, count in ((WITH, 1), ("closed", 0)):
        found = template(shape, "network").find_resources(
            "AWS::EC2::VPCEndpoint", {"Properties": {"ServiceName": name}}
        )
        assert len(found) == count
