"""Which properties AWS cannot change on an existing resource: with another value it makes another resource.

They are `createOnlyProperties` and `conditionalCreateOnlyProperties` of AWS's own resource provider schemas, which
cfn-lint carries. https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import functools
from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]
"""The names that lead to a property, from the resource's `Properties` on; `*` is every entry of a list."""

# In this region are all types; what cannot be changed is the same in all regions.
_REGION = "us-east-1"
# Create-only under conditions that do not hold here: RDS's ModifyDBInstance takes them for any PostgreSQL instance.
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
CHANGED_IN_PLACE = {
    "AWS::RDS::DBInstance": (
        "AutoMinorVersionUpgrade",
        "BackupRetentionPeriod",
        "DBParameterGroupName",
        "MultiAZ",
        "PreferredMaintenanceWindow",
    )
}


@functools.cache
def create_only(resource_type: str) -> tuple[Path, ...]:
    """The paths of the type's properties with which a resource is replaced. Takes two seconds the first time."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, resource_type).schema
    pointers = [*schema.get("createOnlyProperties", []), *schema.get("conditionalCreateOnlyProperties", [])]
    paths = {tuple(pointer.removeprefix("/properties/").split("/")) for pointer in pointers}
    return tuple(sorted(paths - {(name,) for name in CHANGED_IN_PLACE.get(resource_type, ())}))


def values_at(properties: Any, path: Path) -> Iterator[Any]:
    """The values of a property: none where it is not set, several where the path leads through a list."""
    if not path:
        yield properties
        return
    name, *rest = path
    if name == "*" and isinstance(properties, list):
        for entry in properties:
            yield from values_at(entry, tuple(rest))
    elif isinstance(properties, dict) and name in properties:
        yield from values_at(properties[name], tuple(rest))


def plain(value: Any) -> Any:
    """`value` as CloudFormation compares it: a number or a boolean is the same in quotes."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case list():
            return [plain(entry) for entry in value]
        case dict():
            return {key: plain(entry) for key, entry in value.items()}
        case _:
            return value
