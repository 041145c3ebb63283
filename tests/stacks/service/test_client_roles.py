"""What people and jobs may ask of AWS, and who may be them."""

import fnmatch
import json
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.team.config import TeamConfig
from tests.stacks.shapes import team, template

ACCOUNT = {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":root"]]}
CI = {
    "provider_arn": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
    "subject": "repo:example/forecast:*",
}


def role(shape: str, name: str) -> dict[str, Any]:
    roles = template(shape, "service").find_resources("AWS::IAM::Role")
    (found,) = (role for logical_id, role in roles.items() if logical_id.startswith(f"ClientRoles{name}"))
    return dict(found["Properties"])


def names(shape: str) -> set[str]:
    return {name for name in template(shape, "service").to_json()["Outputs"] if name.endswith("RoleArn")}


def actions(shape: str, name: str) -> set[str]:
    """Of all policies that the role has."""
    policies = template(shape, "service").find_resources("AWS::IAM::ManagedPolicy")
    found: set[str] = set()
    for reference in role(shape, name)["ManagedPolicyArns"]:
        for statement in policies[reference["Ref"]]["Properties"]["PolicyDocument"]["Statement"]:
            some = statement["Action"]
            found |= {some} if isinstance(some, str) else set(some)
    return found


READ_PASSWORD = {"secretsmanager:GetSecretValue", "kms:Decrypt"}
WRITE = {
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "kms:Decrypt",
    "kms:GenerateDataKey",
}


def test_where_the_server_carries_artifacts_there_is_only_who_reads_the_first_password() -> None:
    assert names("usual") == {"AdminRoleArn"}
    assert actions("usual", "Admin") == READ_PASSWORD


def test_with_direct_artifacts_a_reader_reads_a_writer_writes_and_an_administrator_does_both() -> None:
    assert names("temporary") == {"AdminRoleArn", "ReaderRoleArn", "WriterRoleArn", "CiRoleArn"}
    assert actions("temporary", "Reader") == {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"}
    assert actions("temporary", "Writer") == actions("temporary", "Ci") == WRITE
    assert actions("temporary", "Admin") == WRITE | READ_PASSWORD


def test_whom_the_account_allows_to_may_assume_a_role() -> None:
    (statement,) = role("usual", "Admin")["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"AWS": ACCOUNT}}


def test_trusted_arns_narrow_that_to_themselves() -> None:
    (trusted,) = team("temporary").clients.trusted_arns
    for name in ("Reader", "Writer", "Admin"):
        (statement,) = role("temporary", name)["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"AWS": trusted}


def test_a_job_of_ci_needs_a_token_for_the_audience_and_of_the_subject() -> None:
    (statement,) = role("temporary", "Ci")["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": CI["provider_arn"]}
    assert statement["Condition"] == {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {"token.actions.githubusercontent.com:sub": CI["subject"]},
    }


@pytest.mark.parametrize(
    ("clients", "mode", "sentence"),
    [
        ({"ci": CI}, "proxied", "has nothing to do on AWS with artifacts.mode: proxied"),
        ({"ci": CI | {"subject": "*"}}, "direct", "lets in whomever the provider knows"),
        ({"ci": CI | {"subject": "repo:*"}}, "direct", "lets in whomever the provider knows"),
        ({"ci": CI | {"provider_arn": "github"}}, "direct", "is not the ARN of an IAM OpenID Connect provider"),
        ({"trusted_arns": ["*"]}, "direct", "is not the ARN of a role, a user or an account"),
    ],
    ids=json.dumps,
)
def test_what_makes_no_sense_is_refused(clients: dict[str, Any], mode: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence.replace("*", r"\*")):
        TeamConfig.model_validate(
            {"name": "some", "region": "eu-west-1", "clients": clients, "artifacts": {"mode": mode}}
        )


def calls(name: str) -> list[str]:
    """The methods and paths of the API that the role's policies let it call, by the stage's ARN."""
    policies = template("signed", "service").find_resources("AWS::IAM::ManagedPolicy")
    return sorted(
        resource["Fn::Join"][1][1]
        for reference in role("signed", name)["ManagedPolicyArns"]
        for statement in policies[reference["Ref"]]["Properties"]["PolicyDocument"]["Statement"]
        if statement.get("Sid") == "CallApi"
        for resource in (statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]])
    )


def may(name: str, call: str) -> bool:
    return any(fnmatch.fnmatchcase(f"/{call}", pattern) for pattern in calls(name))


@pytest.mark.parametrize(
    ("call", "who"),
    [
        ("GET/api/2.0/mlflow/runs/get", {"Reader", "Writer", "Admin"}),
        ("POST/api/2.0/mlflow/runs/search", {"Reader", "Writer", "Admin"}),
        ("POST/api/3.0/mlflow/traces/search", {"Reader", "Writer", "Admin"}),
        ("POST/api/2.0/mlflow/runs/create", {"Writer", "Admin"}),
        ("POST/api/2.0/mlflow/artifacts/presigned-upload-url", {"Writer", "Admin"}),
        ("PATCH/api/2.0/mlflow/registered-models/update", {"Writer", "Admin"}),
        ("DELETE/api/2.0/mlflow/registered-models/alias", {"Writer", "Admin"}),
        ("POST/v1/traces", {"Writer", "Admin"}),
        ("DELETE/api/2.0/mlflow/registered-models/delete", {"Admin"}),
        ("DELETE/api/2.0/mlflow/logged-models/m-0123", {"Admin"}),
        ("DELETE/api/2.0/mlflow/webhooks/0123", {"Admin"}),
        ("POST/graphql", {"Admin"}),
        ("POST/api/3.0/mlflow/traces/metrics", {"Reader", "Writer", "Admin"}),
        ("POST/api/3.0/mlflow/traces/delete-traces", {"Admin"}),
        ("POST/api/2.0/mlflow/webhooks", {"Admin"}),
    ],
)
def test_with_iam_a_role_may_call_what_its_name_says(call: str, who: set[str]) -> None:
    assert {name for name in ("Reader", "Writer", "Admin") if may(name, call)} == who


def test_without_iam_no_role_calls_an_api() -> None:
    for shape in ("usual", "temporary"):
        assert "execute-api" not in json.dumps(template(shape, "service").to_json())
