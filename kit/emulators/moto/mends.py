"""Types of moto 5.2.5's CloudFormation that answer other than AWS, made to answer as AWS does."""

from typing import Any

from moto.kms.models import Key
from moto.rds.models import DBParameterGroup, DBSubnetGroup


def mend() -> None:
    """Mend the moto of this process."""
    _give_keys_their_tags()
    # Else `Ref` is the object, which is of no use to another stack.
    groups: list[Any] = [DBParameterGroup, DBSubnetGroup]
    for group in groups:
        group.physical_resource_id = property(lambda group: group.name)


def _give_keys_their_tags() -> None:
    model: Any = Key
    create = model.create_from_cloudformation_json

    def create_with_tags(name: str, resource: dict[str, Any], *where: Any, **more: Any) -> Any:
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in resource["Properties"].get("Tags", [])]
        properties = {**resource["Properties"], "Tags": tags}
        return create(name, {**resource, "Properties": properties}, *where, **more)

    model.create_from_cloudformation_json = create_with_tags
