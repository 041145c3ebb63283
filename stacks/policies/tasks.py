"""Starting tasks of ECS."""

from aws_cdk import aws_iam as iam


def run(task_definition_arn: str, cluster_arn: str) -> iam.PolicyStatement:
    """Starts this revision of this task definition, in this cluster.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
    """
    return iam.PolicyStatement(
        sid="RunTask",
        actions=["ecs:RunTask"],
        resources=[task_definition_arn],
        conditions={"ArnEquals": {"ecs:cluster": cluster_arn}},
    )


def tag_new(task_arns: str) -> iam.PolicyStatement:
    """Tags on a task as it is started, never on one that runs.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
    """
    return iam.PolicyStatement(
        sid="TagNewTasks",
        actions=["ecs:TagResource"],
        resources=[task_arns],
        conditions={"StringEquals": {"ecs:CreateAction": "RunTask"}},
    )


def pass_roles(role_arns: list[str]) -> iam.PolicyStatement:
    """A task's own roles, to ECS alone.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
    """
    return iam.PolicyStatement(
        sid="PassRolesToTasks",
        actions=["iam:PassRole"],
        resources=role_arns,
        conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    )
