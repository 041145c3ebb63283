"""What must hold between the fields of one team."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stacks.team.aurora_rules import aurora_problems, fitting_acu
from stacks.team.data_rules import data_problems
from stacks.team.edge_rules import edge_problems
from stacks.team.oidc_rules import oidc_problems
from stacks.team.problem import Problem
from stacks.team.server_rules import server_problems
from stacks.team.sizes import FARGATE_MEMORY_MIB, INSTANCE_CLASSES, MIN_MEMORY_MIB, Sizing, max_connections

if TYPE_CHECKING:
    from stacks.team.config import TeamConfig


def problems_of(team: "TeamConfig") -> Iterator[Problem]:
    """Everything that is wrong between the fields of one team."""
    yield from edge_problems(team)
    yield from oidc_problems(team)
    yield from _existing_network(team)
    yield from _task_size(team.sizing)
    yield from server_problems(team)
    yield from _database(team)
    yield from aurora_problems(team)
    yield from _clients(team)
    yield from data_problems(team)


def _existing_network(team: "TeamConfig") -> Iterator[Problem]:
    if (existing := team.network.existing) is None:
        return
    at = ("network", "existing")
    if "cidr" in team.network.model_fields_set:
        yield Problem(
            ("network", "cidr"),
            team.network.cidr,
            "is of a new VPC; not allowed beside existing; remove one of them",
        )
    zones = existing.availability_zones
    if strangers := [zone for zone in zones if not zone.startswith(team.region)]:
        yield Problem(
            (*at, "availability_zones"),
            strangers[0],
            f"is in another region; allowed: zones of {team.region}",
        )
    for key, subnets in (
        ("private_subnet_ids", existing.private_subnet_ids),
        ("public_subnet_ids", existing.public_subnet_ids),
    ):
        if len(subnets) != len(zones) and (subnets or key == "private_subnet_ids"):
            yield Problem(
                (*at, key),
                list(subnets),
                f"is not one subnet for each zone; allowed: {len(zones)}, in the zones' order",
            )
    reason = "egress: public-ip" if team.network.egress == "public-ip" else "access: public with a domain"
    if not existing.public_subnet_ids and (team.internet_facing or team.network.egress == "public-ip"):
        yield Problem(
            (*at, "public_subnet_ids"),
            None,
            f"is missing; {reason} needs public subnets, one for each zone; add them",
        )


def _task_size(sizing: Sizing) -> Iterator[Problem]:
    allowed = FARGATE_MEMORY_MIB.get(sizing.vcpu)
    if allowed is None:
        nearest = min(FARGATE_MEMORY_MIB, key=lambda vcpu: abs(vcpu - sizing.vcpu))
        listed = ", ".join(f"{vcpu:g}" for vcpu in FARGATE_MEMORY_MIB)
        yield Problem(("server", "vcpu"), sizing.vcpu, f"is not a Fargate size; allowed: {listed}; try {nearest:g}")
        return
    usable = [memory for memory in allowed if memory >= MIN_MEMORY_MIB]
    if sizing.memory_mib not in usable:
        step = f" in steps of {usable[1] - usable[0]}" if len(usable) > 1 else ""
        nearest = min(usable, key=lambda memory: (abs(memory - sizing.memory_mib), -memory))
        yield Problem(
            ("server", "memory_mib"),
            sizing.memory_mib,
            f"does not go with {sizing.vcpu:g} vCPU; allowed: {usable[0]} to {usable[-1]}{step}; try {nearest}",
        )


def _database(team: "TeamConfig") -> Iterator[Problem]:
    sizing = team.sizing
    if sizing.connections <= team.max_connections:
        return
    # Every size fits by itself, so one of these is in the file.
    overrides: dict[tuple[str, str], object] = {
        ("server", "max_tasks"): team.server.max_tasks,
        ("server", "tasks"): team.server.tasks,
        ("server", "vcpu"): team.server.vcpu,
        ("database", "instance_class"): team.database.instance_class,
        ("database", "max_acu"): team.database.max_acu,
    }
    path = next(path for path, value in overrides.items() if value is not None)
    aurora = team.database.is_aurora
    on = f"with database.max_acu: {sizing.max_acu:g}" if aurora else f"on {sizing.instance_class}"
    larger = fitting_acu(team) if aurora else _fitting_class(sizing)
    yield Problem(
        path,
        overrides[path],
        f"asks for {sizing.connections} connections during a rollout; "
        f"allowed: {team.max_connections} {on}; try {larger or 'fewer server.tasks'}",
    )


def _fitting_class(sizing: Sizing) -> str | None:
    fitting = [name for name in INSTANCE_CLASSES if max_connections(name) >= sizing.connections]
    same_family = [name for name in fitting if name.rsplit(".", 1)[0] == sizing.instance_class.rsplit(".", 1)[0]]
    return f"database.instance_class: {(same_family or fitting)[0]}" if fitting else None


def _clients(team: "TeamConfig") -> Iterator[Problem]:
    if team.clients.ci and team.artifacts.mode != "direct":
        yield Problem(
            ("clients", "ci"),
            team.clients.ci.provider_arn,
            f"has nothing to do on AWS with artifacts.mode: {team.artifacts.mode}: give CI a user of MLflow; "
            "allowed with artifacts.mode: direct; remove clients.ci",
        )
