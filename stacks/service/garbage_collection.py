"""The task that deletes for good what users have deleted."""

import aws_cdk as cdk
from constructs import Construct

from stacks.data.backing import Backing
from stacks.service.artifact_environment import artifact_environment
from stacks.service.container import add_container
from stacks.service.database_environment import database_environment
from stacks.service.own_task import own_task
from stacks.service.scheduled_task import ScheduledTask, TaskPlace
from stacks.service.tracking_server import TrackingServer
from stacks.team.config import TeamConfig


class GarbageCollection(Construct):
    """Owns the task `collect-garbage` and its schedule. That two do not run at once is its own lock in the database.

    It may do what the server may, which deletes artifacts as well: it has the server's role.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        team: TeamConfig,
        older_than_days: int,
        backing: Backing,
        server: TrackingServer,
        place: TaskPlace,
    ) -> None:
        super().__init__(scope, id)
        task_definition = own_task(
            self,
            server=server,
            backing=backing,
            task_role=server.task_definition.task_role,
            cpu=512,
            memory_limit_mib=1024,
        )
        add_container(
            task_definition,
            "collect-garbage",
            command=["collect-garbage", "--older-than-days", str(older_than_days)],
            image=server.image,
            log=server.log,
            environment={
                **database_environment(team, backing),
                **artifact_environment(team, backing, cdk.Stack.of(self).account),
                "TRACKING_STORE": team.tracking_store,
                # Within the connections that stacks/team/sizes.py counts for it: one of each engine, and the lock's.
                "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": "1",
                "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": "1",
                "MLFLOW_DISABLE_TELEMETRY": "true",
            },
            secrets={},
        )
        ScheduledTask(
            self,
            "Daily",
            task_definition=task_definition,
            place=place,
            schedule="cron(0 3 * * ? *)",
            time_zone=team.schedule.time_zone,
            description=f"What {team.name} deleted more than {older_than_days} days ago is deleted for good",
        )
