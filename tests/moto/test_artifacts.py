"""MLflow's own S3 artifact repository against moto's S3: what the server does for a client, and a client by itself."""

import json
import os
import subprocess
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kit.emulators.moto.emulator import Moto
from kit.environment import SERVER

PYTHON = Path(os.environ.get("KIT_SERVER_PYTHON", SERVER / "bin" / "python"))
PROGRAM = Path(__file__).with_name("artifact_program.py")


@pytest.fixture
def mlflow(server: Moto, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """Runs one function of the program on a bucket of the test's own."""
    bucket = f"artifacts-of-{zlib.crc32(request.node.name.encode())}"
    place = {"LocationConstraint": "eu-west-1"}
    server.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)

    def run(function: str, **environment: str) -> Any:
        answer = subprocess.run(
            [PYTHON, PROGRAM, function, f"s3://{bucket}/artifacts/0/run"],
            env={
                **server.client_environment(),
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "MLFLOW_S3_ENDPOINT_URL": server.endpoint.url,
                "MLFLOW_S3_EXPECTED_BUCKET_OWNER": server.account_id,
                **environment,
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr[-3000:]
        return json.loads(answer.stdout.splitlines()[-1])

    run.bucket = bucket
    return run


def test_a_file_and_a_directory_come_back_as_they_were(mlflow: Any) -> None:
    assert mlflow("file_and_directory") == {
        "root": [["model", True, None], ["notes", True, None]],
        "model": [["model/MLmodel", False, 7], ["model/deep", True, None]],
        "notes": [["notes/one.txt", False, 3]],
        "one": "one",
        "deep": True,
    }


def test_only_the_deleted_artifact_is_gone(mlflow: Any) -> None:
    assert mlflow("deletion") == [["kept", True, None]]


def test_more_artifacts_than_a_page_has_are_listed_and_deleted(mlflow: Any) -> None:
    assert mlflow("many") == [25, ["all/0024", False, 2], []]


def test_an_artifact_that_is_not_there_is_said_to_be_missing(mlflow: Any) -> None:
    assert mlflow("missing") == "RESOURCE_DOES_NOT_EXIST"


def test_a_multipart_upload_is_one_artifact_once_it_is_complete(mlflow: Any, server: Moto) -> None:
    size = 5 * 1024 * 1024 + len("the end")
    assert mlflow("multipart") == {"before": [], "after": [["large/large.bin", False, size]], "same": True}
    assert "Uploads" not in server.client("s3").list_multipart_uploads(Bucket=mlflow.bucket)


def test_a_large_file_is_uploaded_by_parts(mlflow: Any, server: Moto) -> None:
    assert mlflow("large_file_by_boto3") is True
    head = server.client("s3").head_object(Bucket=mlflow.bucket, Key="artifacts/0/run/nine.bin")
    assert head["ETag"].endswith('-2"')


def test_a_given_up_multipart_upload_leaves_nothing(mlflow: Any, server: Moto) -> None:
    assert mlflow("aborted") == []
    assert "Uploads" not in server.client("s3").list_multipart_uploads(Bucket=mlflow.bucket)


def test_a_presigned_url_carries_an_artifact_there_and_back(mlflow: Any, server: Moto) -> None:
    result = mlflow("presigned")
    url = urlsplit(result.pop("url"))
    assert result == {"body": '{"a": 1}', "attachment": True, "type": "application/json", "size": 8}
    assert url.netloc == urlsplit(server.endpoint.url).netloc
    assert parse_qs(url.query)["X-Amz-Credential"][0].startswith(f"{server.root.access_key_id}/")


def test_a_role_of_a_task_may_upload(mlflow: Any, server: Moto) -> None:
    trust = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}'
    )
    role = server.client("iam").create_role(RoleName="uploads", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    session = server.client("sts").assume_role(RoleArn=role, RoleSessionName="task")["Credentials"]
    result = mlflow(
        "presigned",
        AWS_ACCESS_KEY_ID=session["AccessKeyId"],
        AWS_SECRET_ACCESS_KEY=session["SecretAccessKey"],
        AWS_SESSION_TOKEN=session["SessionToken"],
    )
    assert session["AccessKeyId"] in result["url"]
