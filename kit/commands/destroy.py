"""`kit destroy`: deletes a team's server from an emulator on this machine; of a temporary team, all of it if asked to.

What may be deleted is judged by what was deployed. Emulators are no judges of it: some delete a protected database, a
bucket with objects in it, or a stack with termination protection.
"""

import json
from collections.abc import Iterable, Mapping
from typing import get_args

from kit.commands.down import Confirm
from kit.emulators.choice import Choice
from kit.emulators.existence import ask
from kit.emulators.existence.question import Existence, Resource
from kit.emulators.template import Clients, DeployedStack
from kit.guard.kept import Template, kept
from kit.interruption import held_back
from kit.local.errors import LocalError
from kit.local.laptop import Laptop
from kit.local.templates import deployed_templates
from kit.progress import Steps
from stacks.team.config import StackKind

_HOLDING_TYPES = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::KMS::Key",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
_HOLDS: dict[StackKind, str] = {
    "network": "the database and the load balancer are in it",
    "data": "runs, models and users, artifacts, the key and the secrets",
    "edge": "the load balancer, whose name clients know",
}


def destroy(team_name: str, choice: Choice | None, steps: Steps, confirm: Confirm, *, everything: bool = False) -> str:
    """Deletes the service stack, or all stacks of a temporary team; returns what is kept, and why.

    What did not run before does not run afterwards. Raises LocalError, before anything is stopped or deleted, where
    nothing is deployed, where `everything` would delete what is to be kept, and without a yes; TeamFileError.
    """
    laptop = Laptop.find(team_name, choice, to_delete=True)
    team = laptop.team
    if everything and not team.temporary:
        raise LocalError(
            f"Team {team.name} is not temporary, so its data stays: leave --all out, or say `temporary: true` in "
            f"teams/{team.name}.yaml and run `{laptop.command('up')}` first."
        )
    with laptop.for_one_command():
        if not (laptop.assembly / "manifest.json").exists():
            raise LocalError(
                f"Team {team.name} was not deployed on this machine, or its last `cdk synth` failed: "
                f"there is nothing to destroy before `{laptop.command('up')}`."
            )
        ran = laptop.emulator.alive()
        try:
            if not ran:
                with steps.step("AWS emulator"):
                    laptop.emulator.start()
            told = _destroy(laptop, steps, confirm, everything)
            forgets = ", and it forgets what is kept" if laptop.forgets else ""
            still = f"\nThe emulator still runs: `{laptop.command('down')}` stops it{forgets}."
            return told + still if ran else told
        finally:
            if not ran:
                with held_back():
                    laptop.emulator.stop()


def _destroy(laptop: Laptop, steps: Steps, confirm: Confirm, everything: bool) -> str:
    team, client = laptop.team, laptop.emulator.client
    deployed = deployed_templates(client("cloudformation"), map(team.stack_name, get_args(StackKind)), never_whole=True)
    if not deployed:
        raise LocalError(f"No stack of team {team.name} is deployed: there is nothing to destroy.")
    if everything:
        _refuse_lasting(laptop, deployed)
        question = f"Delete all stacks of team {team.name}, with all runs, models, artifacts and users?"
        stacks = [*deployed]
    else:
        stacks = [team.stack_name("service")]
        if stacks[0] not in deployed:
            raise LocalError(f"{stacks[0]} is not deployed: `{laptop.command('up')}` brings the server back.")
        question = f"Delete the stack {stacks[0]}? All data stays."
    if not confirm(question):
        raise LocalError("Nothing is destroyed, and nothing stopped.")
    before = _what_must_go(stacks, client) if everything else []
    with steps.step("Stop the server"):
        laptop.stop_server()
        if everything:
            # First, so that no data is left behind the team's back should something come between.
            laptop.delete_database()
    with steps.step("cdk destroy") as report:
        laptop.cdk().destroy(laptop.assembly, stacks, report)
        report(", ".join(stacks) if not everything else f"{len(stacks)} stacks")
    if not everything:
        return _what_is_kept(laptop, deployed)
    with steps.step("What is left") as report:
        # An emulator may call a stack deleted too early.
        if left := [resource for resource in before if ask(resource).existence == Existence.REAL]:
            names = ", ".join(f"{resource.physical_id} ({resource.type})" for resource in left)
            raise LocalError(
                f"The stacks are deleted, but {laptop.emulator.name} still has {names}: delete them there, or see "
                f"what `{laptop.command('down')} --delete-data` deletes."
            )
        report(f"none of {len(before)} buckets, secrets and the like")
    return f"All stacks of team {team.name} are deleted, with all their data; its team file is left."


def _what_must_go(stacks: Iterable[str], client: Clients) -> list[Resource]:
    """What of the stacks holds data, or a name."""
    deployed = [DeployedStack(client("cloudformation"), client("iam"), name) for name in stacks]
    return [
        Resource(stack, logical_id, client)
        for stack in deployed
        for logical_id in stack.physical_ids
        if stack.type_of(logical_id) in _HOLDING_TYPES
    ]


def _refuse_lasting(laptop: Laptop, deployed: Mapping[str, Template]) -> None:
    """The team file alone does not make a team temporary: only its deployment does."""
    if kept(deployed) or any(_protected(laptop, stack) for stack in deployed):
        raise LocalError(
            f"Team {laptop.team.name} was deployed as a lasting one, so its data stays: run `{laptop.command('up')}` "
            "first, which deploys the `temporary: true` of its file."
        )


def _protected(laptop: Laptop, stack: str) -> bool:
    """Whether the stack has termination protection, or was given it: not all emulators remember."""
    (description,) = laptop.emulator.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    artifacts = json.loads((laptop.assembly / "manifest.json").read_text())["artifacts"]
    given = artifacts.get(stack, {}).get("properties", {}).get("terminationProtection")
    return bool(description.get("EnableTerminationProtection") or given)


def _what_is_kept(laptop: Laptop, deployed: Iterable[str]) -> str:
    team = laptop.team
    names = {team.stack_name(kind): why for kind, why in _HOLDS.items() if team.stack_name(kind) in deployed}
    width = max(map(len, names), default=0)
    return "\n".join(
        [
            "Kept:",
            *(f"  {name:<{width}}  {why}" for name, why in names.items()),
            f"`{laptop.command('up')}` brings the server back with them.",
        ]
    )
