"""An emulator's CloudFormation as the probes use it: small templates, stacks that are waited for."""

import functools
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

REGION = "eu-west-1"
_DEADLINE_S = 60
Template = dict[str, Any]


@dataclass(frozen=True)
class Aws:
    """A running emulator.

    Attributes:
        name: its column of the page.
        make_client: makes a boto3 client of a service; keyword arguments are credentials other than root's.
    """

    name: str
    make_client: Callable[..., Any]

    def client(self, service: str) -> Any:
        """As root."""
        return _client(self.make_client, service)

    def client_as(self, session: boto3.Session, service: str) -> Any:
        """With the session's credentials."""
        return self.make_client(service, session)

    def deploy(self, name: str, template: Template) -> str:
        """Creates the stack, or updates it; returns its last status."""
        cloudformation = self.client("cloudformation")
        arguments = {
            "StackName": name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        if self.status(name) is None:
            cloudformation.create_stack(**arguments)
        else:
            cloudformation.update_stack(**arguments)
        return self._settled(name) or "DELETE_COMPLETE"

    def delete(self, name: str) -> str:
        """Deletes the stack as far as the emulator does; returns its last status, or what it refused with."""
        try:
            self.client("cloudformation").delete_stack(StackName=name)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return self._settled(name) or "DELETE_COMPLETE"

    def status(self, name: str) -> str | None:
        """None when there is no such stack."""
        try:
            (stack,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except (ClientError, ValueError):
            return None
        status = str(stack["StackStatus"])
        return None if status == "DELETE_COMPLETE" else status

    def physical_id(self, name: str, logical_id: str) -> str:
        """Of a resource of a stack."""
        pages = self.client("cloudformation").list_stack_resources(StackName=name)["StackResourceSummaries"]
        (found,) = (r["PhysicalResourceId"] for r in pages if r["LogicalResourceId"] == logical_id)
        return str(found)

    def _settled(self, name: str) -> str | None:
        deadline = time.monotonic() + _DEADLINE_S
        while (status := self.status(name)) and status.endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, f"{name} of {self.name} stays {status}"
            time.sleep(0.1)
        return status


@functools.cache
def _client(make_client: Callable[..., Any], service: str) -> Any:
    return make_client(service)


def unique(word: str) -> str:
    """A name that no other probe has."""
    return f"{word}-{uuid.uuid4().hex[:12]}"


def resources(**named: tuple[str, dict[str, Any]] | dict[str, Any]) -> Template:
    """A template of resources, each a type with its properties, or complete."""
    return {
        "Resources": {
            name: {"Type": given[0], "Properties": given[1]} if isinstance(given, tuple) else given
            for name, given in named.items()
        }
    }
