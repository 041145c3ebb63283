"""The file that a container's output goes to, whatever runs it."""

import contextlib
import json
import os
from pathlib import Path
from typing import BinaryIO

_LOG_BYTES = 20_000_000
_TAIL_BYTES = 64_000


class ContainerLog:
    """Appends to one file, over all starts of a container."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = 0

    def open(self) -> BinaryIO:
        """For the output of a new start; readable by the user alone. A large one is put aside as `.log.1` before."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size > _LOG_BYTES:
            self._path.replace(self._path.with_suffix(".log.1"))
        file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
        self._start = file.tell()
        return file

    def last_lines(self, count: int) -> list[str]:
        """What the last lines of this start say, at most `count`."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._start, end - _TAIL_BYTES))
            return [_message(line) for line in file.read().decode(errors="replace").splitlines()[-count:]]


def _message(line: str) -> str:
    """The message of a line of JSON, as the server writes them; of any other line all of it."""
    with contextlib.suppress(ValueError):
        content = json.loads(line)
        if isinstance(content, dict) and "message" in content:
            return str(content["message"])
    return line
