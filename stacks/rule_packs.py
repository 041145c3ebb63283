"""The rules that every template must pass, and the one way to say why a finding is safe."""

from collections.abc import Iterator, Sequence
from typing import Any

import aws_cdk as cdk
import cdk_nag
from constructs import IConstruct

CONFIG_PACKS = ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")
"""The packs that check AWS Config's rules by their common names."""


def add_rule_packs(app: cdk.App) -> None:
    """Makes synthesis fail on any finding of cdk-nag's packs that no resource acknowledges.

    CloudFormation Validate runs beside them by itself: cdk.json makes its findings errors.
    """
    cdk.Validations.of(app).add_plugins(
        cdk_nag.AwsSolutionsChecks(app),
        cdk_nag.HIPAASecurityChecks(app),
        cdk_nag.NIST80053R5Checks(app),
        cdk_nag.PCIDSS321Checks(app),
    )


def acknowledge(resource: IConstruct, rules: str | Sequence[str], reason: str) -> None:
    """Accepts a rule, or several for one reason, on `resource` and what it is made of.

    Args:
        resource: the narrowest construct that the reason is true of.
        rules: `AwsSolutions-S1`, or a name without a pack, which stands for that rule in each of CONFIG_PACKS.
        reason: the fact that makes it safe.
    """
    names = [rules] if isinstance(rules, str) else rules
    cdk.Validations.of(resource).acknowledge(
        *(cdk.Acknowledgment(id=finding, reason=reason) for name in names for finding in _findings(name))
    )


def _findings(rule: str) -> Iterator[str]:
    """With the pack before each, so that the validation report says which acknowledgement a finding met."""
    if rule.startswith("AwsSolutions-"):
        yield f"AwsSolutions::{rule}"
    else:
        yield from (f"{pack}::{pack}-{rule}" for pack in CONFIG_PACKS)


def acknowledge_aws_policy(role: IConstruct, name: str, reason: str) -> None:
    """Accepts that a role has the policy of AWS's own with that name."""
    acknowledge(role, f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{name}]", reason)


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


def acknowledge_own_policy(role: IConstruct) -> None:
    """Accepts that `role` carries its policy itself, as the CDK writes it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
    """
    acknowledge(role, "IAMNoInlinePolicy", "The policy is of this one role: nobody can attach it to another.")
