"""What stacks keep: by the templates alone, for emulators delete things that AWS would not."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Template = Mapping[str, Any]
"""A CloudFormation template, as GetTemplate and `cdk synth` give it."""
Resource = Mapping[str, Any]

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
_KEEPING = ("Retain", "RetainExceptOnCreate", "Snapshot")


class ResourceKey(NamedTuple):
    """A resource, by the name of its stack and its logical id there."""

    stack: str
    logical_id: str


def resources(templates: Mapping[str, Template]) -> dict[ResourceKey, Resource]:
    """Every resource of the templates, which are given by the names of their stacks."""
    return {
        ResourceKey(stack, logical_id): resource
        for stack, template in templates.items()
        for logical_id, resource in template.get("Resources", {}).items()
    }


def kept(templates: Mapping[str, Template]) -> dict[ResourceKey, Resource]:
    """The resources that CloudFormation keeps when they leave their stack, or that AWS refuses to delete."""
    return {key: resource for key, resource in resources(templates).items() if _is_kept(resource)}


def _is_kept(resource: Resource) -> bool:
    properties = resource.get("Properties", {})
    return (
        resource.get("DeletionPolicy") in _KEEPING
        or properties.get("DeletionProtection") is True
        or {"Key": "deletion_protection.enabled", "Value": "true"} in properties.get("LoadBalancerAttributes", [])
    )
