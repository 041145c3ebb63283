"""Every statement of the package, made with sample values."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from stacks.policies import (
    apis,
    artifacts,
    database_login,
    images,
    key_policies,
    keys,
    log_groups,
    replication,
    secrets,
    sessions,
    tasks,
)

REGION, ACCOUNT = "eu-west-1", "111122223333"
BUCKET, REPLICA = "arn:aws:s3:::artifacts", "arn:aws:s3:::copies"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:s-AbCdEf"
LOG_GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g:*"
LOG_GROUPS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g-*"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c"
STAGE = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2c3/prod"

STATEMENTS: dict[str, iam.PolicyStatement] = {
    "apis.call": apis.call(STAGE, ["GET/health", "POST/api/*"]),
    "artifacts.decrypt": artifacts.decrypt(KEY, REGION),
    "artifacts.encrypt": artifacts.encrypt(KEY, REGION),
    "artifacts.list_names": artifacts.list_names(BUCKET, ACCOUNT),
    "artifacts.read": artifacts.read(BUCKET, "artifacts", ACCOUNT),
    "artifacts.read_and_write": artifacts.read_and_write(BUCKET, "artifacts", ACCOUNT),
    "database_login.connect": database_login.connect(
        f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:db-ABC/mlflow_server_iam"
    ),
    "images.log_in_to_registry": images.log_in_to_registry(),
    "images.pull": images.pull(f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/r"),
    "key_policies.encrypt_logs": key_policies.encrypt_logs(LOG_GROUPS, REGION),
    "key_policies.refuse_grants": key_policies.refuse_grants(),
    "keys.use_key": keys.use_key("UseKey", ["kms:Decrypt"], KEY, f"s3.{REGION}"),
    "log_groups.encrypt": log_groups.encrypt(KEY, REGION),
    "log_groups.find": log_groups.find(LOG_GROUPS),
    "log_groups.write": log_groups.write(LOG_GROUP),
    "replication.decrypt": replication.decrypt(KEY, REGION),
    "replication.encrypt": replication.encrypt(KEY, "eu-central-1"),
    "replication.read_configuration": replication.read_configuration(BUCKET),
    "replication.read_versions": replication.read_versions(BUCKET),
    "replication.write": replication.write(REPLICA),
    "secrets.decrypt": secrets.decrypt(KEY, REGION),
    "secrets.encrypt": secrets.encrypt(KEY, REGION),
    "secrets.read": secrets.read([SECRET]),
    "secrets.rotate": secrets.rotate(SECRET),
    "sessions.decrypt": sessions.decrypt(KEY),
    "sessions.log": sessions.log(LOG_GROUP),
    "sessions.take": sessions.take(),
    "tasks.pass_roles": tasks.pass_roles([f"arn:aws:iam::{ACCOUNT}:role/r"]),
    "tasks.run": tasks.run(f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/t:1", CLUSTER),
    "tasks.tag_new": tasks.tag_new(f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/c/*"),
}
"""By module and function."""


def statement(name: str) -> dict[str, Any]:
    """One of them as IAM gets it, with its actions always as a list."""
    data = cdk.Stack().resolve(STATEMENTS[name].to_statement_json())
    actions = data["Action"]
    return data | {"Action": [actions] if isinstance(actions, str) else actions}


def only_through(service: str) -> dict[str, Any]:
    """The condition of a key that one service alone may use in a caller's name."""
    return {"StringEquals": {"kms:ViaService": f"{service}.amazonaws.com"}}
