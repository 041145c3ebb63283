"""The server of a team whose people sign on by OpenID Connect."""

import json
from typing import Any

from tests.stacks.shapes import OIDC, SHAPES, template, templates

SHAPE = "guest"


def server() -> dict[str, Any]:
    definitions = template(SHAPE, "service").find_resources("AWS::ECS::TaskDefinition").values()
    containers = [container for made in definitions for container in made["Properties"]["ContainerDefinitions"]]
    return next(container for container in containers if container["Name"] == "server")


def test_the_server_is_told_of_the_provider() -> None:
    environment = {variable["Name"]: variable["Value"] for variable in server()["Environment"]}
    told = {name: value for name, value in environment.items() if name.startswith(("OIDC_", "TRACKING_AUTH"))}
    assert told == {
        "TRACKING_AUTH": "oidc",
        "OIDC_ISSUER": "https://login.example.com/tenant",
        "OIDC_CLIENT_ID": "mlflow",
        "OIDC_AUDIENCE": "mlflow",
        "OIDC_USERNAME_CLAIM": "sub",
        "OIDC_GROUPS_CLAIM": "groups",
        "OIDC_ALLOWED_GROUPS": '["data, science"]',
        "OIDC_ADMIN_GROUPS": '["platform"]',
    }


def test_the_clients_secret_comes_from_secrets_manager() -> None:
    secrets = {secret["Name"]: secret["ValueFrom"] for secret in server()["Secrets"]}
    assert secrets["OIDC_CLIENT_SECRET"] == OIDC["client_secret_arn"]


def test_ecs_alone_may_read_the_clients_secret() -> None:
    policies = template(SHAPE, "service").find_resources("AWS::IAM::Policy")
    readers = [name for name, policy in policies.items() if OIDC["client_secret_arn"] in json.dumps(policy)]
    assert [name.startswith("TrackingServerExecutionRole") for name in readers] == [True]


def test_no_other_team_knows_of_a_provider() -> None:
    others = [shape for shape in SHAPES if shape != SHAPE]
    assert [shape for shape in others if "OIDC_" in json.dumps(templates(shape))] == []
