"""The values of a task's secrets, read as ECS reads them: before a container starts, by the execution role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from kit.local.aws_endpoint import AwsEndpoint, Credentials
from kit.local.errors import LocalError
from kit.local.task_definition import SecretReference, TaskDefinition

_ACTION = "secretsmanager:GetSecretValue"


def read(
    task: TaskDefinition, endpoint: AwsEndpoint, credentials: Credentials, session_name: str
) -> dict[str, dict[str, str]]:
    """The secrets of every container by the container's name, then by the variable's name.

    `credentials` only assume the execution role; the secrets are read with that role's. Raises LocalError
    that names the secret, the role and the action for whatever cannot be read.
    """
    if not any(container.secrets for container in task.containers):
        return {container.name: {} for container in task.containers}
    role = task.execution_role_arn
    if role is None:
        raise LocalError(f"Task definition {task.family} names secrets but no execution role to read them.")
    try:
        assumed = endpoint.assume_role(role, session_name, credentials)
    except (ClientError, BotoCoreError) as error:
        raise LocalError(f"The execution role {role} cannot be assumed (sts:AssumeRole): {error}") from error
    reader = _Reader(endpoint.client("secretsmanager", assumed), role)
    return {
        container.name: {name: reader.value(reference) for name, reference in container.secrets.items()}
        for container in task.containers
    }


class _Reader:
    """Reads each version of a secret once."""

    def __init__(self, client: Any, role: str) -> None:
        self._client, self._role = client, role
        self._strings: dict[tuple[str, str | None, str | None], str] = {}

    def value(self, reference: SecretReference) -> str:
        version = (reference.arn, reference.version_stage, reference.version_id)
        if version not in self._strings:
            self._strings[version] = self._secret_string(reference)
        if reference.json_key is None:
            return self._strings[version]
        try:
            content = json.loads(self._strings[version])
        except ValueError:
            content = None  # the message of the error would quote the secret
        if not isinstance(content, Mapping) or reference.json_key not in content:
            raise LocalError(f"Secret {reference.arn} has no JSON key {reference.json_key!r}: add it to the secret.")
        value = content[reference.json_key]
        return value if isinstance(value, str) else json.dumps(value)

    def _secret_string(self, reference: SecretReference) -> str:
        version = {"VersionStage": reference.version_stage, "VersionId": reference.version_id}
        try:
            answer = self._client.get_secret_value(
                SecretId=reference.arn, **{name: value for name, value in version.items() if value}
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if "AccessDenied" in code:
                raise LocalError(
                    f"The execution role {self._role} may not read secret {reference.arn}: allow it {_ACTION}"
                    " on that secret (and kms:Decrypt where a key of your own encrypts it)."
                ) from error
            raise LocalError(
                f"The execution role {self._role} could not read secret {reference.arn} ({_ACTION}): {error}"
            ) from error
        except BotoCoreError as error:
            raise LocalError(f"Secret {reference.arn} could not be read ({_ACTION}): {error}") from error
        if "SecretString" not in answer:
            raise LocalError(f"Secret {reference.arn} is binary, and an environment variable needs a string.")
        return str(answer["SecretString"])
