"""What a team may cost."""

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from constructs import Construct

from stacks.alarms.topic import AlarmTopic
from stacks.team.config import TeamConfig
from stacks.team.values import TEAM_TAG

_ACTUAL_PERCENT, _FORECAST_PERCENT = 80, 100


def add_budget(scope: Construct, team: TeamConfig, topic: AlarmTopic, monthly_usd: int) -> None:
    """Tells the topic when the team's month costs, or will cost, too much.

    It counts what has the team's tag, from the day on which the payer's account has activated that tag.
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    """
    stack = cdk.Stack.of(scope)
    topic.admit("Budgets", "budgets", stack.format_arn(service="budgets", region="", resource="*", arn_format=_FORMAT))
    subscriber = budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic.topic_arn)
    budget = budgets.CfnBudget(
        scope,
        "Budget",
        budget=budgets.CfnBudget.BudgetDataProperty(
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=budgets.CfnBudget.SpendProperty(amount=monthly_usd, unit="USD"),
            cost_filters={"TagKeyValue": [f"user:{TEAM_TAG}${team.name}"]},
        ),
        notifications_with_subscribers=[
            budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=budgets.CfnBudget.NotificationProperty(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[subscriber],
            )
            for kind, percent in (("ACTUAL", _ACTUAL_PERCENT), ("FORECASTED", _FORECAST_PERCENT))
        ],
    )
    # Budgets tries the topic when it is told of it.
    budget.node.add_dependency(topic.policy)


_FORMAT = cdk.ArnFormat.NO_RESOURCE_NAME
