"""What must hold of a server's tasks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stacks.team.problem import Problem

if TYPE_CHECKING:
    from stacks.team.config import TeamConfig


def server_problems(team: "TeamConfig") -> Iterator[Problem]:
    """What is wrong between the number of tasks, what they run on and who the team is."""
    most, tasks = team.server.max_tasks, team.sizing.tasks
    if most is not None and most <= tasks:
        yield Problem(
            ("server", "max_tasks"),
            most,
            f"is not more than the {tasks} that run anyway; allowed: {tasks + 1} or more; try {2 * tasks}",
        )
    if team.server.spot and not (team.temporary or team.size == "dev"):
        yield Problem(
            ("server", "spot"),
            True,
            f"may end all tasks of a team of size {team.size} at once; allowed: with temporary: true or size: dev; "
            "try false",
        )
