"""What a client of a team's server has to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from kit.deployed import aws_errors_said, deployed_team
from kit.emulators.choice import Choice
from kit.emulators.template import stack_outputs
from kit.environment import ROOT
from kit.local import load_balancer
from kit.local.errors import LocalError
from kit.local.laptop import Laptop
from stacks.team.config import ArtifactsMode, Auth, TeamConfig

USERNAME = "admin"
# MLflow's client holds each part whole, and takes 100 MiB for one: docs/reference/performance.md.
_PART_BYTES = 16 * 1024**2


@dataclass(frozen=True, kw_only=True)
class TeamServer:
    """The server of one team, on AWS or on this machine. Nothing here is a secret.

    Attributes:
        url: where it answers.
        secret_arn: of the secret with the admin's password; None on this machine.
        kit_password: the command that prints that password on this machine.
        kit_aws_secret: the command that prints the emulator's secret access key; for artifacts that go to it directly.
        aws: the rest of what AWS's SDKs need to find that emulator, as environment variables.
        roles: the ARNs of the client roles by `Admin`, `Writer`, `Reader`, `Ci`; empty on this machine.
    """

    team: TeamConfig
    url: str
    secret_arn: str | None = None
    kit_password: tuple[str, ...] = ()
    kit_aws_secret: tuple[str, ...] = ()
    aws: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def here(self) -> bool:
        """Whether it runs on this machine."""
        return self.secret_arn is None

    @property
    def has_password(self) -> bool:
        """Whether people and programs have passwords of MLflow's."""
        return self.team.auth == Auth.BASIC

    @property
    def token_of(self) -> str | None:
        """The provider and the audience of the tokens that it asks for, in words; None when it asks for none."""
        oidc = self.team.oidc
        return f"{oidc.issuer} for {oidc.audience or oidc.client_id}" if oidc else None

    @property
    def takes_signatures(self) -> bool:
        """Whether it takes requests alone that are signed with AWS credentials: nobody plays API Gateway here."""
        return self.team.auth == Auth.IAM and not self.here

    @property
    def artifacts_by_role(self) -> bool:
        """Whether a client reads and writes artifacts in S3 by its own AWS credentials."""
        return self.team.artifacts.mode == ArtifactsMode.DIRECT

    @property
    def variables(self) -> dict[str, str]:
        """What MLflow's clients read from the environment, but for the password."""
        found = {"MLFLOW_TRACKING_URI": self.url}
        if self.has_password:
            found["MLFLOW_TRACKING_USERNAME"] = USERNAME
        if self.takes_signatures:
            found["MLFLOW_TRACKING_AWS_SIGV4"] = "true"
        if self.team.artifacts.mode == ArtifactsMode.PRESIGNED:
            found["MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE"] = str(_PART_BYTES)
        return found

    def refuse_signatures(self, client: str) -> None:
        """Raises LocalError where the server takes signed requests alone, which this client does not send."""
        if self.takes_signatures:
            raise LocalError(
                f"{client} signs no request, and {self.team.name} has auth: iam: call it by MLflow's Python client."
            )

    @classmethod
    def on_aws(cls, team: TeamConfig, outputs: Mapping[str, str]) -> Self:
        """From the outputs of all stacks of the team."""
        roles = {key.removesuffix("RoleArn"): value for key, value in outputs.items() if key.endswith("RoleArn")}
        return cls(team=team, url=outputs["Url"], secret_arn=outputs["AdminSecretArn"], roles=roles)


def find(team_name: str, choice: Choice | None) -> TeamServer:
    """The team's server on AWS, found by the user's own credentials, or on the emulator that `choice` names.

    Raises LocalError when it is not deployed, or not up on this machine, and TeamFileError.
    """
    if choice:
        return _on_this_machine(Laptop.find(team_name, choice))
    team, client = deployed_team(team_name, None)
    outputs: dict[str, str] = {}
    with aws_errors_said(None, "AWS does not tell what is deployed; for a server on this machine say --ministack."):
        cloudformation = client("cloudformation")
        for kind in ("data", "edge", "service"):
            outputs |= stack_outputs(cloudformation, team.stack_name(kind))
    return TeamServer.on_aws(team, outputs)


def _on_this_machine(laptop: Laptop) -> TeamServer:
    url = load_balancer.url(laptop.state)
    if url is None:
        raise LocalError(f"Team {laptop.team.name} is not up on this machine: run `{laptop.command('up')}` first.")
    password = (str(ROOT / "scripts" / "kit"), "password", laptop.team.name, f"--{laptop.choice}")
    server = TeamServer(team=laptop.team, url=url, kit_password=password)
    if not server.artifacts_by_role:
        return server
    left_out = ("AWS_SECRET_ACCESS_KEY", "NODE_EXTRA_CA_CERTS")
    aws = {name: value for name, value in laptop.emulator.client_environment().items() if name not in left_out}
    return TeamServer(team=laptop.team, url=url, kit_password=password, kit_aws_secret=(*password, "--aws"), aws=aws)
