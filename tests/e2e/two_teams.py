"""Two teams deployed beside each other on MiniStack, which enforces IAM. Nothing of them runs."""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from kit.emulators.ministack.emulator import MiniStack
from kit.emulators.template import DeployedStack
from stacks.team.config import StackKind, TeamConfig
from tests.bootstrapped import say_bootstrapped
from tests.stacks.shapes import synthesize

REGION = "eu-west-1"
TEMPLATES = "templates-of-two-teams"
_SHAPE = {"region": REGION, "size": "dev", "artifacts": {"mode": "direct", "garbage_collection_days": 30}}
OURS = TeamConfig.model_validate({"name": "ours", **_SHAPE})
THEIRS = TeamConfig.model_validate({"name": "theirs", **_SHAPE, "network": {"cidr": "10.0.16.0/20"}})


@dataclass(frozen=True)
class Team:
    """What of a deployed team a role may try to reach."""

    bucket: str
    key_arn: str
    admin_secret: str
    user_secret: str
    master_secret: str
    database: str
    cluster: str
    service: str
    roles: dict[str, str]

    @classmethod
    def read(cls, team: TeamConfig, emulator: MiniStack) -> "Team":
        def stack(kind: StackKind) -> DeployedStack:
            return DeployedStack(emulator.client("cloudformation"), emulator.client("iam"), team.stack_name(kind))

        data, service = stack("data"), stack("service")

        def of(resources: DeployedStack, start: str) -> str:
            (found,) = (arn for name, arn in resources.physical_ids.items() if name.startswith(start))
            return found

        roles = {
            name: emulator.client("iam").get_role(RoleName=service.physical_ids[name])["Role"]["Arn"]
            for name, resource in service.template["Resources"].items()
            if resource["Type"] == "AWS::IAM::Role"
        }
        return cls(
            bucket=data.outputs["ArtifactBucketName"],
            key_arn=emulator.client("kms").describe_key(KeyId=of(data, "Key"))["KeyMetadata"]["Arn"],
            admin_secret=data.outputs["AdminSecretArn"],
            user_secret=of(data, "DatabaseUserSecret"),
            master_secret=of(data, "DatabaseMasterSecretC"),
            database=data.outputs["DatabaseInstanceIdentifier"],
            cluster=service.outputs["ClusterName"],
            service=service.outputs["ServiceName"],
            roles=roles,
        )


@dataclass(frozen=True)
class Teams:
    ours: Team
    theirs: Team
    client: Callable[[str, str], Any]
    """Makes a client of a service with the credentials of a role's ARN."""
    root: Callable[[str], Any]
    """Makes a client of a service with the credentials of the account's root."""
    environment: dict[str, str]
    """With which AWS's SDKs are root there."""

    @property
    def account(self) -> str:
        """Whose both teams are."""
        return self.ours.key_arn.split(":")[4]

    def role(self, start: str) -> str:
        """The ARN of our role with a logical id that begins so."""
        (arn,) = (arn for name, arn in self.ours.roles.items() if name.startswith(start))
        return arn


@contextmanager
def two_teams(folder: Path) -> Iterator[Teams]:
    """Both deployed, with an artifact each below the prefix and one beside it."""
    emulator = MiniStack(folder, "roles", REGION)
    try:
        emulator.start()
        location = {"LocationConstraint": REGION}
        emulator.client("s3").create_bucket(Bucket=TEMPLATES, CreateBucketConfiguration=location)
        say_bootstrapped(emulator.client("ssm"))
        assembly = synthesize(OURS, THEIRS)
        by_name = {stack.stack_name: stack.template for stack in assembly.stacks}
        for team in (OURS, THEIRS):
            for kind in get_args(StackKind):
                _deploy(emulator, team.stack_name(kind), by_name[team.stack_name(kind)])
        ours, theirs = Team.read(OURS, emulator), Team.read(THEIRS, emulator)
        for team in (ours, theirs):
            emulator.client("s3").put_object(Bucket=team.bucket, Key="artifacts/model", Body=b"weights")
            emulator.client("s3").put_object(Bucket=team.bucket, Key="elsewhere/model", Body=b"weights")
        endpoint = emulator.endpoint

        credentials = functools.cache(lambda role_arn: endpoint.assume_role(role_arn, "matrix", emulator.root))

        @functools.cache
        def client(role_arn: str, service: str) -> Any:
            return endpoint.client(service, credentials(role_arn))

        yield Teams(ours, theirs, client, emulator.client, emulator.client_environment())
    finally:
        emulator.stop()


def _deploy(emulator: MiniStack, name: str, template: dict[str, Any]) -> None:
    """By way of a bucket: CloudFormation takes no more than 51,200 bytes by themselves.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    emulator.client("s3").put_object(Bucket=TEMPLATES, Key=name, Body=json.dumps(template))
    cloudformation = emulator.client("cloudformation")
    url = f"https://s3.{REGION}.amazonaws.com/{TEMPLATES}/{name}"
    cloudformation.create_stack(StackName=name, TemplateURL=url, Capabilities=["CAPABILITY_NAMED_IAM"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
