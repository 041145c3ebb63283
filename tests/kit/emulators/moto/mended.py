"""moto in this process with what the kit adds to it, for as long as a test module asks for it."""

import contextlib
import functools
import json
from collections.abc import Iterator
from typing import Any, get_args

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.cloudformation import parsing
from moto.ec2.models.security_groups import SecurityGroup
from moto.ecs.models import Cluster, TaskDefinition
from moto.elbv2.models import FakeListenerRule, FakeLoadBalancer
from moto.kms.models import Key
from moto.rds.models import DBParameterGroup, DBSubnetGroup
from moto.s3.models import FakeBucket

from kit.emulators.moto import mends, types
from stacks.team.config import StackKind
from tests.bootstrapped import say_bootstrapped

ACCOUNT, REGION = "123456789012", "eu-west-1"
_MENDED: tuple[tuple[Any, str], ...] = (
    (parsing, "resource_class_from_type"),
    (parsing, "parse_and_update_resource"),
    (Key, "create_from_cloudformation_json"),
    (FakeBucket, "update_from_cloudformation_json"),
    (Cluster, "update_from_cloudformation_json"),
    (TaskDefinition, "update_from_cloudformation_json"),
    (SecurityGroup, "update_from_cloudformation_json"),
    (FakeListenerRule, "delete"),
    (FakeLoadBalancer, "create_from_cloudformation_json"),
    (DBParameterGroup, "physical_resource_id"),
    (DBSubnetGroup, "physical_resource_id"),
)


@contextlib.contextmanager
def mended() -> Iterator[None]:
    """Other tests of the process have moto as it is: what the kit replaces is put back."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in _MENDED:
            patch.setattr(owner, name, getattr(owner, name, None), raising=False)
        types.register()
        mends.mend()
        yield


@functools.cache
def _client(service: str) -> Any:
    # One for all tests: it takes longer to read what a service's API is like than to ask it.
    return boto3.Session("testing", "testing", region_name=REGION).client(service)


class MendedAws:
    """boto3 clients of the account, and its CloudFormation."""

    def client(self, service: str) -> Any:
        """A boto3 client of the named service."""
        return _client(service)

    def deploy(self, name: str, template: dict[str, Any]) -> dict[str, str]:
        """Creates the stack, or updates it; returns its outputs."""
        cloudformation = self.client("cloudformation")
        options = {
            "StackName": name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        try:
            cloudformation.describe_stacks(StackName=name)
        except ClientError:
            cloudformation.create_stack(**options)
        else:
            cloudformation.update_stack(**options)
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def deploy_team(self, name: str, templates: dict[str, dict[str, Any]]) -> None:
        """Deploys the four stacks of a team, in the order in which they need each other."""
        say_bootstrapped(self.client("ssm"))
        for kind in get_args(StackKind):
            stack = f"mlflow-{name}-{kind}"
            self.deploy(stack, templates[stack])

    def physical_ids(self, stack: str) -> dict[str, str]:
        """By logical id."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for p in pages for r in p["StackResourceSummaries"]}
