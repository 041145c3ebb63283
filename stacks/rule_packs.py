"""The rules that every template must pass, and the one way to say why a finding is safe."""

import aws_cdk as cdk
import cdk_nag
from constructs import IConstruct


def add_rule_packs(app: cdk.App) -> None:
    """Makes synthesis fail on any finding of cdk-nag's AwsSolutions pack that no resource acknowledges.

    CloudFormation Validate runs beside it by itself: cdk.json makes its findings errors.
    """
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))


def acknowledge(resource: IConstruct, rule: str, reason: str) -> None:
    """Accepts `rule` on `resource` alone. `reason` is the fact that makes it safe."""
    cdk.Validations.of(resource).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))


def acknowledge_lint(resource: cdk.CfnResource, rule: str, reason: str) -> None:
    """The same for a rule of cfn-lint, which reads acknowledgements in the template."""
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": [rule]}, "reason": reason})
