"""The roles that a team's people and jobs have on AWS, ready to assume."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks import policies
from stacks.data import artifact_store
from stacks.data.backing import Backing
from stacks.rule_packs import acknowledge
from stacks.team.clients_config import CiConfig
from stacks.team.config import ArtifactsMode, TeamConfig


class ClientRoles(Construct):
    """Owns the roles of the team's clients, and what each may do as a managed policy, for other roles to take as well.

    Everybody's way to the server is its URL; a role is for what is asked of AWS itself. The administrator reads the
    first password of MLflow. With `artifacts.mode: direct` readers, writers and CI jobs use the bucket.
    """

    def __init__(self, scope: Construct, id: str, *, team: TeamConfig, backing: Backing) -> None:
        super().__init__(scope, id)
        self._team, self._backing = team, backing
        region = cdk.Stack.of(self).region
        admin = self._policy(
            "Admin",
            [
                policies.read_secrets([backing.admin_secret_arn]),
                policies.decrypt_secrets(backing.kms_key_arn, region),
            ],
        )
        if team.artifacts.mode != ArtifactsMode.DIRECT:
            self._role("Admin", self._people(), [admin])
            return
        reader = self._policy(
            "Reader",
            [
                policies.read_artifacts(backing.bucket_arn, artifact_store.PREFIX),
                policies.list_artifacts(backing.bucket_arn),
                policies.decrypt_artifacts(backing.kms_key_arn, region),
            ],
        )
        writer = self._policy(
            "Writer",
            [
                policies.read_and_write_artifacts(backing.bucket_arn, artifact_store.PREFIX),
                policies.list_artifacts(backing.bucket_arn),
                policies.encrypt_artifacts(backing.kms_key_arn, region),
            ],
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

    def _policy(self, name: str, statements: list[iam.PolicyStatement]) -> iam.ManagedPolicy:
        return iam.ManagedPolicy(
            self,
            f"{name}Policy",
            description=f"{name} of the MLflow server of {self._team.name}",
            statements=statements,
        )

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
