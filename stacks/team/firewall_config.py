"""What a team file says of the web ACL before a public server."""

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, Field

from stacks.team.section import Section
from stacks.team.values import refuse

_ALLOWED = "allowed: IPv4 blocks such as 198.51.100.0/24, /1 to /32"


def _addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_IPSet.html"""
    for value in values:
        try:
            block = IPv4Network(value, strict=False)
        except ValueError:
            raise refuse(f"names {value!r}, which is not an IPv4 block; {_ALLOWED}") from None
        if "/" not in value or str(block) != value:
            raise refuse(f"names {value!r}, which is not the first address of its block; {_ALLOWED}; try {block}")
        if block.prefixlen == 0:
            raise refuse(f"names {value!r}, which is everybody; {_ALLOWED}; remove it")
    return values


class FirewallConfig(Section):
    """AWS WAF before a public server."""

    enabled: Annotated[
        bool,
        Field(
            description="Whether a public server has a web ACL of its own. `false` where the organisation's Firewall "
            "Manager brings one."
        ),
    ] = True
    allowed_addresses: Annotated[
        tuple[str, ...],
        AfterValidator(_addresses),
        Field(strict=False, description="The only IPv4 blocks that a public server answers to; none: everybody."),
    ] = ()
    requests_per_second: Annotated[
        int | None,
        Field(
            ge=1,
            le=100_000,
            description="The most that one address may ask for, over five minutes. By default half of what the tasks "
            "can take: 450 for each vCPU.",
        ),
    ] = None
