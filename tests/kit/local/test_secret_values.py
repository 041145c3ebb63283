import json
from collections.abc import Iterator
from typing import Any

import pytest

from kit.local import secret_values
from kit.local.errors import LocalError
from kit.local.task_definition import TaskDefinition
from tests.kit.local.fake_aws import EXECUTION_ROLE, ROOT, FakeAws, secret_arn


@pytest.fixture
def aws() -> Iterator[FakeAws]:
    with FakeAws() as fake:
        yield fake


def task_with(secrets: dict[str, str], role: str | None = EXECUTION_ROLE) -> TaskDefinition:
    entries = [{"Name": name, "ValueFrom": value_from} for name, value_from in secrets.items()]
    described: dict[str, Any] = {
        "Family": "tracking",
        "ContainerDefinitions": [{"Name": "server", "Command": ["x"], "Secrets": entries}],
        **({"ExecutionRoleArn": role} if role else {}),
    }
    return TaskDefinition.from_properties(described)


def read(aws: FakeAws, secrets: dict[str, str]) -> dict[str, str]:
    return secret_values.read(task_with(secrets), aws.endpoint, ROOT, "task-1")["server"]


def test_the_execution_role_reads_each_secret_once(aws: FakeAws) -> None:
    content = {"username": "admin", "password": "pass-word", "port": 5432}
    aws.secrets[secret_arn("admin")] = json.dumps(content)
    aws.secrets[secret_arn("key")] = "whole string"
    assert read(
        aws,
        {
            "USER": secret_arn("admin") + ":username::",
            "PASSWORD": secret_arn("admin") + ":password::",
            "PORT": secret_arn("admin") + ":port::",
            "KEY": secret_arn("key"),
        },
    ) == {"USER": "admin", "PASSWORD": "pass-word", "PORT": "5432", "KEY": "whole string"}
    assert aws.readers == ["execution/1", "execution/1"]


def test_a_missing_permission_names_the_secret_the_role_and_the_action(aws: FakeAws) -> None:
    aws.may_read.clear()
    with pytest.raises(LocalError) as refusal:
        read(aws, {"KEY": secret_arn("key")})
    for word in (secret_arn("key"), EXECUTION_ROLE, "secretsmanager:GetSecretValue"):
        assert word in str(refusal.value)


def test_a_secret_that_does_not_exist_is_named(aws: FakeAws) -> None:
    with pytest.raises(LocalError, match=r"secret:key-AbCdEf.*no such secret"):
        read(aws, {"KEY": secret_arn("key")})


@pytest.mark.parametrize("content", ['{"other": "treasure"}', "treasure", '["treasure"]'])
def test_a_missing_json_key_is_named_without_what_the_secret_holds(aws: FakeAws, content: str) -> None:
    aws.secrets[secret_arn("admin")] = content
    with pytest.raises(LocalError, match="no JSON key 'password'") as refusal:
        read(aws, {"PASSWORD": secret_arn("admin") + ":password::"})
    assert "treasure" not in str(refusal.value)


def test_an_execution_role_that_cannot_be_assumed_is_named(aws: FakeAws) -> None:
    aws.assumable.clear()
    with pytest.raises(LocalError, match=f"{EXECUTION_ROLE} cannot be assumed"):
        read(aws, {"KEY": secret_arn("key")})


def test_secrets_need_an_execution_role(aws: FakeAws) -> None:
    with pytest.raises(LocalError, match="no execution role"):
        secret_values.read(task_with({"KEY": secret_arn("key")}, role=None), aws.endpoint, ROOT, "task-1")


def test_a_task_without_secrets_asks_nobody(aws: FakeAws) -> None:
    assert read(aws, {}) == {}
    assert aws.assumptions == 0
