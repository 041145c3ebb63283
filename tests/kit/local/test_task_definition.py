from typing import Any

import pytest

from kit.local.errors import LocalError
from kit.local.task_definition import Condition, HealthCheck, MountPoint, SecretReference, TaskDefinition

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:admin-AbCdEf"


def task_of(*containers: dict[str, Any]) -> TaskDefinition:
    described = {"Family": "tracking", "ContainerDefinitions": list(containers)}
    return TaskDefinition.from_properties(described)


def test_a_whole_secret_has_no_json_key() -> None:
    assert SecretReference.parse(SECRET) == SecretReference(SECRET)


def test_a_reference_names_key_stage_and_version() -> None:
    assert SecretReference.parse(f"{SECRET}:password::") == SecretReference(SECRET, "password")
    assert SecretReference.parse(f"{SECRET}::AWSPREVIOUS:") == SecretReference(SECRET, None, "AWSPREVIOUS")
    assert SecretReference.parse(f"{SECRET}:a::v1") == SecretReference(SECRET, "a", None, "v1")


@pytest.mark.parametrize("value_from", ["admin", "arn:aws:ssm:eu-central-1:1:parameter/x", f"{SECRET}:password"])
def test_another_reference_is_refused(value_from: str) -> None:
    with pytest.raises(LocalError, match="complete ARN"):
        SecretReference.parse(value_from)


def test_a_health_check_has_the_defaults_of_ecs() -> None:
    check = HealthCheck.from_properties({"Command": ["CMD-SHELL", "exit 0"]})
    assert check == HealthCheck(("/bin/sh", "-c", "exit 0"), 30, 5, 3, 0)
    assert HealthCheck.from_properties({"Command": ["NONE"]}) is None


def test_a_health_check_of_another_form_is_refused() -> None:
    with pytest.raises(LocalError, match="neither CMD nor CMD-SHELL"):
        HealthCheck.from_properties({"Command": ["curl", "localhost"]})


def test_containers_come_in_the_order_in_which_they_start() -> None:
    task = task_of(
        {"Name": "b", "Command": ["b"], "DependsOn": [{"ContainerName": "a", "Condition": "SUCCESS"}]},
        {"Name": "a", "EntryPoint": ["a"], "Command": ["-x"], "Essential": False},
    )
    assert [container.name for container in task.containers] == ["a", "b"]
    assert task.containers[0].argv == ("a", "-x")
    assert task.containers[1].depends_on == {"a": Condition.SUCCESS}
    assert task.containers[1].stop_timeout_s == 30


@pytest.mark.parametrize(
    ("condition", "reason"),
    [("SUCCESS", "non-essential"), ("HEALTHY", "has no health check"), ("START", "circle")],
)
def test_what_ecs_refuses_is_refused(condition: str, reason: str) -> None:
    first = {"Name": "a", "Command": ["a"], "DependsOn": [{"ContainerName": "b", "Condition": "START"}]}
    second = {"Name": "b", "Command": ["b"], "DependsOn": [{"ContainerName": "a", "Condition": condition}]}
    with pytest.raises(LocalError, match=reason):
        task_of(first, second)


def test_what_only_a_container_can_have_is_read() -> None:
    described = {
        "Family": "tracking",
        "Cpu": "512",
        "Memory": "2048",
        "ContainerDefinitions": [
            {
                "Name": "a",
                "Command": ["a"],
                "User": "10001:10001",
                "ReadonlyRootFilesystem": True,
                "MountPoints": [{"SourceVolume": "tmp", "ContainerPath": "/scratch", "ReadOnly": False}],
            }
        ],
    }
    task = TaskDefinition.from_properties(described)
    assert (task.cpu_units, task.memory_mib) == (512, 2048)
    container = task.container("a")
    assert (container.user, container.read_only_root) == ("10001:10001", True)
    assert container.mount_points == (MountPoint("tmp", "/scratch", False),)


def test_without_a_size_there_is_no_limit() -> None:
    task = task_of({"Name": "a", "Command": ["a"]})
    assert (task.cpu_units, task.memory_mib) == (None, None)
    assert (task.containers[0].user, task.containers[0].read_only_root) == (None, False)


def test_a_container_without_a_command_cannot_be_a_process() -> None:
    with pytest.raises(LocalError, match="names no command"):
        task_of({"Name": "a"})
