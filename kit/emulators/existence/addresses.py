"""EC2: the ways out to the internet."""

from kit.emulators.existence.question import Question, Resource, has


def _address(resource: Resource) -> bool:
    """The address itself is what `Ref` of an EIP gives."""
    found = resource.client("ec2").describe_addresses()["Addresses"]
    return has(found, PublicIp=resource.physical_id)


def _nat_gateway(resource: Resource) -> bool:
    found = resource.client("ec2").describe_nat_gateways(NatGatewayIds=[resource.physical_id])["NatGateways"]
    return has(found, NatGatewayId=resource.physical_id, State="available")


def _internet_gateway(resource: Resource) -> bool:
    return resource.physical_id in _attachments(resource, resource.physical_id)


def _attachment(resource: Resource) -> bool:
    gateway = resource.property("InternetGatewayId")
    return resource.property("VpcId") in _attachments(resource, gateway).get(gateway, [])


def _attachments(resource: Resource, gateway_id: str) -> dict[str, list[str]]:
    """The VPCs of the gateway by its id; empty when there is no such gateway."""
    found = resource.client("ec2").describe_internet_gateways(InternetGatewayIds=[gateway_id])["InternetGateways"]
    return {gateway["InternetGatewayId"]: [a["VpcId"] for a in gateway["Attachments"]] for gateway in found}


QUESTIONS: dict[str, Question] = {
    "AWS::EC2::EIP": _address,
    "AWS::EC2::InternetGateway": _internet_gateway,
    "AWS::EC2::NatGateway": _nat_gateway,
    "AWS::EC2::VPCGatewayAttachment": _attachment,
}
