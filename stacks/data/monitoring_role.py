"""What RDS may do to tell of the database's operating system."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.rule_packs import acknowledge_aws_policy

_POLICY = "service-role/AmazonRDSEnhancedMonitoringRole"


def monitoring_role(scope: Construct) -> iam.Role:
    """A role `MonitoringRole` for enhanced monitoring, for databases of this account and region only.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """
    stack = cdk.Stack.of(scope)
    databases = stack.format_arn(
        service="rds", resource="db", resource_name="*", arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
    )
    role = iam.Role(
        scope,
        "MonitoringRole",
        assumed_by=iam.ServicePrincipal(
            "monitoring.rds.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {"aws:SourceArn": databases},
            },
        ),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_POLICY)],
    )
    acknowledge_aws_policy(
        role,
        _POLICY,
        "RDS documents this policy alone for it; it writes metrics to log groups named RDS* and reads no data.",
    )
    return role
