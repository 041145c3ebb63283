"""KMS and Secrets Manager. No value of a secret leaves this module."""

import json
from typing import Any

from kit.emulators.existence.question import Question, Resource, has

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
_OF_A_DATABASE = {"engine", "host", "port"}


def _key(resource: Resource) -> bool:
    metadata = resource.client("kms").describe_key(KeyId=resource.physical_id)["KeyMetadata"]
    return has([metadata], KeyId=resource.physical_id, KeyState="Enabled")


def _secret(resource: Resource) -> bool:
    """A secret without a value is refused, as ResourceNotFoundException."""
    secrets = resource.client("secretsmanager")
    description = secrets.describe_secret(SecretId=resource.physical_id)
    return "DeletedDate" not in description and bool(_value(secrets, resource.physical_id))


def _attachment(resource: Resource) -> bool:
    """Attaching writes where the database is into the secret's value."""
    value: dict[str, Any] = json.loads(_value(resource.client("secretsmanager"), resource.property("SecretId")))
    return value.keys() >= _OF_A_DATABASE


def _value(secrets: Any, secret_id: str) -> str:
    return str(secrets.get_secret_value(SecretId=secret_id)["SecretString"])


QUESTIONS: dict[str, Question] = {
    "AWS::KMS::Key": _key,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::SecretsManager::SecretTargetAttachment": _attachment,
}
