"""How long work shows itself: one line a step with its name, what it is at, and its time.

Of the standard library alone, for the first step is to install everything else.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

_NAME, _DETAIL = 24, 46
_REFRESH_S = 0.2

Report = Callable[[str], None]


class Steps:
    """Prints steps to `stream`: live where it is a terminal, else a line when a step ends."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._live = stream.isatty()

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Report]:
        """Times what it encloses. What is reported inside is shown as it comes; the last one stays."""
        started, detail, over = time.monotonic(), "", threading.Event()

        def report(text: str) -> None:
            nonlocal detail
            detail = text

        def show() -> None:
            while not over.wait(_REFRESH_S):
                self._write(f"\r\x1b[K{_line(name, detail, time.monotonic() - started)}")

        ticker = threading.Thread(target=show, daemon=True)
        if self._live:
            ticker.start()
        else:
            self._write(f"{name:<{_NAME}}")
        try:
            yield report
        except BaseException:
            detail = "stopped" if not detail else f"stopped at: {detail}"
            raise
        finally:
            over.set()
            if self._live:
                ticker.join()
                self._write("\r\x1b[K" + _line(name, detail, time.monotonic() - started) + "\n")
            else:
                self._write(_line("", detail, time.monotonic() - started)[_NAME:] + "\n")

    def say(self, text: str = "") -> None:
        """Prints a line between steps."""
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _line(name: str, detail: str, seconds: float) -> str:
    short = detail if len(detail) <= _DETAIL else f"{detail[: _DETAIL - 1]}…"
    return f"{name:<{_NAME}}{short:<{_DETAIL}} {seconds:6.1f} s"
