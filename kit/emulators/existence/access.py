"""IAM and the functions of custom resources."""

from kit.emulators.existence.question import Question, Resource, permissions


def _role(resource: Resource) -> bool:
    role = resource.client("iam").get_role(RoleName=resource.physical_id)["Role"]
    return permissions(role["AssumeRolePolicyDocument"]) == permissions(resource.declared("AssumeRolePolicyDocument"))


def _policy(resource: Resource) -> bool:
    """An inline policy of its roles; its statements have to be there, since they are what is enforced."""
    iam, name = resource.client("iam"), resource.property("PolicyName")
    declared = permissions(resource.declared("PolicyDocument"))
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for role in resource.property("Roles")
    ]
    return all(permissions(document) == declared for document in documents)


def _managed_policy(resource: Resource) -> bool:
    """Its default version has to say what the template does."""
    iam, arn = resource.client("iam"), resource.physical_id
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return permissions(document) == permissions(resource.declared("PolicyDocument"))


def _function(resource: Resource) -> bool:
    function = resource.client("lambda").get_function(FunctionName=resource.physical_id)["Configuration"]
    return resource.physical_id in (function["FunctionName"], function["FunctionArn"])


QUESTIONS: dict[str, Question] = {
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::IAM::Policy": _policy,
    "AWS::IAM::Role": _role,
    "AWS::Lambda::Function": _function,
}
