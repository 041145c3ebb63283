"""The task definition of a team's tracking server: one description of it, wherever it runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import aws_cdk as cdk
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.data.backing import Backing
from stacks.edge.edge_stack import CONTAINER_PORT, IDLE_TIMEOUT_SECONDS
from stacks.rule_packs import acknowledge
from stacks.service.artifact_environment import artifact_environment
from stacks.service.container import COMMAND, TMP, add_container
from stacks.service.database_environment import database_environment
from stacks.service.oidc_environment import oidc_environment
from stacks.service.prometheus import metrics_environment, metrics_labels, metrics_ports
from stacks.service.sessions import Sessions
from stacks.service.task_roles import execution_role, task_role
from stacks.team.config import Architecture, Auth, TeamConfig

_IMAGE = Path(__file__).parents[2] / "server_image"


class _Platform(NamedTuple):
    """One kind of processor, as Docker and as ECS name it."""

    image: ecr_assets.Platform
    task: ecs.CpuArchitecture


_PLATFORMS = {
    Architecture.X86_64: _Platform(ecr_assets.Platform.LINUX_AMD64, ecs.CpuArchitecture.X86_64),
    Architecture.ARM64: _Platform(ecr_assets.Platform.LINUX_ARM64, ecs.CpuArchitecture.ARM64),
}


class TrackingServer(Construct):
    """Owns the task definition, its roles, image and log. It holds no data and is rebuilt at will.

    Attributes:
        task_definition: `migrate`, then `server`.
        execution_role: what ECS starts a task with; a service has to wait for its policy.
        platform: what the image is made for.
        image: the server's image, which other tasks of the team run as well.
        log: what all of them write to.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        team: TeamConfig,
        backing: Backing,
        sessions: Sessions | None,
        answers_to: Sequence[str],
        scheme: str,
    ) -> None:
        super().__init__(scope, id)
        self._team, self._backing = team, backing
        self.platform = ecs.RuntimePlatform(
            cpu_architecture=_PLATFORMS[team.server.architecture].task,
            operating_system_family=ecs.OperatingSystemFamily.LINUX,
        )
        self.image = ecr_assets.DockerImageAsset(
            self, "Image", directory=str(_IMAGE), platform=_PLATFORMS[team.server.architecture].image
        )
        self.log = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=cdk.RemovalPolicy.DESTROY,
            encryption_key=kms.Key.from_key_arn(self, "Key", backing.kms_key_arn),
        )
        self.execution_role = execution_role(
            self,
            backing,
            secret_arns=[
                backing.master_secret_arn,
                backing.admin_secret_arn,
                backing.encryption_key_arn,
                *([team.oidc.client_secret_arn] if team.oidc else []),
            ],
            repository_arn=self.image.repository.repository_arn,
            log_group_arn=self.log.log_group_arn,
        )
        role = task_role(self, team, backing)
        if sessions:
            sessions.admit(role)
        self.task_definition = ecs.FargateTaskDefinition(
            self,
            "TaskDefinition",
            cpu=team.sizing.cpu_units,
            memory_limit_mib=team.sizing.memory_mib,
            runtime_platform=self.platform,
            # The policies are whole already: nothing is added as containers, secrets and sessions are.
            task_role=role.without_policy_updates(),
            execution_role=self.execution_role.without_policy_updates(),
            volumes=[ecs.Volume(name=TMP)],
        )
        master = self._import_secret("MasterSecret", backing.master_secret_arn)
        admin = self._import_secret("AdminSecret", backing.admin_secret_arn)
        encryption_key = self._import_secret("EncryptionKey", backing.encryption_key_arn)
        migrate = add_container(
            self.task_definition,
            "migrate",
            command=["migrate"],
            image=self.image,
            log=self.log,
            essential=False,
            environment=database_environment(self._team, self._backing),
            secrets={
                "DATABASE_MASTER_USERNAME": ecs.Secret.from_secrets_manager(master, "username"),
                "DATABASE_MASTER_PASSWORD": ecs.Secret.from_secrets_manager(master, "password"),
            },
        )
        server = add_container(
            self.task_definition,
            "server",
            command=["serve"],
            image=self.image,
            log=self.log,
            environment=self._server_environment(answers_to, scheme),
            secrets={
                "MLFLOW_AUTH_ADMIN_PASSWORD": ecs.Secret.from_secrets_manager(admin, "password"),
                "TRACKING_ENCRYPTION_KEY": ecs.Secret.from_secrets_manager(encryption_key),
                **self._client_secret(),
            },
            ports=[CONTAINER_PORT, *metrics_ports(team)],
            labels=metrics_labels(team),
            takes_sessions=sessions is not None,
            health_check=ecs.HealthCheck(
                command=["CMD", *COMMAND, "health"],
                # Each check starts a Python, on half a vCPU where the size is small.
                interval=cdk.Duration.seconds(15),
                timeout=cdk.Duration.seconds(10),
                retries=5,
                start_period=cdk.Duration.seconds(120),
            ),
        )
        server.add_container_dependencies(
            ecs.ContainerDependency(container=migrate, condition=ecs.ContainerDependencyCondition.SUCCESS)
        )
        self.task_definition.default_container = server
        acknowledge(
            self.task_definition,
            "AwsSolutions-ECS2",
            "The environment holds addresses, names and numbers; what is secret comes from Secrets Manager.",
        )

    def _server_environment(self, answers_to: Sequence[str], scheme: str) -> dict[str, str]:
        return {
            **database_environment(self._team, self._backing),
            **artifact_environment(self._team, self._backing, cdk.Stack.of(self).account),
            # Whom IAM has let in comes by API Gateway alone: the server asks for nothing more.
            "TRACKING_AUTH": Auth.NONE if self._team.auth == Auth.IAM else self._team.auth,
            **(oidc_environment(self._team.oidc) if self._team.oidc else {}),
            **metrics_environment(self._team),
            "TRACKING_STORE": self._team.tracking_store,
            "TRACKING_SCHEME": scheme,
            "TRACKING_KEEP_ALIVE_SECONDS": str(IDLE_TIMEOUT_SECONDS + 15),
            "MLFLOW_SERVER_ALLOWED_HOSTS": ",".join(answers_to),
            "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": f"{scheme}://{answers_to[0]}",
            "MLFLOW_WORKERS": str(self._team.sizing.workers),
            "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": str(self._team.sizing.pool_size),
            "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": str(self._team.sizing.max_overflow),
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_ENABLE_AI_GATEWAY": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
        }

    def _client_secret(self) -> dict[str, ecs.Secret]:
        """The organisation made it, and gives it another value when it likes: a new deployment takes that."""
        if self._team.oidc is None:
            return {}
        secret = self._import_secret("ClientSecret", self._team.oidc.client_secret_arn)
        return {"OIDC_CLIENT_SECRET": ecs.Secret.from_secrets_manager(secret)}

    def _import_secret(self, id: str, arn: str) -> secretsmanager.ISecret:
        # By ARN: the stack that owns a secret must not learn of the roles that read it.
        return secretsmanager.Secret.from_secret_complete_arn(self, id, arn)
