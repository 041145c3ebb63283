"""IAM is enforced on a laptop: what the deployed task role may not do fails here first."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kit.emulators.emulator import Emulator
from kit.local.deployment import Deployment
from tests.kit.local.waiting import wait_for
from tests.running import LocalTeam


@pytest.fixture
def emulator(running: LocalTeam) -> Emulator:
    return running.laptop.emulator


@pytest.fixture
def deployment(running: LocalTeam) -> Deployment:
    return Deployment.read(running.laptop.team, running.laptop.emulator.client)


@pytest.fixture
def role_arn(deployment: Deployment) -> str:
    return str(deployment.task_definition["TaskRoleArn"])


@pytest.fixture
def as_task(emulator: Emulator, role_arn: str) -> Any:
    """Makes clients that have the task role's credentials."""
    endpoint = emulator.endpoint
    credentials = endpoint.assume_role(role_arn, "test", emulator.root)
    return lambda service: endpoint.client(service, credentials)


@contextlib.contextmanager
def without_policies(iam: Any, role: str) -> Iterator[None]:
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
    assert documents
    try:
        for name in names:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
        yield
    finally:
        for name, document in documents.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def refused(call: Any, **arguments: Any) -> bool:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")


def test_an_upload_fails_while_the_task_role_lacks_its_policy(
    with_run: LocalTeam, emulator: Emulator, role_arn: str
) -> None:
    password = with_run.password()
    with without_policies(emulator.client("iam"), role_arn.rpartition("/")[2]):
        status, _ = with_run.put_artifact("refused.txt", password)
        assert status >= 400
    # MLflow's server closes the connection after an error of its own, which the very next request can meet.
    wait_for(lambda: with_run.put_artifact("allowed.txt", password)[0] == 200, "uploads work again")


def test_the_task_reads_its_own_database_password(as_task: Any, deployment: Deployment) -> None:
    arn = deployment.environment("server")["DATABASE_SECRET_ARN"]
    assert "password" in as_task("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]


def test_the_task_reads_no_other_secret(as_task: Any, emulator: Emulator, deployment: Deployment) -> None:
    read = as_task("secretsmanager").get_secret_value
    root = emulator.client("secretsmanager")
    other_team = root.create_secret(Name="other-team", SecretString="theirs")["ARN"]
    try:
        assert refused(read, SecretId=other_team)
    finally:
        root.delete_secret(SecretId=other_team, ForceDeleteWithoutRecovery=True)
    assert refused(read, SecretId=deployment.admin_secret_arn)
    assert refused(read, SecretId=deployment.master_secret_arn)
    assert refused(as_task("secretsmanager").list_secrets)


def test_the_task_sees_no_bucket_but_its_own(as_task: Any, emulator: Emulator, deployment: Deployment) -> None:
    s3, root = as_task("s3"), emulator.client("s3")
    name = f"other-team-{emulator.account_id}"
    root.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": emulator.region})
    root.put_object(Bucket=name, Key="artifacts/theirs", Body=b"theirs")
    try:
        assert refused(s3.list_objects_v2, Bucket=name, Prefix="artifacts/")
        assert refused(s3.get_object, Bucket=name, Key="artifacts/theirs")
        assert refused(s3.put_object, Bucket=name, Key="artifacts/ours", Body=b"")
    finally:
        root.delete_object(Bucket=name, Key="artifacts/theirs")
        root.delete_bucket(Bucket=name)
    assert refused(s3.list_buckets)
    assert "KeyCount" in s3.list_objects_v2(Bucket=deployment.artifact_bucket, Prefix="artifacts/")


def test_the_task_writes_nowhere_but_below_artifacts(as_task: Any, deployment: Deployment) -> None:
    assert refused(as_task("s3").put_object, Bucket=deployment.artifact_bucket, Key="elsewhere", Body=b"")
