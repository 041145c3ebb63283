"""AWS WAF before a public server."""

import aws_cdk as cdk
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from stacks.edge.firewall_rules import from_elsewhere, managed_rules, old_tls, rate_limit, visibility
from stacks.rule_packs import acknowledge
from stacks.team.config import TeamConfig


class Firewall(Construct):
    """Owns the web ACL of a load balancer, and the log of what it refused. It holds no data.

    It is one of the team's own region, behind CloudFront too: CloudFront itself takes those of us-east-1 alone.
    """

    def __init__(
        self, scope: Construct, id: str, *, team: TeamConfig, balancer: elbv2.IApplicationLoadBalancer
    ) -> None:
        super().__init__(scope, id)
        rules = [rate_limit(team), *managed_rules(team)]
        if team.behind_cloudfront:
            rules.insert(0, old_tls())
        if team.firewall.allowed_addresses:
            rules.insert(0, from_elsewhere(self._allowed_addresses(team), team))
        acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            rules=[rule.at(priority) for priority, rule in enumerate(rules)],
            visibility_config=visibility("All"),
        )
        wafv2.CfnWebACLAssociation(
            self, "Association", resource_arn=balancer.load_balancer_arn, web_acl_arn=acl.attr_arn
        )
        self._log(team, acl)

    def _allowed_addresses(self, team: TeamConfig) -> str:
        return wafv2.CfnIPSet(
            self,
            "AllowedAddresses",
            scope="REGIONAL",
            ip_address_version="IPV4",
            addresses=list(team.firewall.allowed_addresses),
        ).attr_arn

    def _log(self, team: TeamConfig, acl: wafv2.CfnWebACL) -> None:
        """What was refused, without what proves who asked: the load balancer's own log has every request.

        https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        """
        group = logs.LogGroup(
            self,
            "Log",
            # WAF writes to no other name.
            log_group_name=f"aws-waf-logs-{team.stack_name('edge')}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        acknowledge(
            group,
            "CloudWatchLogGroupEncrypted",
            "It holds what strangers sent, without passwords and cookies, and CloudWatch encrypts it.",
        )
        blocked = {
            "Behavior": "KEEP",
            "Requirement": "MEETS_ANY",
            "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
        }
        wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            # Without the `:*` that the group's own ARN ends with.
            log_destination_configs=[
                cdk.Stack.of(self).format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=group.log_group_name,
                    arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": name})
                for name in ("authorization", "cookie")
            ],
            logging_filter={"DefaultBehavior": "DROP", "Filters": [blocked]},
        )
