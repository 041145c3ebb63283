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
from tests.stacks.shapes import REPLICA, synthesize

REGION = "eu-west-1"
TEMPLATES = "templates-of-two-teams"
_SHAPE: dict[str, Any] = {
    "region": REGION,
    "size": "dev",
    "artifacts": {"mode": "direct", "garbage_collection_days": 30},
}
# All that gives a team one role more, or a role more rights.
_ALL_ROLES = {
    "server": {"exec": True},
    "artifacts": {**_SHAPE["artifacts"], "replica": REPLICA},
    "clients": {
        "ci": {
            "provider_arn": "arn:aws:iam::111122223333:oidc-provider/token.example.com",
            "subject": "repo:ours/train:*",
        }
    },
}
OURS = TeamConfig.model_validate({"name": "ours", **_SHAPE, **_ALL_ROLES})
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
    """ARNs by logical id, of the data and the service stack."""

    def role(self, start: str) -> str:
        """The ARN of the one role whose logical id begins so."""
        (arn,) = (arn for name, arn in self.roles.items() if name.startswith(start))
        return arn

    @classmethod
    def read(cls, team: TeamConfig, emulator: MiniStack) -> "Team":
        def stack(kind: StackKind) -> DeployedStack:
            return DeployedStack(emulator.client("cloudformation"), emulator.client("iam"), team.stack_name(kind))

        data, service = stack("data"), stack("service")

        def of(resources: DeployedStack, start: str) -> str:
            (found,) = (arn for name, arn in resources.physical_ids.items() if name.startswith(start))
            return found

        roles = {
            name: emulator.client("iam").get_role(RoleName=deployed.physical_ids[name])["Role"]["Arn"]
            for deployed in (data, service)
            for name, resource in deployed.template["Resources"].items()
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
        for arn in ours.roles.values():
            _let_root_be(emulator, arn)
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


def _let_root_be(emulator: MiniStack, role_arn: str) -> None:
    """In the stead of the service, or of the CI job, that alone may be the role on AWS. What it may do stays."""
    iam, name = emulator.client("iam"), role_arn.rpartition("/")[2]
    (trust,) = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    if "AWS" in trust["Principal"]:
        return
    root = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{emulator.account_id}:root"},
    }
    iam.update_assume_role_policy(
        RoleName=name, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [root]})
    )


def _deploy(emulator: MiniStack, name: str, template: dict[str, Any]) -> None:
    """By way of a bucket: CloudFormation takes no more than 51,200 bytes by themselves.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    emulator.client("s3").put_object(Bucket=TEMPLATES, Key=name, Body=json.dumps(template))
    cloudformation = emulator.client("cloudformation")
    url = f"https://s3.{REGION}.amazonaws.com/{TEMPLATES}/{name}"
    cloudformation.create_stack(StackName=name, TemplateURL=url, Capabilities=["CAPABILITY_NAMED_IAM"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
