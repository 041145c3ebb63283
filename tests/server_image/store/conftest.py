from collections.abc import Callable, Iterator

import pytest

from tests.server_image.deployment import Deployment
from tests.server_image.store.both import Both


@pytest.fixture(scope="session")
def both(make_deployment: Callable[..., Deployment], template: str) -> Iterator[Both]:
    own, mlflows = make_deployment(template), make_deployment(template)
    # Some of MLflow's messages name the items of a set.
    variables = {"TRACKING_AUTH": "none", "PYTHONHASHSEED": "0"}
    with (
        own.serving(**variables) as postgresql,
        mlflows.serving(**variables, TRACKING_STORE="mlflow") as mlflow,
    ):
        yield Both(postgresql, mlflow)
