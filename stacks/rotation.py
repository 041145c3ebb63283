"""The task that gives the server another database password."""

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.backing import Backing
from stacks.config import TeamConfig
from stacks.container import TMP, add_container
from stacks.database_environment import database_environment
from stacks.rule_packs import acknowledge
from stacks.scheduled_task import ScheduledTask, TaskPlace
from stacks.task_roles import execution_role, rotation_role
from stacks.tracking_server import TrackingServer


class Rotation(Construct):
    """Owns the task `rotate` and its schedule. It asks each day, and rotates when the password is old enough.

    So a run that was missed is made up for the next day, and one that is delivered twice finds nothing to do. That two
    do not run at once is `rotate`'s own lock in the database.

    Attributes:
        task: the schedule.
    """

    def __init__(
        self, scope: Construct, id: str, *, team: TeamConfig, backing: Backing, server: TrackingServer, place: TaskPlace
    ) -> None:
        super().__init__(scope, id)
        # Imported by ARN: the stack that owns a secret must not learn of the roles that read it.
        master = secretsmanager.Secret.from_secret_complete_arn(self, "MasterSecret", backing.master_secret_arn)
        execution = execution_role(
            self,
            backing,
            secret_arns=[backing.master_secret_arn],
            repository_arn=server.image.repository.repository_arn,
            log_group_arn=server.log.log_group_arn,
        )
        task_definition = ecs.FargateTaskDefinition(
            self,
            "TaskDefinition",
            cpu=256,
            memory_limit_mib=512,
            runtime_platform=server.platform,
            task_role=rotation_role(self, backing),
            execution_role=execution.without_policy_updates(),
            volumes=[ecs.Volume(name=TMP)],
        )
        days = team.database.password_rotation_days
        add_container(
            task_definition,
            "rotate",
            command=["rotate", "--older-than-days", str(days)],
            image=server.image,
            log=server.log,
            environment=database_environment(backing),
            secrets={
                "DATABASE_MASTER_USERNAME": ecs.Secret.from_secrets_manager(master, "username"),
                "DATABASE_MASTER_PASSWORD": ecs.Secret.from_secrets_manager(master, "password"),
            },
        )
        acknowledge(
            task_definition,
            "AwsSolutions-ECS2",
            "The environment holds addresses, names and numbers; what is secret comes from Secrets Manager.",
        )
        self.task = ScheduledTask(
            self,
            "Daily",
            task_definition=task_definition,
            place=place,
            schedule="cron(0 4 * * ? *)",
            description=f"A new database password for {team.name} when the old one is {days} days old",
        )
