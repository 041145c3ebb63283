"""The value that CloudFormation gives a secret."""

import json
from collections.abc import Callable
from typing import Any


def secret_string(properties: dict[str, Any], random_password: Callable[[dict[str, Any]], str]) -> str:
    """The value of an AWS::SecretsManager::Secret: given, or generated; `random_password` makes one by the rules.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html
    """
    rules = properties.get("GenerateSecretString")
    if rules is None or properties.get("SecretString"):
        return str(properties.get("SecretString", ""))
    password = random_password(rules)
    if "SecretStringTemplate" not in rules:
        return password
    return json.dumps(json.loads(rules["SecretStringTemplate"]) | {rules["GenerateStringKey"]: password})
