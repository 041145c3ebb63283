"""What a team file says of its network and of the name that clients use."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stacks.team import network_values, values
from stacks.team.section import Section


class Egress(StrEnum):
    """How tasks reach AWS's services, and what else they reach."""

    NAT = "nat"
    PUBLIC_IP = "public-ip"
    ENDPOINTS = "endpoints"


class ExistingNetwork(Section):
    """A VPC that exists already. Nothing of it is looked up: all is said here."""

    vpc_id: Annotated[network_values.VpcId, Field(description="The VPC's id.")]
    vpc_cidr: Annotated[network_values.VpcCidr, Field(description="The VPC's own CIDR block.")]
    availability_zones: Annotated[
        network_values.Zones, Field(strict=False, description="Two zones or more, each once.")
    ]
    private_subnet_ids: Annotated[
        network_values.Subnets,
        Field(strict=False, description="One for each zone, in the same order: tasks and database."),
    ]
    public_subnet_ids: Annotated[
        network_values.Subnets,
        Field(
            strict=False,
            description="One for each zone, in their order: for a public server with a domain, and for "
            "`egress: public-ip`.",
        ),
    ] = ()


class PrivateLinkConfig(Section):
    """An endpoint service, by which other VPCs and accounts reach an internal server."""

    allowed_principals: Annotated[
        network_values.Principals,
        Field(strict=False, description="Who may make an endpoint for it: ARNs of accounts, roles or users."),
    ]
    acceptance_required: Annotated[
        bool, Field(description="Whether somebody accepts each endpoint before it works.")
    ] = True


class NetworkConfig(Section):
    """Where the server lives: a VPC of its own, or one that exists."""

    cidr: Annotated[
        network_values.PrivateCidr,
        Field(description="Of a new VPC: private, /16 to /24, and not overlapping any other team's."),
    ] = "10.0.0.0/20"
    existing: Annotated[
        ExistingNetwork | None,
        Field(
            description="A VPC that exists, instead of a new one. Nothing is made in it: "
            "its subnets have the egress already."
        ),
    ] = None
    egress: Annotated[
        Egress,
        Field(
            strict=False,
            description="`nat`: through a NAT gateway. `public-ip`: each task has a public address, which "
            "costs less and still admits nobody. `endpoints`: AWS's services only, through VPC endpoints.",
        ),
    ] = Egress.NAT
    clients_from: Annotated[
        network_values.Sources,
        Field(
            strict=False,
            description="The private IPv4 blocks, besides the VPC's own, from which clients reach an internal server: "
            "by peering, a transit gateway, VPN or Direct Connect.",
        ),
    ] = ()
    private_link: Annotated[
        PrivateLinkConfig | None,
        Field(description="AWS PrivateLink for other VPCs and accounts, to an internal server with a domain."),
    ] = None


class DomainConfig(Section):
    """The server's own host name, with TLS."""

    name: Annotated[values.ServerName, Field(description="The host name, such as `mlflow.example.com`.")]
    hosted_zone_id: Annotated[
        values.HostedZoneId | None,
        Field(
            description="The Route 53 zone that gets the name's record and validates the certificate.",
        ),
    ] = None
    hosted_zone_name: Annotated[values.ZoneName | None, Field(description="That zone's name.")] = None
    certificate_arn: Annotated[
        values.CertificateArn | None,
        Field(description="An issued ACM certificate of the team's region, instead of a new one."),
    ] = None
