"""The task that gives the server another database password."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.data.backing import Backing
from stacks.service.container import add_container
from stacks.service.database_environment import database_environment
from stacks.service.own_task import own_task
from stacks.service.scheduled_task import ScheduledTask, TaskPlace
from stacks.service.task_roles import rotation_role
from stacks.service.tracking_server import TrackingServer
from stacks.team.config import TeamConfig


class Rotation(Construct):
    """Owns the task `rotate` and its schedule. It asks each day, and rotates when the password is old enough.

    So a run that was missed is made up for the next day, and one that is delivered twice finds nothing to do. That two
    do not run at once is `rotate`'s own lock in the database.
    """

    def __init__(
        self, scope: Construct, id: str, *, team: TeamConfig, backing: Backing, server: TrackingServer, place: TaskPlace
    ) -> None:
        super().__init__(scope, id)
        # Imported by ARN: the stack that owns a secret must not learn of the roles that read it.
        master = secretsmanager.Secret.from_secret_complete_arn(self, "MasterSecret", backing.master_secret_arn)
        task_definition = own_task(
            self,
            server=server,
            backing=backing,
            task_role=rotation_role(self, backing),
            secret_arns=[backing.master_secret_arn],
            cpu=256,
            memory_limit_mib=512,
        )
        days = team.database.password_rotation_days
        add_container(
            task_definition,
            "rotate",
            command=["rotate", "--older-than-days", str(days)],
            image=server.image,
            log=server.log,
            environment=database_environment(team, backing),
            secrets={
                "DATABASE_MASTER_USERNAME": ecs.Secret.from_secrets_manager(master, "username"),
                "DATABASE_MASTER_PASSWORD": ecs.Secret.from_secrets_manager(master, "password"),
            },
        )
        ScheduledTask(
            self,
            "Daily",
            task_definition=task_definition,
            place=place,
            schedule="cron(0 4 * * ? *)",
            description=f"A new database password for {team.name} when the old one is {days} days old",
        )
