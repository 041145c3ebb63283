"""The rules that every template must pass, and the one way to say why a finding is safe."""

from typing import Any

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


def in_findings(resource: IConstruct, value: str) -> str:
    """`value` as cdk-nag writes it in a finding's id: a reference to `X` there is `<X>`, to its ARN `<X.Arn>`."""

    def written(part: Any) -> str:
        match part:
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(map(written, parts))
            case {"Fn::GetAtt": [name, attribute]}:
                return f"<{name}.{attribute}>"
            case {"Ref": name}:
                return f"<{name}>"
            case _:
                return str(part)

    return written(cdk.Stack.of(resource).resolve(value))


def acknowledge_lint(resource: cdk.CfnResource, rule: str, reason: str) -> None:
    """The same for a rule of cfn-lint, which reads acknowledgements in the template."""
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": [rule]}, "reason": reason})
