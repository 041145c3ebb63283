"""What Prometheus reads of the server: how many requests it answered, how, and in what time.

MLflow's own exporter counts what Flask alone answers; here every request is counted where it is logged. The workers
write to files of one folder, which the process that started them reads.
https://prometheus.github.io/client_python/multiprocess/
"""

import os
import tempfile
from collections.abc import Callable

from tracking_server.errors import TrackingServerError

Observe = Callable[[str, str | None, int, float], None]
"""Is told method, route (None where there is none), status and seconds of each answered request."""

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def publish(host: str, port: int) -> None:
    """Answers `GET /metrics` on a port of its own, from a thread, until the process ends.

    It comes before the workers, which find the folder in their environment, and before `prometheus_client` is imported,
    which looks for it once.

    Raises:
        TrackingServerError: the port is taken.
    """
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="metrics-")
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    try:
        start_http_server(port, host, registry)
    except OSError as error:
        raise TrackingServerError(f"TRACKING_METRICS_PORT {port} cannot be listened on: {error.strerror}.") from error


def observer() -> Observe:
    """Records requests of this worker for `publish`."""
    from prometheus_client import Histogram

    durations = Histogram(
        "mlflow_request_duration_seconds",
        "Time until the answer was sent, artifacts included.",
        ("method", "route", "status"),
    )

    def observe(method: str, route: str | None, status: int, seconds: float) -> None:
        # uvicorn's parser knows the methods that there are, so a client cannot make a series of its own.
        durations.labels(method, route or "none", str(status)).observe(seconds)

    return observe
