"""The image's command line with one thing changed, which the first argument says. Run by the server's own Python."""

import gc
import json
import os
import signal
import sys
from typing import Any

import uvicorn
from tracking_server import __main__ as command_line

_OPTIONS: dict[str, Any] = {}
_run = uvicorn.run


def _run_changed(application: Any, **options: Any) -> None:
    """Instead of uvicorn.run, when MLflow has been imported."""
    if "threshold" in _OPTIONS:
        gc.set_threshold(_OPTIONS["threshold"])
    if _OPTIONS.get("freeze"):
        gc.collect()
        gc.freeze()
    options |= _OPTIONS.get("uvicorn", {})
    if "forks" in _OPTIONS:
        _run_in_forks(application, options)
    else:
        _run(application, **options)


def _run_in_forks(application: Any, options: dict[str, Any]) -> None:
    """As a server does that loads the application before it makes its workers."""
    configuration = uvicorn.Config(application, **options)
    listening = configuration.bind_socket()
    children = []
    for _ in range(_OPTIONS["forks"]):
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            uvicorn.Server(configuration).run(sockets=[listening])
            os._exit(0)
        children.append(child)

    def stop(_signal: int, _frame: object) -> None:
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    for child in children:
        os.waitpid(child, 0)


# uvicorn's workers run this file as well, under another name.
if __name__ == "__main__":
    _OPTIONS |= json.loads(sys.argv.pop(1))
    uvicorn.run = _run_changed
    sys.exit(command_line.main())
