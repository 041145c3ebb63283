"""What two teams cannot both have."""

from collections.abc import Iterator, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network

from stacks.team.config import TeamConfig
from stacks.team.network_values import PRIVATE_BLOCKS
from stacks.team.problem import Problem


def clashes_of(team: TeamConfig, others: Sequence[TeamConfig], taken: list[IPv4Network]) -> Iterator[Problem]:
    """What `team` has that one of `others` has already.

    Args:
        team: whose problems these are.
        others: the teams that it must leave room for.
        taken: the networks of all teams. What a problem proposes is added, so nothing is proposed twice.
    """
    yield from _network(team, others, taken)
    yield from _domain(team, others)


def network_of(team: TeamConfig) -> IPv4Network:
    """The network that the team lives in, new or existing."""
    return _parsed(team.network.existing.vpc_cidr if team.network.existing else team.network.cidr)


@cache
def _parsed(cidr: str) -> IPv4Network:
    """Every team's network is compared with every other's; reading it takes longer than comparing it."""
    return IPv4Network(cidr)


def _network(team: TeamConfig, others: Sequence[TeamConfig], taken: list[IPv4Network]) -> Iterator[Problem]:
    """Networks that overlap can never be peered or reached from one place.

    Two existing VPCs are left alone: teams may share one, and no team file can change another.
    """
    network = network_of(team)
    rivals = [other for other in others if not (team.network.existing and other.network.existing)]
    if (rival := next((other for other in rivals if network_of(other).overlaps(network)), None)) is None:
        return
    sentence = f"overlaps {network_of(rival)} of {rival.name}; allowed: a network that no other team has"
    if team.network.existing:
        path: tuple[str, ...] = ("network", "existing", "vpc_cidr")
        sentence += f"; change network.cidr of {rival.name}"
    else:
        path = ("network", "cidr")
        if free := _free_network(network.prefixlen, taken):
            taken.append(free)
            sentence += f"; try {free}"
    yield Problem(path, str(network), sentence)


def _free_network(prefix_length: int, taken: Sequence[IPv4Network]) -> IPv4Network | None:
    """The first private network of this size that overlaps none of `taken`."""
    size = 1 << (32 - prefix_length)
    for block in PRIVATE_BLOCKS:
        start = int(block.network_address)
        for network in sorted(taken):
            if start <= int(network.broadcast_address) and int(network.network_address) < start + size:
                # The next multiple of the size after the one in the way.
                start = (int(network.broadcast_address) // size + 1) * size
        if start + size - 1 <= int(block.broadcast_address):
            return IPv4Network((IPv4Address(start), prefix_length))
    return None


def _domain(team: TeamConfig, others: Sequence[TeamConfig]) -> Iterator[Problem]:
    if team.domain is None:
        return
    for other in others:
        if other.domain is not None and other.domain.name == team.domain.name:
            sentence = f"is the name of {other.name} already; allowed: a name of its own; take another"
            yield Problem(("domain", "name"), team.domain.name, sentence)
            return
