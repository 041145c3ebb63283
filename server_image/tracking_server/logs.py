"""Logs as one JSON object a line, on standard error, for CloudWatch Logs Insights to take apart."""

import logging
import re
import sys
import threading
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# SQLAlchemy quotes a failed statement's parameters, and MLflow logs that: a user's values, or the hash of a password.
# https://docs.sqlalchemy.org/en/21/core/engines.html#sqlalchemy.create_engine.params.hide_parameters
_PARAMETERS = re.compile(r'\[parameters: (?:.*?\](?=\\n\(Background)|(?:[^"\\]|\\.)*)')

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered; every line that it causes has it."""

# Of all others only warnings are of use at night.
_TALKATIVE = ("tracking_server", "mlflow", "alembic", "uvicorn")

_log = logging.getLogger("tracking_server")


def log_as_json() -> None:
    """Let all that Python, MLflow and uvicorn log, and warnings and uncaught exceptions, be JSON lines.

    MLflow and uvicorn must not set up loggers of their own: MLFLOW_CONFIGURE_LOGGING=false, and no `log_config`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Formatter(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            timestamp="time",
        )
    )
    handler.addFilter(_add_request_id)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda arguments: _log_uncaught(
        arguments.exc_type, arguments.exc_value, arguments.exc_traceback
    )


class _Formatter(JsonFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return _PARAMETERS.sub("[parameters: left out]", super().format(record))


def _add_request_id(record: logging.LogRecord) -> bool:
    request_id = REQUEST_ID.get()
    if request_id is not None:
        record.request_id = request_id
    return True


def _log_uncaught(kind: Any, error: Any, traceback: Any) -> None:
    _log.critical("uncaught exception", exc_info=(kind, error, traceback))
