"""What a team file says of its alarms."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from stacks.team.section import Section
from stacks.team.values import refuse

# SNS sends a confirmation to whatever it is given: this finds what cannot be an address at all.
_ADDRESS = re.compile(r"[^@\s,;<>]+@([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}")

MAX_ADDRESSES = 10
"""More people than that are better told by a mailing list."""


def _addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise refuse(f"has {address!r}, which is no address; allowed: one such as mlflow@example.com")
    if twice := next((address for address in addresses if addresses.count(address) > 1), None):
        raise refuse(f"has {twice!r} twice; keep one")
    if len(addresses) > MAX_ADDRESSES:
        raise refuse(f"are {len(addresses)} addresses; allowed: {MAX_ADDRESSES}; take a mailing list")
    return addresses


class AlarmsConfig(Section):
    """Who is told when something is wrong."""

    email: Annotated[
        tuple[str, ...],
        AfterValidator(_addresses),
        Field(
            strict=False,
            description="Who gets a mail for each alarm, and once to confirm the subscription. "
            "Whoever else subscribes to the topic is told as well.",
        ),
    ] = ()
    monthly_budget_usd: Annotated[
        int | None,
        Field(
            ge=1,
            description="What the team may cost a month: told at 80 % and when the forecast is above it. "
            "Counts once the payer's account has activated the cost allocation tag `team`.",
        ),
    ] = None
