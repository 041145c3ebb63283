"""`kit status`: what of a team really exists in its emulator and runs on this machine."""

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import get_args

from kit.emulators.choice import Choice
from kit.emulators.existence import ask_all
from kit.emulators.existence.question import Existence
from kit.emulators.template import DeployedStack
from kit.local import load_balancer
from kit.local.agent_files import AgentStatus, Phase
from kit.local.errors import LocalError
from kit.local.laptop import Laptop
from stacks.team.config import StackKind

_EXISTENCE, _TYPE = 15, 46
_HEALTHY = {"HEALTHY", "UNKNOWN"}


def status(team_name: str, choice: Choice | None, tell: Callable[[str], None]) -> bool:
    """Tells a line for each resource of the team's stacks, by stack, and for each process; whether all is well.

    All is well when every stack is deployed, every process runs and the task is healthy. What the emulator has
    only recorded is told and counted: that is the emulator's limit, and no failure of the team's.

    Raises LocalError when the emulator does not run, for then nobody can be asked.
    """
    laptop = Laptop.find(team_name, choice)
    team = laptop.team
    if not laptop.emulator.alive():
        raise LocalError(f"Team {team_name} is not up on this machine: run `{laptop.command('up')}` first.")
    client = functools.cache(laptop.emulator.client)
    all_deployed, recorded = True, []
    for kind in get_args(StackKind):
        name = team.stack_name(kind)
        try:
            stack = DeployedStack(client("cloudformation"), client("iam"), name)
        except LocalError as error:
            all_deployed = False
            tell(f"{name}: not deployed\n  {error}\n")
            continue
        recorded += _tell_stack(stack, client, tell)
    all_running = _tell_processes(laptop, tell)
    if recorded:
        tell(f"\nRecorded only, without effect here: {', '.join(sorted(set(recorded)))}")
    return all_deployed and all_running


def _tell_stack(stack: DeployedStack, client: Callable[[str], object], tell: Callable[[str], None]) -> list[str]:
    """Returns the types of what is recorded only."""
    answers = list(ask_all(stack, client))
    counts = Counter(answer.existence for _, answer in answers)
    tell(
        f"{stack.name}: "
        + ", ".join(f"{counts[existence]} {existence}" for existence in Existence if counts[existence])
    )
    for resource, answer in answers:
        reason = f"  ({answer.reason})" if answer.reason else ""
        tell(f"  {answer.existence:<{_EXISTENCE}}{resource.type:<{_TYPE}}{resource.logical_id}{reason}")
    tell("")
    return [resource.type for resource, answer in answers if answer.existence == Existence.RECORDED_ONLY]


def _tell_processes(laptop: Laptop, tell: Callable[[str], None]) -> bool:
    tell("On this machine")
    task = laptop.task_status()
    url = load_balancer.url(laptop.state)
    running = {
        "emulator": (True, f"{laptop.emulator.endpoint.url}, account {laptop.emulator.account_id}"),
        "PostgreSQL": (laptop.postgres.running, ""),
        "task": (task is not None and _is_healthy(task), ", ".join(_containers(task)) if task else ""),
        "load balancer": (url is not None, url or ""),
    }
    for name, (well, detail) in running.items():
        word = "running" if well else "not healthy" if detail else "not running"
        tell(f"  {word:<{_EXISTENCE}}{name}{f'  {detail}' if detail else ''}")
    for container in _told_by_engine(laptop):
        tell(f"  {'container':<{_EXISTENCE}}{container}")
    return all(well for well, _ in running.values())


def _told_by_engine(laptop: Laptop) -> list[str]:
    """The task's containers, where it runs in some; why not, where the engine does not answer."""
    containers = laptop.containers()
    try:
        return containers.told() if containers else []
    except LocalError as error:
        return [str(error)]


def _is_healthy(task: AgentStatus) -> bool:
    return task.phase == Phase.RUNNING and all(c["healthStatus"] in _HEALTHY for c in task.containers.values())


def _containers(task: AgentStatus) -> Iterator[str]:
    """Each container in ECS's words, and what went wrong."""
    yield f"{task.phase}"
    for name, container in task.containers.items():
        health = container["healthStatus"]
        yield f"{name} {container['lastStatus']}{f' {health}' if health != 'UNKNOWN' else ''}"
    if task.error:
        yield task.error
