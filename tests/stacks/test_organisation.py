"""What an organisation prescribes for everything that the CDK deploys: its own context keys reach every stack."""

import json
from typing import Any

import aws_cdk as cdk
import pytest

import app
from tests.stacks.shapes import CONTEXT, team

BOUNDARY, QUALIFIER = "developers", "platform1"


@pytest.fixture(scope="module")
def stacks() -> list[Any]:
    """Of a team that has roles of the CDK's own, too: those of the function that empties buckets."""
    prescribed = {
        "@aws-cdk/core:permissionsBoundary": {"name": BOUNDARY},
        "@aws-cdk/core:bootstrapQualifier": QUALIFIER,
    }
    return list(app.build(cdk.App(context={**CONTEXT, **prescribed}), [team("temporary")]).synth().stacks)


def test_every_role_has_the_permissions_boundary(stacks: list[Any]) -> None:
    roles = {
        logical_id: resource["Properties"].get("PermissionsBoundary")
        for stack in stacks
        for logical_id, resource in stack.template["Resources"].items()
        if resource["Type"] in ("AWS::IAM::Role", "AWS::IAM::User")
    }
    assert any(name.startswith("CustomS3AutoDeleteObjects") for name in roles)
    without = [name for name, boundary in roles.items() if f":policy/{BOUNDARY}" not in json.dumps(boundary)]
    assert without == []


def test_every_stack_is_deployed_by_the_roles_of_the_organisations_own_bootstrap(stacks: list[Any]) -> None:
    for stack in stacks:
        assert f"/cdk-bootstrap/{QUALIFIER}/version" in json.dumps(stack.template)
        assert f"cdk-{QUALIFIER}-deploy-role" in stack.assume_role_arn
        assert "hnb659fds" not in json.dumps(stack.template)
