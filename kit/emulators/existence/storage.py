"""S3 and CloudWatch Logs."""

import json

from kit.emulators.existence.question import Question, Resource, has, permissions


def _bucket(resource: Resource) -> bool:
    resource.client("s3").head_bucket(Bucket=resource.physical_id)
    return True


def _bucket_policy(resource: Resource) -> bool:
    policy = json.loads(resource.client("s3").get_bucket_policy(Bucket=resource.property("Bucket"))["Policy"])
    return permissions(policy) == permissions(resource.declared("PolicyDocument"))


def _log_group(resource: Resource) -> bool:
    logs = resource.client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix=resource.physical_id)["logGroups"]
    return has(found, logGroupName=resource.physical_id)


QUESTIONS: dict[str, Question] = {
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
}
