"""The rules of the web ACL: what is refused, and what has to pass because MLflow's clients send it."""

from dataclasses import dataclass

from aws_cdk import aws_wafv2 as wafv2

from stacks.team.config import TeamConfig

VIEWER_ADDRESS = "x-viewer-address"
"""The header in which viewer_address.js tells a client's address, at CloudFront. X-Forwarded-For begins with whatever
the client says: https://docs.aws.amazon.com/waf/latest/APIReference/API_ForwardedIPConfig.html"""

WINDOW_SECONDS = 300
REQUESTS_PER_SECOND_AND_VCPU = 450
"""Half of the quickest calls that a vCPU answers: docs/reference/performance.md.

A company behind one NAT address is one client here.
"""

Statement = wafv2.CfnWebACL.StatementProperty


@dataclass(frozen=True)
class Rule:
    """One rule of the web ACL.

    Attributes:
        blocks: whether what matches is refused; a managed group decides by itself.
    """

    name: str
    statement: Statement
    blocks: bool = True

    def at(self, priority: int) -> wafv2.CfnWebACL.RuleProperty:
        """The rule as CloudFormation takes it."""
        return wafv2.CfnWebACL.RuleProperty(
            name=self.name,
            priority=priority,
            statement=self.statement,
            action=wafv2.CfnWebACL.RuleActionProperty(block={}) if self.blocks else None,
            override_action=None if self.blocks else wafv2.CfnWebACL.OverrideActionProperty(none={}),
            visibility_config=visibility(self.name),
        )


def visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """A metric of the rule. No samples of requests: they would show passwords in the console."""
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )


def from_elsewhere(allowed_arn: str, team: TeamConfig) -> Rule:
    """Whoever is not in the IP set. A header that is no address is not in it either."""
    at_cloudfront = wafv2.CfnWebACL.IPSetForwardedIPConfigurationProperty(
        header_name=VIEWER_ADDRESS, position="FIRST", fallback_behavior="NO_MATCH"
    )
    allowed = Statement(
        ip_set_reference_statement={
            "arn": allowed_arn,
            "ipSetForwardedIpConfig": at_cloudfront if team.behind_cloudfront else None,
        }
    )
    return Rule("FromElsewhere", Statement(not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=allowed)))


def old_tls() -> Rule:
    """TLS before 1.2, which CloudFront's own host names take. CloudFront itself writes the header.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
    """
    versions = [
        Statement(
            byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
                field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(single_header={"Name": "cloudfront-viewer-tls"}),
                positional_constraint="STARTS_WITH",
                search_string=f"{version}:",
                text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
            )
        )
        for version in ("TLSv1", "TLSv1.1")
    ]
    return Rule("OldTls", Statement(or_statement=wafv2.CfnWebACL.OrStatementProperty(statements=versions)))


def rate_limit(team: TeamConfig) -> Rule:
    """More than one address may ask for."""
    own = team.firewall.requests_per_second
    sizing = team.sizing
    per_second = own or max(1, round(sizing.vcpu * sizing.most_tasks * REQUESTS_PER_SECOND_AND_VCPU))
    at_cloudfront = wafv2.CfnWebACL.ForwardedIPConfigurationProperty(
        header_name=VIEWER_ADDRESS, fallback_behavior="MATCH"
    )
    return Rule(
        "RateLimit",
        Statement(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=per_second * WINDOW_SECONDS,
                evaluation_window_sec=WINDOW_SECONDS,
                aggregate_key_type="FORWARDED_IP" if team.behind_cloudfront else "IP",
                forwarded_ip_config=at_cloudfront if team.behind_cloudfront else None,
            )
        ),
    )


# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
_COUNTED = {
    "AWSManagedRulesCommonRuleSet": (
        # Bodies are the users' own: batches of metrics, notes in HTML, prompts, traces, files of any size and content.
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        # Artifacts are addressed by their paths: train.log and app.ini, long ones, percent-encoded ones.
        "RestrictedExtensions_URIPATH",
        "RestrictedExtensions_QUERYARGUMENTS",
        "SizeRestrictions_URIPATH",
        # The page asks for the history of a hundred runs in one query string.
        "SizeRestrictions_QUERYSTRING",
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": ("JavaDeserializationRCE_BODY", "Log4JRCE_BODY"),
    # https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html
    "AWSManagedRulesAmazonIpReputationList": (),
}
"""AWS's groups of rules by name, with those of each that count and do not block.

Without the one for SQL injection: a filter of runs, `params.a = 'b' and ...`, is what it looks for.
"""


def managed_rules(team: TeamConfig) -> list[Rule]:
    """AWS's groups. The list of bad addresses knows the connection's alone, which behind CloudFront is CloudFront's."""
    return [
        Rule(
            name,
            Statement(
                managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                    vendor_name="AWS",
                    name=name,
                    rule_action_overrides=[
                        wafv2.CfnWebACL.RuleActionOverrideProperty(
                            name=rule, action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={})
                        )
                        for rule in counted
                    ]
                    or None,
                )
            ),
            blocks=False,
        )
        for name, counted in _COUNTED.items()
        if not (team.behind_cloudfront and name == "AWSManagedRulesAmazonIpReputationList")
    ]
