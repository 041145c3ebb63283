"""The kinds of text that describe networks, each with its rule and the sentence that refuses it."""

import re
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator

from stacks.team.values import matching, refuse

PRIVATE_BLOCKS = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
"""https://datatracker.ietf.org/doc/html/rfc1918"""

_PRIVATE_CIDRS = "allowed: /16 to /24 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
_SOURCE_CIDRS = "allowed: blocks inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
_VPC_CIDRS = "allowed: the CIDR block of the VPC, /16 to /28"
_ZONE = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9](-[a-z]+-[0-9])?[a-z]")


def _network(value: str, allowed: str) -> IPv4Network:
    try:
        network = IPv4Network(value, strict=False)
    except ValueError:
        raise refuse(f"is not an IPv4 network; {allowed}; try 10.0.0.0/20") from None
    if "/" not in value:
        raise refuse(f"has no prefix length; {allowed}; try {IPv4Network((value, 20), strict=False)}")
    if str(network) != value:
        raise refuse(f"is not the first address of its network; {allowed}; try {network}")
    return network


def _vpc_cidr(value: str) -> str:
    """Of a VPC that exists: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""
    if not 16 <= _network(value, _VPC_CIDRS).prefixlen <= 28:
        raise refuse(f"is not the size of a VPC; {_VPC_CIDRS}; copy it from the VPC")
    return value


def _private_cidr(value: str) -> str:
    """Of a new VPC. A /24 still gives six subnets 27 addresses each: three kinds in two zones."""
    network = _network(value, _PRIVATE_CIDRS)
    block = next((block for block in PRIVATE_BLOCKS if block.overlaps(network)), None)
    if network.prefixlen < 16:
        raise refuse(f"is too large; {_PRIVATE_CIDRS}; try {block.network_address if block else '10.0.0.0'}/16")
    if block is None:
        raise refuse(f"is not private; {_PRIVATE_CIDRS}; try 10.0.0.0/20")
    if network.prefixlen > 24:
        raise refuse(f"is too small; {_PRIVATE_CIDRS}; try {network.supernet(new_prefix=24)}")
    return value


def _zones(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not _ZONE.fullmatch(value):
            raise refuse(f"names {value!r}, which is not an availability zone; allowed: zones such as eu-west-1a")
    if len(set(values)) < 2:
        raise refuse("is fewer than two zones; allowed: two or more different ones, as RDS and load balancers need")
    if len(set(values)) < len(values):
        raise refuse("names a zone twice; allowed: each zone once")
    return values


def _subnets(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not re.fullmatch(r"subnet-[0-9a-f]{8,17}", value):
            raise refuse(f"names {value!r}, which is not a subnet's id; allowed: ids such as subnet-0a1b2c3d4e5f67890")
    if len(set(values)) < len(values):
        raise refuse("names a subnet twice; allowed: each subnet once")
    return values


def _principals(values: tuple[str, ...]) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions"""
    allowed = "allowed: ARNs such as arn:aws:iam::111122223333:root"
    for value in values:
        if not re.fullmatch(r"arn:aws(-[a-z-]+)?:iam::[0-9]{12}:(root|(role|user)/[\w+=,.@/-]+)", value):
            raise refuse(f"names {value!r}, which is not an account, role or user; {allowed}")
    if not values:
        raise refuse(f"names nobody; {allowed}; add one, or remove private_link")
    return values


def _sources(values: tuple[str, ...]) -> tuple[str, ...]:
    """What a security group lets in: private addresses, down to a single one."""
    for value in values:
        network = _network(value, _SOURCE_CIDRS)
        if not any(network.subnet_of(block) for block in PRIVATE_BLOCKS):
            raise refuse(f"names {value!r}, which is not private; {_SOURCE_CIDRS}; try 10.0.0.0/16")
    return values


VpcCidr = Annotated[str, AfterValidator(_vpc_cidr)]
PrivateCidr = Annotated[str, AfterValidator(_private_cidr)]
Sources = Annotated[tuple[str, ...], AfterValidator(_sources)]
VpcId = Annotated[
    str, matching(r"vpc-[0-9a-f]{8,17}", "is not a VPC's id; allowed: an id such as vpc-0a1b2c3d4e5f67890")
]
Zones = Annotated[tuple[str, ...], AfterValidator(_zones)]
Subnets = Annotated[tuple[str, ...], AfterValidator(_subnets)]
Principals = Annotated[tuple[str, ...], AfterValidator(_principals)]
