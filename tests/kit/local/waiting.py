"""Waiting for what another process does."""

import time
from collections.abc import Callable


def wait_for(done: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Return as soon as `done`; fail the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"waited {seconds} seconds in vain until {what}"
        time.sleep(0.02)
