"""The statements, as data."""

from typing import Any

import pytest
from aws_cdk import aws_iam as iam

from stacks import policies

BUCKET = "arn:aws:s3:::artifacts"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"
ECS = "arn:aws:ecs:eu-west-1:111122223333"
ALL = {
    "objects": policies.read_and_write_artifacts(BUCKET, "artifacts"),
    "listing": policies.list_artifacts(BUCKET),
    "artifact key": policies.encrypt_artifacts(KEY, "eu-west-1"),
    "secrets": policies.read_secrets(["arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf"]),
    "secret key": policies.decrypt_secrets(KEY, "eu-west-1"),
    "database": policies.connect_to_database("arn:aws:rds-db:eu-west-1:111122223333:dbuser:db-ABC/mlflow_server"),
    "rotation": policies.rotate_secret("arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf"),
    "rotation key": policies.encrypt_secrets(KEY, "eu-west-1"),
    "replication": policies.read_replication(BUCKET),
    "versions": policies.read_versions(BUCKET),
    "replicas": policies.write_replicas(BUCKET),
    "replicated key": policies.decrypt_replicated(KEY, "eu-west-1"),
    "replicas key": policies.encrypt_replicas(KEY, "eu-west-1"),
    "image": policies.pull_image("arn:aws:ecr:eu-west-1:111122223333:repository/r"),
    "login": policies.log_in_to_registry(),
    "log encryption": policies.encrypt_log(KEY, "eu-west-1"),
    "log key": policies.encrypt_logs("arn:aws:logs:eu-west-1:111122223333:log-group:g-*", "eu-west-1"),
    "log": policies.write_logs("arn:aws:logs:eu-west-1:111122223333:log-group:g:*"),
    "task": policies.run_task(f"{ECS}:task-definition/t:1", f"{ECS}:cluster/c"),
    "task's tags": policies.tag_new_tasks(f"{ECS}:task/c/*"),
    "task's roles": policies.pass_to_tasks(["arn:aws:iam::111122223333:role/r"]),
}


def statement(of: iam.PolicyStatement) -> dict[str, Any]:
    return dict(of.to_statement_json())


@pytest.mark.parametrize("name", ALL)
def test_no_statement_allows_an_action_by_wildcard(name: str) -> None:
    actions = statement(ALL[name])["Action"]
    assert not any("*" in action for action in ([actions] if isinstance(actions, str) else actions))


# A key's own policy names the key as `*`, and the registry's login knows no resource.
@pytest.mark.parametrize("name", set(ALL) - {"log key", "login"})
def test_every_other_statement_names_its_resource(name: str) -> None:
    assert statement(ALL[name])["Resource"] != "*"


def test_artifacts_are_granted_below_their_prefix_only() -> None:
    assert statement(ALL["objects"])["Resource"] == f"{BUCKET}/artifacts/*"


@pytest.mark.parametrize(
    ("name", "service"), [("artifact key", "s3"), ("secret key", "secretsmanager"), ("log encryption", "logs")]
)
def test_the_key_works_through_the_one_service_only(name: str, service: str) -> None:
    assert statement(ALL[name])["Condition"] == {
        "StringEquals": {"kms:ViaService": f"{service}.eu-west-1.amazonaws.com"}
    }
