"""Waits for a server's first answer."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable

import click

_LIMIT_S = 600


def wait_until(url: str, alive: Callable[[], bool]) -> float:
    """The seconds until `url` answered 200. Raises ClickException when nobody does."""
    started = time.monotonic()
    while time.monotonic() < started + _LIMIT_S and alive():
        try:
            with urllib.request.urlopen(url, timeout=30):  # noqa: S310
                return time.monotonic() - started
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise click.ClickException(f"{url} does not answer.")
