"""Whether an emulator holds a role to what IAM allows it."""

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.emulators.aws import REGION, Aws, unique
from tests.emulators.behaviour import Behaviour

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_ARTIFACTS = "[test_artifacts.py](../../tests/stacks/policies/test_artifacts.py)"
_SECRETS = "[test_secrets.py](../../tests/stacks/policies/test_secrets.py)"
_ON_MINISTACK = "[test_permissions.py](../../tests/e2e/test_permissions.py), on MiniStack"
_ROLES = "[test_roles.py](../../tests/e2e/test_roles.py), on MiniStack"
_DATA_STACK = "[test_data_stack.py](../../tests/stacks/data/test_data_stack.py)"


def _session(aws: Aws, statements: list[dict[str, Any]]) -> boto3.Session:
    """A session of a new role that may do what the statements say."""
    iam, name = aws.client("iam"), unique("role")
    account = aws.client("sts").get_caller_identity()["Account"]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document([trust]))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_document(statements))
    credentials = aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="probe")["Credentials"]
    return boto3.Session(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], region_name=REGION
    )


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _bucket(aws: Aws) -> str:
    name = unique("bucket")
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    aws.client("s3").put_object(Bucket=name, Key="artifacts/k", Body=b"artifact")
    return name


def _refused(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 403):
            raise
        return True
    return False


def _word(allowed_works: bool, other_is_refused: bool) -> str:
    if not allowed_works:
        return "refuses what is allowed"
    return "refused" if other_is_refused else "allowed"


def _other_bucket(aws: Aws) -> str:
    own, other = _bucket(aws), _bucket(aws)
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{own}/artifacts/*"}
    s3 = aws.client_as(_session(aws, [allowed]), "s3")
    works = not _refused(s3.get_object, Bucket=own, Key="artifacts/k")
    return _word(works, _refused(s3.get_object, Bucket=other, Key="artifacts/k"))


def _condition(aws: Aws) -> str:
    own = _bucket(aws)
    allowed = {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{own}",
        "Condition": {"StringLike": {"s3:prefix": "artifacts/*"}},
    }
    s3 = aws.client_as(_session(aws, [allowed]), "s3")
    works = not _refused(s3.list_objects_v2, Bucket=own, Prefix="artifacts/")
    return _word(works, _refused(s3.list_objects_v2, Bucket=own))


def _bucket_owner(aws: Aws) -> str:
    own, account = _bucket(aws), aws.client("sts").get_caller_identity()["Account"]
    outcomes = []
    for owner in (account, "210987654321"):
        allowed = {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{own}/artifacts/*",
            "Condition": {"StringEquals": {"s3:ResourceAccount": owner}},
        }
        s3 = aws.client_as(_session(aws, [allowed]), "s3")
        outcomes.append(_refused(s3.put_object, Bucket=own, Key="artifacts/k", Body=b"other"))
    return _word(not outcomes[0], outcomes[1])


def _bucket_policy(aws: Aws) -> str:
    own = _bucket(aws)
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{own}/*"}
    s3 = aws.client_as(_session(aws, [allowed]), "s3")
    works = not _refused(s3.get_object, Bucket=own, Key="artifacts/k")
    denial = {"Effect": "Deny", "Action": "s3:GetObject", "Principal": "*", "Resource": f"arn:aws:s3:::{own}/*"}
    aws.client("s3").put_bucket_policy(Bucket=own, Policy=_document([denial]))
    return _word(works, _refused(s3.get_object, Bucket=own, Key="artifacts/k"))


def _secrets_key(aws: Aws) -> str:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    secret = aws.client("secretsmanager").create_secret(Name=unique("secret"), SecretString="value", KmsKeyId=key)
    read = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret["ARN"]}
    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
    outcomes = [
        _refused(aws.client_as(_session(aws, statements), "secretsmanager").get_secret_value, SecretId=secret["ARN"])
        for statements in ([read, decrypt], [read])
    ]
    return _word(not outcomes[0], outcomes[1])


def _wrong_signature(aws: Aws) -> str:
    allowed = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    real = _session(aws, [allowed])
    key = real.get_credentials()
    forged = boto3.Session(key.access_key, "guessed", key.token, region_name=REGION)
    works = not _refused(aws.client_as(real, "s3").list_buckets)
    return _word(works, _refused(aws.client_as(forged, "s3").list_buckets))


PERMISSIONS = (
    Behaviour(
        "Role reads a bucket that its policy does not name",
        "refused",
        f"{_IAM}/reference_policies_evaluation-logic.html",
        _other_bucket,
        _ON_MINISTACK,
    ),
    Behaviour(
        "Role lists outside of its policy's `s3:prefix` condition",
        "refused",
        f"{_IAM}/reference_policies_elements_condition.html",
        _condition,
        _ARTIFACTS,
    ),
    Behaviour(
        "Role writes to a bucket of another account than the `s3:ResourceAccount` of its policy",
        "refused",
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html",
        _bucket_owner,
        _ROLES,
    ),
    Behaviour(
        "Bucket policy denies what the role's policy allows",
        "refused",
        f"{_IAM}/reference_policies_evaluation-logic.html",
        _bucket_policy,
        _DATA_STACK,
    ),
    Behaviour(
        "Role reads a secret without `kms:Decrypt` of its key",
        "refused",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
        _secrets_key,
        _SECRETS,
    ),
    Behaviour(
        "Request is signed with a guessed key",
        "refused",
        f"{_IAM}/reference_sigv.html",
        _wrong_signature,
        _ON_MINISTACK,
    ),
)
