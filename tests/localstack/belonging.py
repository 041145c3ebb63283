"""Whose processes are whose."""

import os
from pathlib import Path

import psutil


def belonging_to(folder: Path) -> list[psutil.Process]:
    """The processes that work in the folder, or have it in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [process.cwd(), *process.cmdline(), *process.environ().values()]
        except (psutil.Error, OSError):
            continue
        if process.pid != os.getpid() and any(str(folder) in word for word in words):
            found.append(process)
    return found
