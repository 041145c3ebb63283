"""The oldest MLflow that may run: what older ones let in is in docs/reference/security.md."""

from importlib import metadata

from packaging.version import Version

from tracking_server.errors import TrackingServerError

FLOOR = Version("3.17.0")


def check_mlflow() -> None:
    """Refuse an MLflow below FLOOR, before it is imported.

    Raises:
        TrackingServerError: it is older.
    """
    found = metadata.version("mlflow")
    if Version(found) < FLOOR:
        raise TrackingServerError(
            f"MLflow {found} has known security holes: the image needs {FLOOR} or newer in its requirements.txt."
        )
