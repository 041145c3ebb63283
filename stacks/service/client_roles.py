"""The roles that a team's people and jobs have on AWS, ready to assume."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.data import artifact_store
from stacks.data.backing import Backing
from stacks.edge import gateway
from stacks.policies import apis, artifacts, secrets
from stacks.rule_packs import acknowledge
from stacks.service.api_calls import EVERYTHING, READS, WRITES
from stacks.team.clients_config import CiConfig
from stacks.team.config import ArtifactsMode, TeamConfig


class ClientRoles(Construct):
    """Owns the roles of the team's clients, and what each may do as a managed policy, for other roles to take as well.

    Everybody's way to the server is its URL; a role is for what is asked of AWS itself. The administrator reads the
    first password of MLflow. With `artifacts.mode: direct` readers, writers and CI jobs use the bucket. With
    `auth: iam` a role is the way to the server, too.
    """

    def __init__(
        self, scope: Construct, id: str, *, team: TeamConfig, backing: Backing, api_stage_arn: str | None
    ) -> None:
        """`api_stage_arn` is of the API that IAM guards, and None where MLflow asks who somebody is."""
        super().__init__(scope, id)
        self._team, self._backing, self._api_stage_arn = team, backing, api_stage_arn
        account, region = cdk.Stack.of(self).account, cdk.Stack.of(self).region
        admin = self._policy(
            "Admin",
            [
                secrets.read([backing.admin_secret_arn]),
                secrets.decrypt(backing.kms_key_arn, region),
            ],
            EVERYTHING,
        )
        if team.artifacts.mode != ArtifactsMode.DIRECT:
            self._role("Admin", self._people(), [admin])
            return
        reader = self._policy(
            "Reader",
            [
                artifacts.read(backing.bucket_arn, artifact_store.PREFIX, account),
                artifacts.list_names(backing.bucket_arn, account),
                artifacts.decrypt(backing.kms_key_arn, region),
            ],
            READS,
        )
        writer = self._policy(
            "Writer",
            [
                artifacts.read_and_write(backing.bucket_arn, artifact_store.PREFIX, account),
                artifacts.list_names(backing.bucket_arn, account),
                artifacts.encrypt(backing.kms_key_arn, region),
            ],
            WRITES,
        )
        for policy in (reader, writer):
            acknowledge(
                policy,
                artifact_store.every_artifact_finding(team),
                "The team's own artifacts: the prefix is all that the bucket holds for clients.",
            )
        self._role("Reader", self._people(), [reader])
        self._role("Writer", self._people(), [writer])
        self._role("Admin", self._people(), [admin, writer])
        if ci := team.clients.ci:
            self._role("Ci", _jobs(ci), [writer])

    def _policy(self, name: str, statements: list[iam.PolicyStatement], calls: Sequence[str]) -> iam.ManagedPolicy:
        by_api = [apis.call(self._api_stage_arn, calls)] if self._api_stage_arn else []
        policy = iam.ManagedPolicy(
            self,
            f"{name}Policy",
            description=f"{name} of the MLflow server of {self._team.name}",
            statements=[*statements, *by_api],
        )
        for call in (call for call in calls if by_api and "*" in call):
            acknowledge(
                policy,
                f"AwsSolutions-IAM5[Resource::{gateway.stage_export(self._team)}/{call}]",
                "The API is the team's own, and a path of MLflow's ends with what it is about.",
            )
        return policy

    def _role(self, name: str, assumed_by: iam.IPrincipal, managed_policies: list[iam.IManagedPolicy]) -> None:
        role = iam.Role(self, name, assumed_by=assumed_by, managed_policies=managed_policies)
        cdk.CfnOutput(cdk.Stack.of(self), f"{name}RoleArn", value=role.role_arn)

    def _people(self) -> iam.IPrincipal:
        """Whom the team file names, or whom the account's own policies let assume roles.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts
        """
        trusted = self._team.clients.trusted_arns or (
            cdk.Stack.of(self).format_arn(service="iam", region="", resource="root"),
        )
        return iam.CompositePrincipal(*(iam.ArnPrincipal(arn) for arn in trusted))


def _jobs(ci: CiConfig) -> iam.IPrincipal:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html"""
    return iam.WebIdentityPrincipal(
        ci.provider_arn,
        conditions={
            "StringEquals": {f"{ci.issuer}:aud": ci.audience},
            "StringLike": {f"{ci.issuer}:sub": ci.subject},
        },
    )
