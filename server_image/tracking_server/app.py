"""The ASGI application of one worker process."""

import functools
import gc
import logging
import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tracking_server import readiness
from tracking_server.body_limit import BodyLimit
from tracking_server.compressed import CompressedFiles
from tracking_server.database import SERVER_ROLE
from tracking_server.engines import connect_as_server, database_url
from tracking_server.errors import TrackingServerError
from tracking_server.keys import mlflow_keys
from tracking_server.login import server_login
from tracking_server.logs import log_as_json
from tracking_server.metrics import observer
from tracking_server.middleware import (
    Application,
    BehindLoadBalancer,
    WithoutAssistant,
    WithoutPresignedTransfers,
)
from tracking_server.readiness import Readiness
from tracking_server.request_log import RequestLog
from tracking_server.settings import ServeSettings
from tracking_server.shortcut import Shortcut, fixed_paths
from tracking_server.without_jobs import WithoutJobs

_log = logging.getLogger("tracking_server")

# uvicorn does not restart a worker that ends with this code (uvicorn/supervisors/multiprocess.py).
STARTUP_FAILURE = 3
# Without a cache every request costs a password hash, about 50 ms. A password that was changed through
# another worker counts after this time.
AUTH_CACHE_SECONDS = 60


def create_worker_app() -> Application:
    """The application for a worker of several; a failure ends the worker and with it the server."""
    log_as_json()
    try:
        return create_app(ServeSettings.read(os.environ))
    except TrackingServerError as error:
        _log.error(error)
        sys.exit(STARTUP_FAILURE)


@contextmanager
def _objects_that_stay() -> Iterator[None]:
    """Makes objects that no garbage collection looks through, neither while they are made nor later.

    MLflow's import leaves half a million, and 3,500 that nothing refers to.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@_objects_that_stay()
def create_app(settings: ServeSettings) -> Application:
    """MLflow's application, set up as `mlflow server` does in its workers, and what is put in front of it.

    Raises:
        TrackingServerError: MLflow refuses to start.
    """
    # Both come before MLflow's import: it makes its engines and reads its environment on the way.
    server = server_login(settings.database)
    connect_as_server(server)
    os.environ.update(mlflow_environment(settings))
    mlflow = _plain_app() if settings.auth == "none" else _app_with_users(settings)
    from mlflow.server import app as flask
    from mlflow.server.security_utils import is_allowed_host_header

    application: Application = mlflow
    application = CompressedFiles(application, Path(flask.static_folder))
    if settings.artifacts == "proxied":
        application = WithoutPresignedTransfers(application)
    paths = fixed_paths(flask, _native_routes(mlflow))
    is_allowed_host = functools.partial(is_allowed_host_header, list(settings.allowed_hosts))
    # Some of MLflow's calls hold two connections: as many threads as connections could wait for each other.
    threads = max(1, settings.connections // 2)
    application = Shortcut(application, flask, paths, is_allowed_host, threads)
    application = WithoutAssistant(WithoutJobs(BodyLimit(application)))
    application = Readiness(application, readiness.checks(settings, server), readiness.longest_seconds(settings))
    observe = observer() if settings.metrics_port else None
    return BehindLoadBalancer(RequestLog(application, flask, observe), settings.scheme)


def _native_routes(fastapi: Any) -> Callable[[str], bool]:
    """Whether FastAPI itself answers a path; Flask is mounted below it at /."""
    from starlette.routing import Match, Mount

    routes = [route for route in fastapi.routes if not isinstance(route, Mount)]

    def is_native(path: str) -> bool:
        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        return any(route.matches(scope)[0] is not Match.NONE for route in routes)

    return is_native


def mlflow_environment(settings: ServeSettings) -> dict[str, str]:
    """The environment of an MLflow worker.

    The names with an underscore are those that `mlflow server` passes to its workers
    (mlflow/server/constants.py and _run_server in mlflow/server/__init__.py, 3.17.2).
    """
    url = database_url(settings.database, SERVER_ROLE)
    environment = mlflow_keys(settings.encryption_key) | {
        "_MLFLOW_SERVER_FILE_STORE": url,
        "_MLFLOW_SERVER_REGISTRY_STORE": url,
        "_MLFLOW_SGI_NAME": "uvicorn",
        "_MLFLOW_SERVER_BOOT_ID": uuid.uuid4().hex,
        "_MLFLOW_IN_JOB_EXECUTOR": "false",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_CONFIGURE_LOGGING": "false",
        # MLflow would fetch it from GitHub, and wait where the network has no way there.
        "MLFLOW_MODEL_CATALOG_URI": "",
        "MLFLOW_SERVER_ALLOWED_HOSTS": ",".join(settings.allowed_hosts),
        "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": settings.allowed_origins,
    }
    if settings.artifacts == "direct":
        return environment | {"_MLFLOW_SERVER_ARTIFACT_ROOT": settings.artifact_location}
    return environment | {
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": settings.artifact_location,
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
    }


def _plain_app() -> Any:
    from mlflow.server.fastapi_app import app

    return app


def _app_with_users(settings: ServeSettings) -> Any:
    """MLflow with its users and permissions; with `oidc` the provider says who they are."""
    from mlflow.exceptions import MlflowException

    function = "mlflow.server.auth:authenticate_request_basic_auth"
    if settings.oidc:
        from mlflow.server import app as flask

        from tracking_server.oidc import authorization

        authorization.install(flask, settings.oidc, settings.allowed_origins)
        function = authorization.FUNCTION
    with _auth_config(settings, function) as path:
        os.environ["MLFLOW_AUTH_CONFIG_PATH"] = path
        from mlflow.server import auth
    try:
        return auth.create_app()
    except MlflowException as error:
        raise TrackingServerError(f"MLflow's users and permissions do not start: {error.message}") from error


@contextmanager
def _auth_config(settings: ServeSettings, function: str) -> Iterator[str]:
    """The path of MLflow's auth configuration, which exists while MLflow reads it; it holds no secret.

    https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/
    """
    url = database_url(settings.database, SERVER_ROLE).replace("%", "%%")
    # NamedTemporaryFile creates with mode 0600.
    with tempfile.NamedTemporaryFile("w", prefix="mlflow-auth-", suffix=".ini") as file:
        file.write(
            f"[mlflow]\ndefault_permission = READ\ndatabase_uri = {url}\n"
            f"authorization_function = {function}\n"
            f"auth_cache_ttl_seconds = {AUTH_CACHE_SECONDS}\n"
        )
        file.flush()
        yield file.name
