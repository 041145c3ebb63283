"""docs/use/models.md: a model is logged, loaded, served and used on batches."""

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kit.environment import EXAMPLES
from kit.local.ports import free_port
from tests.e2e.examples.stores import Stores
from tests.e2e.examples.user import User
from tests.kit.local.waiting import wait_for


@pytest.fixture
def model_id(user: User) -> str:
    """Of the model that the example has logged and registered."""
    return user.run_example("models/train.py").splitlines()[-1]


def test_a_model_is_on_the_server_with_signature_and_example_and_is_loaded_served_and_used_on_batches(
    user: User, stores: Stores, model_id: str
) -> None:
    (where,) = stores.rows("SELECT artifact_location FROM logged_models WHERE model_id = %(id)s", id=model_id)[0]
    assert {"MLmodel", "input_example.json", "python_env.yaml", "requirements.txt"} <= stores.objects(where).keys()
    assert b"signature:" in stores.read(where, "MLmodel")
    version = "SELECT version, source FROM model_versions WHERE name = 'cultivar'"
    assert stores.rows(version) == [[1, f"models:/{model_id}"]]

    assert user.run_example("models/predict.py").splitlines() == [
        "steps ['standardscaler', 'logisticregression']",
        "inputs 13",
        "refused True",
        "predicted 178",
    ]
    example = stores.read(where, "serving_input_example.json")
    with served(user, "models:/cultivar/1") as url:
        request = urllib.request.Request(f"{url}/invocations", example, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer) == {"predictions": [0, 0]}


@contextmanager
def served(user: User, model: str) -> Iterator[str]:
    """The URL of `mlflow models serve`, which gets the model from the team's server."""
    port = free_port()
    command = ["models", "serve", "--model-uri", model, "--env-manager", "local", "--port", str(port), "--workers", "1"]
    with (user.folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            [EXAMPLES / "bin" / "mlflow", *command],
            env=user.environment(),
            cwd=user.work,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: process.poll() is None and answers(f"{url}/ping"), "the model is served", seconds=120)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
