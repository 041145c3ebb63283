"""What all types have in common that the kit adds to moto's CloudFormation."""

from typing import Any, Self

Json = dict[str, Any]


class Added:
    """A resource type that is carried out by moto's own backends. `physical_resource_id` is what `Ref` gives."""

    def __init__(self, physical_resource_id: str) -> None:
        self.physical_resource_id = physical_resource_id

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Self,
        new_resource_name: str,
        cloudformation_json: Json,
        account_id: str,
        region_name: str,
    ) -> Self:
        """Without a method of its own, what an update changes is nothing that moto knows."""
        return original_resource
