"""EC2: route tables and what is in them."""

from collections.abc import Mapping
from typing import Any

from kit.emulators.existence.question import Question, Resource, has

_TARGETS = ("GatewayId", "NatGatewayId")


def _route_table(resource: Resource) -> bool:
    return has([_table(resource, resource.physical_id)], VpcId=resource.property("VpcId"))


def _association(resource: Resource) -> bool:
    table = _table(resource, resource.property("RouteTableId"))
    return has(table.get("Associations", []), SubnetId=resource.property("SubnetId"))


def _route(resource: Resource) -> bool:
    table = _table(resource, resource.property("RouteTableId"))
    target = {name: value for name in _TARGETS if (value := resource.property(name))}
    return has(table.get("Routes", []), DestinationCidrBlock=resource.property("DestinationCidrBlock"), **target)


def _table(resource: Resource, table_id: str) -> Mapping[str, Any]:
    """The route table; an empty one when there is none of that id."""
    found = resource.client("ec2").describe_route_tables(RouteTableIds=[table_id])["RouteTables"]
    return next((table for table in found if table["RouteTableId"] == table_id), {})


QUESTIONS: dict[str, Question] = {
    "AWS::EC2::Route": _route,
    "AWS::EC2::RouteTable": _route_table,
    "AWS::EC2::SubnetRouteTableAssociation": _association,
}
