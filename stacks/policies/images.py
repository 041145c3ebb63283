"""Images of containers in ECR."""

from aws_cdk import aws_iam as iam


def pull(repository_arn: str) -> iam.PolicyStatement:
    """The layers of the server's image.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    return iam.PolicyStatement(
        sid="PullImage",
        actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        resources=[repository_arn],
    )


def log_in_to_registry() -> iam.PolicyStatement:
    """The registry's login. The action knows no resource, so AWS wants `*` here.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
    """
    return iam.PolicyStatement(sid="LogInToRegistry", actions=["ecr:GetAuthorizationToken"], resources=["*"])
