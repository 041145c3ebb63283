"""`health`: asks the server on this host whether it answers."""

import urllib.request

from tracking_server.errors import TrackingServerError

TIMEOUT_SECONDS = 4


def health(port: int) -> None:
    """
    Raises:
        TrackingServerError: `/health` does not answer 200 within `TIMEOUT_SECONDS`.
    """
    url = f"http://127.0.0.1:{port}/health"
    # A proxy from the environment must not be asked for this host.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=TIMEOUT_SECONDS).close()
    except OSError as error:
        raise TrackingServerError(f"{url} does not answer ({error}).") from error
