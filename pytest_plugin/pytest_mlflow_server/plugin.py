"""What pytest calls: the options, the fixtures, and the ends of a run and of its processes."""

import contextlib
import sys
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_mlflow_server.keeper import Folder, Kit
from pytest_mlflow_server.server import (
    DEFAULT_EXPERIMENT_ID,
    MlflowServer,
    lead_mlflow_to,
    mlflow_variables_restored,
)
from pytest_mlflow_server.session import Owner, Show, StartError, find_checkout, get_server

if TYPE_CHECKING:
    from mlflow.entities import Experiment

_owner = pytest.StashKey[Owner]()
_server = pytest.StashKey[MlflowServer]()
_FOLDER = "mlflow_server_folder"
# MLflow allows 500 characters, and its page shows far fewer.
_NAME_LENGTH = 200


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mlflow", "MLflow server of a team")
    group.addoption("--mlflow-team", metavar="TEAM", help="Whose server the fixture mlflow_server starts.")
    parser.addini("mlflow_team", "Whose server the fixture mlflow_server starts.", default="example")
    parser.addini("mlflow_kit", "The kit's checkout, where the plugin is not installed from it by `pip install -e`.")


@pytest.fixture(scope="session")
def mlflow_server(pytestconfig: pytest.Config) -> Iterator[MlflowServer]:
    """A team's MLflow server on this machine; MLflow logs to it from here to the end of the run."""
    with _terminal(pytestconfig) as show:
        try:
            server, failure = get_server(_kit(pytestconfig, _folder(pytestconfig)), show), ""
        except StartError as error:
            server, failure = None, str(error)
    if server is None:
        pytest.fail(failure, pytrace=False)
    with mlflow_variables_restored():
        lead_mlflow_to(server)
        pytestconfig.stash[_server] = server
        yield server
        del pytestconfig.stash[_server]


@pytest.fixture
def mlflow_experiment(mlflow_server: MlflowServer, request: pytest.FixtureRequest) -> "Iterator[Experiment]":
    """A new experiment, named after the test and active in it; a run that the test leaves open is ended after it."""
    import mlflow

    # The same test can run twice at once or again: in another module, with a plugin that repeats it.
    name = f"{request.node.name[:_NAME_LENGTH]} {uuid.uuid4().hex[:8]}"
    yield mlflow.set_experiment(experiment_id=mlflow.create_experiment(name))
    while mlflow.active_run():
        mlflow.end_run("FAILED")
    lead_mlflow_to(mlflow_server)
    mlflow.set_experiment(experiment_id=DEFAULT_EXPERIMENT_ID)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """An earlier test may have led MLflow elsewhere, and MLflow stays there."""
    server = item.config.stash.get(_server, None)
    if server and "mlflow_server" in getattr(item, "fixturenames", ()):
        lead_mlflow_to(server)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist starts a worker: https://pytest-xdist.readthedocs.io/en/stable/how-to.html"""
    node.workerinput[_FOLDER] = str(_own_folder(node.config).path)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """After the last fixture and the last worker, and before pytest's summary."""
    try:
        return (yield)
    finally:
        _close(session.config)


def _folder(config: pytest.Config) -> Folder:
    workerinput = getattr(config, "workerinput", None)
    return Folder(Path(workerinput[_FOLDER])) if workerinput else _own_folder(config)


def _own_folder(config: pytest.Config) -> Folder:
    if _owner not in config.stash:
        config.stash[_owner] = Owner()
        # Ctrl-C while pytest-xdist starts its workers: such a session has no end.
        config.add_cleanup(lambda: _close(config))
    return config.stash[_owner].folder


def _close(config: pytest.Config) -> None:
    if _owner in config.stash:
        with _terminal(config) as show:
            config.stash[_owner].close(lambda folder: _kit(config, folder), show)


def _kit(config: pytest.Config, folder: Folder) -> Kit:
    checkout = find_checkout(config.getini("mlflow_kit") or "", config.rootpath)
    return Kit(checkout, config.getoption("--mlflow-team") or config.getini("mlflow_team"), folder)


@contextlib.contextmanager
def _terminal(config: pytest.Config) -> "Iterator[Show]":
    """Writes to the person's terminal: a start of half a minute has to show itself. Workers share stderr with it."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else contextlib.nullcontext():
        yield lambda text: print(text, end="", file=sys.stderr, flush=True)
