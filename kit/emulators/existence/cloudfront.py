"""CloudFront."""

from kit.emulators.existence.question import Question, Resource, has


def _distribution(resource: Resource) -> bool:
    found = resource.client("cloudfront").get_distribution(Id=resource.physical_id)["Distribution"]
    return has([found], Id=resource.physical_id)


def _vpc_origin(resource: Resource) -> bool:
    found = resource.client("cloudfront").get_vpc_origin(Id=resource.physical_id)["VpcOrigin"]
    return has([found], Id=resource.physical_id)


def _function(resource: Resource) -> bool:
    # Its ARN on AWS, its name on an emulator.
    name = resource.physical_id.rpartition("/")[2]
    return has([resource.client("cloudfront").describe_function(Name=name)["FunctionSummary"]], Name=name)


QUESTIONS: dict[str, Question] = {
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::CloudFront::Function": _function,
    "AWS::CloudFront::VpcOrigin": _vpc_origin,
}
