"""What the server's log tells of the tasks that a schedule starts each night.

A run that fails logs why, and `FailedCommands` speaks of it. One that is never started, or is killed, logs nothing, and
what would tell of it is spread over EventBridge Scheduler, ECS and the state of the schedule. So each run logs that it
is done, and the alarm is that none did.
"""

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.alarms.log_count import count_in_log
from stacks.alarms.watch import Watch
from stacks.team.config import TeamConfig

# A run may take longer than the one before it, and end more than a day later: two days have an end in them at any hour.
# On a team's first day there is no data for the day before, which is fine.
_DAY, _DAYS = cdk.Duration.days(1), 2


def watches(scope: Construct, team: TeamConfig, log: logs.ILogGroup) -> Iterator[Watch]:
    """The tasks that the team has."""

    def missed(name: str, command: str, meaning: str) -> Watch:
        return Watch(
            name=f"{name}Missed",
            meaning=meaning,
            # What a command logs when it is done: server_image/tracking_server/rotate.py and garbage.py.
            metric=count_in_log(
                scope, f"{name}s", log=log, pattern=f'{{ $.done = "{command}" }}', period=_DAY, zeros=True
            ),
            threshold=1,
            below=True,
            periods=_DAYS,
            wrong=_DAYS,
        )

    if team.database.rotates_password:
        yield missed(
            "Rotation", "rotate", f"For {_DAYS} days no task has looked whether the database's password is due."
        )
    if team.artifacts.garbage_collection_days:
        yield missed(
            "GarbageCollection", "collect-garbage", f"For {_DAYS} days no task has deleted what users have deleted."
        )
