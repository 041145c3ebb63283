"""`serve`: runs MLflow's application in uvicorn, without the parent process that `mlflow server` keeps."""

import signal
import sys
from typing import Any

import uvicorn

from tracking_server.app import create_app
from tracking_server.database import connect
from tracking_server.login import server_login
from tracking_server.metrics import publish
from tracking_server.settings import ServeSettings

# Below the task definition's stopTimeout of 120 seconds, so that ECS need not kill.
GRACEFUL_SHUTDOWN_SECONDS = 90


def serve(settings: ServeSettings) -> None:
    """Serve until SIGTERM. One worker is this process; several are children of it.

    Raises:
        TrackingServerError: PostgreSQL or the secret cannot be reached, or MLflow refuses to start.
    """
    # uvicorn raises the signal again once it has shut down, and process 1 has no default action for it.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    # MLflow would try for minutes; a task that fails at once is started again by ECS.
    server_login(settings.database).connect(lambda login: connect(settings.database, login)).close()
    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "timeout_keep_alive": settings.keep_alive_seconds,
        "timeout_graceful_shutdown": GRACEFUL_SHUTDOWN_SECONDS,
        # X-Forwarded-For is not believed: its first address is the client's own word, and MLflow opens its assistant
        # to loopback addresses. BehindLoadBalancer is told the scheme.
        "proxy_headers": False,
        # RequestLog is instead of it.
        "access_log": False,
        "log_config": None,
    }
    if settings.metrics_port:
        publish(settings.host, settings.metrics_port)
    if settings.workers == 1:
        uvicorn.run(create_app(settings), **options)
        return
    uvicorn.run(
        "tracking_server.app:create_worker_app",
        factory=True,
        workers=settings.workers,
        # A worker answers late while it imports MLflow.
        timeout_worker_healthcheck=60,
        **options,
    )
