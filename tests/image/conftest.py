"""The image, built once, and a deployment of it beside a PostgreSQL and a moto on loopback."""

from collections.abc import Callable, Iterator

import boto3
import pytest

from kit.local.engine import Engine
from kit.local.errors import LocalError
from kit.local.image import build_image
from tests.image.deployment import ContainerDeployment, Image
from tests.server_image.conftest import endpoint, make_deployment, postgres
from tests.server_image.deployment import HOST, REGION, Deployment, Server

__all__ = ["endpoint", "make_deployment", "postgres"]


@pytest.fixture(scope="session")
def image() -> Image:
    try:
        program = Engine.find().program
    except LocalError as error:
        pytest.skip(str(error))
    return Image(program, build_image(program, lambda line: None))


@pytest.fixture(scope="session")
def deployment(image: Image, make_deployment: Callable[[], Deployment], endpoint: str) -> ContainerDeployment:
    """With a bucket, and a database that the image's `migrate` has initialised."""
    made = make_deployment()
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    s3 = boto3.client("s3", region_name=REGION, endpoint_url=endpoint, **credentials)
    s3.create_bucket(Bucket="team-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    containers = ContainerDeployment(
        made.postgres, made.database, made.secrets_manager, made.endpoint, made.logs, image=image
    )
    migrated = containers.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    return containers


@pytest.fixture(scope="session")
def server(deployment: ContainerDeployment) -> Iterator[Server]:
    """A server in a container, reached by its public name and by loopback."""
    variables = {
        "MLFLOW_SERVER_ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        # As the task definition says it.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        # MLflow would ask GitHub.
        "MLFLOW_MODEL_CATALOG_URI": "",
    }
    with deployment.serving(**variables) as server:
        yield server
