"""A deployed stack as CloudFormation would have recorded it, without CloudFormation."""

from typing import Any

from kit.emulators.existence import ask
from kit.emulators.existence.question import Answer, Resource
from kit.emulators.template import DeployedStack


class RecordedStack(DeployedStack):
    """What the tests say was recorded."""

    def __init__(self, resources: dict[str, Any], physical_ids: dict[str, str]) -> None:
        self.name = "mlflow"
        self.template = {"Resources": resources}
        self.physical_ids = physical_ids
        self.outputs = {}
        self._parameters = {}
        self._partition, self._region, self.account = "aws", "eu-west-1", "123456789012"


def answer(client: Any, resource_type: str, physical_id: str, properties: dict[str, Any]) -> Answer:
    """What the question of a type comes to for one resource."""
    stack = RecordedStack({"It": {"Type": resource_type, "Properties": properties}}, {"It": physical_id})
    return ask(Resource(stack, "It", client))
