"""CloudWatch, the log's metric filters, SNS and Budgets."""

import json

from kit.emulators.existence.question import Question, Resource, has


def _alarm(resource: Resource) -> bool:
    name = resource.physical_id
    found = resource.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return has(found, AlarmName=name, Threshold=float(resource.property("Threshold")))


def _dashboard(resource: Resource) -> bool:
    name = resource.physical_id
    found = resource.client("cloudwatch").list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    return has(found, DashboardName=name)


def _metric_filter(resource: Resource) -> bool:
    group = resource.property("LogGroupName")
    found = resource.client("logs").describe_metric_filters(logGroupName=group)["metricFilters"]
    return has(found, filterName=resource.physical_id, filterPattern=resource.property("FilterPattern"))


def _topic(resource: Resource) -> bool:
    pages = resource.client("sns").get_paginator("list_topics").paginate()
    return has((topic for page in pages for topic in page["Topics"]), TopicArn=resource.physical_id)


def _topic_policy(resource: Resource) -> bool:
    """Its statements are there; who it admits holds references, so ids of statements have to do."""
    (arn,) = resource.property("Topics")
    policy = json.loads(resource.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
    declared = {statement["Sid"] for statement in resource.declared("PolicyDocument")["Statement"]}
    return declared == {statement.get("Sid") for statement in policy["Statement"]}


def _subscription(resource: Resource) -> bool:
    """One of mail has no ARN before it is confirmed."""
    found = resource.client("sns").list_subscriptions_by_topic(TopicArn=resource.property("TopicArn"))
    return has(found["Subscriptions"], Endpoint=resource.property("Endpoint"), Protocol=resource.property("Protocol"))


def _budget(resource: Resource) -> bool:
    account, name = resource.stack.account, resource.physical_id
    found = resource.client("budgets").describe_budget(AccountId=account, BudgetName=name)
    return has([found["Budget"]], BudgetName=name)


QUESTIONS: dict[str, Question] = {
    "AWS::Budgets::Budget": _budget,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::Logs::MetricFilter": _metric_filter,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::TopicPolicy": _topic_policy,
}
