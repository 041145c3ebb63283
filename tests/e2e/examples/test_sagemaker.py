"""docs/use/sagemaker.md against moto's SageMaker, S3 and Secrets Manager: what a container runs is run here."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.sagemaker.responses import SageMakerResponse
from moto.server import ThreadedMotoServer

from kit.environment import ROOT
from tests.e2e.examples.stores import Stores
from tests.e2e.examples.user import User

REGION, BUCKET, IMAGE = "eu-west-1", "sagemaker-of-botany", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/iris:1"
ROLE = "arn:aws:iam::123456789012:role/sagemaker-iris"


@pytest.fixture
def aws() -> Iterator[dict[str, str]]:
    """The environment with which SDKs find moto's server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
    }
    server.stop()


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """Of each job, by its name: moto forgets them."""
    found: dict[str, dict[str, str]] = {}
    create = SageMakerResponse.create_training_job

    def remember(request: SageMakerResponse) -> Any:
        found[request._get_param("TrainingJobName")] = request._get_param("Environment")
        return create(request)

    monkeypatch.setattr(SageMakerResponse, "create_training_job", remember)
    return found


def client(aws: dict[str, str], service: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, region_name=REGION, endpoint_url=aws["AWS_ENDPOINT_URL"], **keys)


@pytest.fixture
def settings(aws: dict[str, str], user: User, stores: Stores) -> Path:
    """What the account has: a bucket and the secret with the team's password."""
    location = {"LocationConstraint": REGION}
    client(aws, "s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    secret = client(aws, "secretsmanager").create_secret(
        Name="AdminSecret", SecretString=json.dumps({"username": "admin", "password": stores.password})
    )
    file = user.folder / "settings.json"
    names = {"region": REGION, "bucket": BUCKET, "role_arn": ROLE, "endpoint_role_arn": ROLE, "image": IMAGE}
    network = {"subnets": ["subnet-0a1b2c3d"], "security_groups": ["sg-0a1b2c3d"]}
    file.write_text(json.dumps({**names, **network, "endpoint_image": IMAGE, "password_secret": secret["ARN"]}))
    return file


def test_jobs_log_nested_runs_and_the_best_model_is_deployed(
    user: User,
    stores: Stores,
    aws: dict[str, str],
    settings: Path,
    environments: dict[str, dict[str, str]],
) -> None:
    sagemaker = client(aws, "sagemaker")
    told = [line.split() for line in user.run_example("sagemaker/tune.py", str(settings), **aws).splitlines()]
    (parent,) = (line[1] for line in told if line[0] == "parent")
    jobs = [line[1] for line in told if line[0] == "job"]
    for name in jobs:
        assert stores.password not in json.dumps(environments[name])
        job = {**sagemaker.describe_training_job(TrainingJobName=name), "Environment": environments[name]}
        run_container(job, user, aws)
    nested = """SELECT name, status FROM runs JOIN tags USING (run_uuid)
        WHERE key = 'mlflow.parentRunId' AND value = %(parent)s ORDER BY name"""
    assert stores.rows(nested, parent=parent) == [[f"C={c}", "FINISHED"] for c in (0.01, 1.0)]
    of_jobs = "SELECT value FROM tags WHERE key = 'sagemaker.job' AND value LIKE %(start)s"
    assert sorted(row[0] for row in stores.rows(of_jobs, start=f"iris-{parent[:8]}-%")) == sorted(jobs)

    assert user.run_example("sagemaker/register_best.py", parent) == "champion 1 with C 1.0"
    assert user.run_example("sagemaker/deploy.py", str(settings), **aws) == "endpoint InService"
    assert [each["EndpointName"] for each in sagemaker.list_endpoints()["Endpoints"]] == ["iris"]
    configuration = sagemaker.describe_endpoint(EndpointName="iris")["EndpointConfigName"]
    (variant,) = sagemaker.describe_endpoint_config(EndpointConfigName=configuration)["ProductionVariants"]
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    assert (model["ExecutionRoleArn"], model["PrimaryContainer"]["Image"]) == (ROLE, IMAGE)
    assert model["VpcConfig"] == {"SecurityGroupIds": ["sg-0a1b2c3d"], "Subnets": ["subnet-0a1b2c3d"]}
    key = model["PrimaryContainer"]["ModelDataUrl"].removeprefix(f"s3://{BUCKET}/")
    packed = client(aws, "s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        assert {"MLmodel", "./MLmodel"} & set(files.getnames())


def run_container(job: dict[str, Any], user: User, aws: dict[str, str]) -> None:
    """What the job's container would run on AWS, with what the job gives it and nothing else."""
    assert (job["RoleArn"], job["AlgorithmSpecification"]["TrainingImage"]) == (ROLE, IMAGE)
    specification = job["AlgorithmSpecification"]
    assert specification["ContainerEntrypoint"] == ["python", "/opt/ml/input/data/code/train.py"]
    (channel,) = job["InputDataConfig"]
    key = channel["DataSource"]["S3DataSource"]["S3Uri"].removeprefix(f"s3://{BUCKET}/") + "train.py"
    code = client(aws, "s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    assert code == (ROOT / "examples" / "sagemaker" / "train.py").read_bytes()
    without = dict.fromkeys(("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"))
    given = {**without, **aws, **job["Environment"], "TRAINING_JOB_NAME": job["TrainingJobName"]}
    user.run_example("sagemaker/train.py", *specification["ContainerArguments"], **given)
