"""A scheduled task, in a stack of its own."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk.assertions import Template

from stacks.rule_packs import acknowledge, add_rule_packs
from stacks.service.scheduled_task import ScheduledTask, TaskPlace
from tests.stacks.shapes import CONTEXT

GROUP, SUBNET = "sg-0a1b2c3d4e5f67890", "subnet-0a1b2c3d4e5f67890"


@pytest.fixture(scope="module")
def template() -> Template:
    app = cdk.App(context=CONTEXT)
    stack = cdk.Stack(app, "Stack")
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-0", availability_zones=["a", "b"])
    cluster = ecs.Cluster(stack, "Cluster", vpc=vpc, container_insights_v2=ecs.ContainerInsights.ENABLED)
    definition = ecs.FargateTaskDefinition(stack, "Definition")
    definition.add_container(
        "it", image=ecs.ContainerImage.from_registry("it"), logging=ecs.LogDriver.aws_logs(stream_prefix="it")
    )
    of_no_matter = ["CloudWatchLogGroupEncrypted", "CloudWatchLogGroupRetentionPeriod", "IAMNoInlinePolicy"]
    acknowledge(definition, of_no_matter, "a test's own")
    ScheduledTask(
        stack,
        "Nightly",
        task_definition=definition,
        place=TaskPlace(
            cluster=cluster,
            subnet_ids=[SUBNET],
            security_group_id=GROUP,
            public_ip=False,
        ),
        schedule="cron(0 3 * * ? *)",
        description="Every night",
    )
    cdk.Tags.of(stack).add("team", "it")
    add_rule_packs(app)
    (made,) = app.synth().stacks
    return Template.from_json(made.template)


def only(template: Template, resource_type: str) -> dict[str, Any]:
    (found,) = template.find_resources(resource_type).values()
    properties: dict[str, Any] = found["Properties"]
    return properties


def statements(template: Template) -> dict[str, dict[str, Any]]:
    found = [
        statement
        for policy in template.find_resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    return {statement["Sid"]: statement for statement in found if "Sid" in statement}


def test_the_schedule_starts_one_task_in_the_cluster_without_a_public_address(template: Template) -> None:
    target = only(template, "AWS::Scheduler::Schedule")["Target"]
    network = target["EcsParameters"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert target["EcsParameters"]["LaunchType"] == "FARGATE"
    assert network == {
        "AssignPublicIp": "DISABLED",
        "SecurityGroups": [GROUP],
        "Subnets": [SUBNET],
    }


def test_the_schedule_may_start_this_revision_of_this_task_in_this_cluster_and_nothing_else(template: Template) -> None:
    (definition,) = template.find_resources("AWS::ECS::TaskDefinition")
    (cluster,) = template.find_resources("AWS::ECS::Cluster")
    allowed = statements(template)
    assert allowed.keys() == {"RunTask", "TagNewTasks", "PassRolesToTasks"}
    assert allowed["RunTask"]["Resource"] == {"Ref": definition}
    assert allowed["RunTask"]["Condition"] == {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": [cluster, "Arn"]}}}


def test_the_schedule_passes_the_tasks_own_roles_on_to_ecs_alone(template: Template) -> None:
    definition = only(template, "AWS::ECS::TaskDefinition")
    passed = statements(template)["PassRolesToTasks"]
    assert passed["Resource"] == [definition["ExecutionRoleArn"], definition["TaskRoleArn"]]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_only_this_schedule_of_this_account_may_use_the_role(template: Template) -> None:
    (group,) = template.find_resources("AWS::Scheduler::ScheduleGroup")
    trusts = [
        statement
        for role in template.find_resources("AWS::IAM::Role").values()
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    ]
    assert [trust["Condition"]["StringEquals"] for trust in trusts] == [
        {"aws:SourceAccount": {"Ref": "AWS::AccountId"}, "aws:SourceArn": {"Fn::GetAtt": [group, "Arn"]}}
    ]
    assert only(template, "AWS::Scheduler::Schedule")["GroupName"] == {"Ref": group}


def test_the_schedule_waits_for_its_role_and_its_tasks_carry_tags(template: Template) -> None:
    (schedule,) = template.find_resources("AWS::Scheduler::Schedule").values()
    assert [name for name in schedule["DependsOn"] if "RoleDefaultPolicy" in name]
    assert schedule["Properties"]["Target"]["EcsParameters"]["PropagateTags"] == "TASK_DEFINITION"
    assert only(template, "AWS::Scheduler::ScheduleGroup")["Tags"] == [{"Key": "team", "Value": "it"}]
