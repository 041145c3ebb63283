"""EC2: the network, its subnets and who may talk to whom."""

from collections.abc import Mapping
from typing import Any

from kit.emulators.existence.question import Question, Resource, has


def _vpc(resource: Resource) -> bool:
    found = resource.client("ec2").describe_vpcs(VpcIds=[resource.physical_id])["Vpcs"]
    return has(found, VpcId=resource.physical_id, CidrBlock=resource.property("CidrBlock"))


def _subnet(resource: Resource) -> bool:
    found = resource.client("ec2").describe_subnets(SubnetIds=[resource.physical_id])["Subnets"]
    expected = {name: resource.property(name) for name in ("VpcId", "CidrBlock")}
    return has(found, SubnetId=resource.physical_id, **expected)


def _endpoint(resource: Resource) -> bool:
    found = resource.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[resource.physical_id])["VpcEndpoints"]
    expected = {name: resource.property(name) for name in ("VpcId", "ServiceName")}
    return has(found, VpcEndpointId=resource.physical_id, **expected)


def _endpoint_service(resource: Resource) -> bool:
    ids = [resource.physical_id]
    answer = resource.client("ec2").describe_vpc_endpoint_service_configurations(ServiceIds=ids)
    return has(answer["ServiceConfigurations"], ServiceId=resource.physical_id)


def _endpoint_service_permissions(resource: Resource) -> bool:
    """Of the service: all that the template allows."""
    service = resource.property("ServiceId")
    answer = resource.client("ec2").describe_vpc_endpoint_service_permissions(ServiceId=service)
    return all(has(answer["AllowedPrincipals"], Principal=arn) for arn in resource.property("AllowedPrincipals"))


def _flow_log(resource: Resource) -> bool:
    found = resource.client("ec2").describe_flow_logs(FlowLogIds=[resource.physical_id])["FlowLogs"]
    return has(found, FlowLogId=resource.physical_id, ResourceId=resource.property("ResourceId"))


def _security_group(resource: Resource) -> bool:
    return _group(resource, resource.physical_id) is not None


def _ingress(resource: Resource) -> bool:
    return _is_allowed(resource, "IpPermissions", "Source")


def _egress(resource: Resource) -> bool:
    return _is_allowed(resource, "IpPermissionsEgress", "Destination")


def _is_allowed(resource: Resource, direction: str, side: str) -> bool:
    """Whether the group itself has the rule: an id of a rule alone would prove nothing."""
    group = _group(resource, resource.property("GroupId"))
    peers = {
        "UserIdGroupPairs": {"GroupId": resource.property(f"{side}SecurityGroupId")},
        "PrefixListIds": {"PrefixListId": resource.property(f"{side}PrefixListId")},
        "IpRanges": {"CidrIp": resource.property("CidrIp")},
    }
    ports = {name: resource.property(name) for name in ("IpProtocol", "FromPort", "ToPort")}
    return group is not None and any(
        has([permission], **ports) and any(has(permission.get(kind, []), **peer) for kind, peer in peers.items())
        for permission in group[direction]
    )


def _group(resource: Resource, group_id: str) -> Mapping[str, Any] | None:
    found = resource.client("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    return next((group for group in found if group["GroupId"] == group_id), None)


QUESTIONS: dict[str, Question] = {
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::EC2::SecurityGroupEgress": _egress,
    "AWS::EC2::SecurityGroupIngress": _ingress,
    "AWS::EC2::Subnet": _subnet,
    "AWS::EC2::VPC": _vpc,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::EC2::VPCEndpointService": _endpoint_service,
    "AWS::EC2::VPCEndpointServicePermissions": _endpoint_service_permissions,
}
