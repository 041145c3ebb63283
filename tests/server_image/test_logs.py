"""Every line that the commands write, in a process of its own."""

import json
import subprocess

from tests.server_image.deployment import SERVER_IMAGE, SERVER_PYTHON


def lines_of(program: str) -> list[dict[str, str]]:
    done = subprocess.run(
        [SERVER_PYTHON, "-c", f"from tracking_server.logs import log_as_json; log_as_json()\n{program}"],
        env={"PYTHONPATH": str(SERVER_IMAGE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stdout
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_line_has_time_level_logger_and_message() -> None:
    (line,) = lines_of("import logging; logging.getLogger('mlflow.store').warning('of %s', 'two\\nlines')")
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "mlflow.store", "of two\nlines")
    assert line["time"].startswith("20")


def test_an_uncaught_exception_is_one_line_with_its_traceback() -> None:
    (line,) = lines_of("raise ValueError('broken')")
    assert line["level"] == "CRITICAL"
    assert "ValueError: broken" in line["exception"]


def test_an_exception_in_a_thread_is_one_line_too() -> None:
    program = "import threading\nthread = threading.Thread(target=lambda: 1 / 0)\nthread.start(); thread.join()"
    (line,) = lines_of(program)
    assert "ZeroDivisionError" in line["exception"]


def test_a_warning_of_python_is_a_line() -> None:
    (line,) = lines_of("import warnings; warnings.warn('deprecated')")
    assert "deprecated" in line["message"]


def test_of_other_libraries_only_warnings_are_said() -> None:
    program = "import logging\nfor name in ('botocore', 'mlflow'): logging.getLogger(name).info('from %s', name)"
    (line,) = lines_of(program)
    assert line["message"] == "from mlflow"


def test_the_parameters_of_a_failed_statement_are_left_out() -> None:
    lines = lines_of(
        """
import logging
from sqlalchemy.exc import OperationalError, StatementError
database = OperationalError("INSERT", {"p": "canary [x]"}, Exception("gone"))
for error in (database, StatementError("no", "INSERT", {"p": 'canary "'}, None)):
    logging.getLogger("mlflow").error("failed: %s", error, exc_info=error)
"""
    )
    assert len(lines) == 2
    assert "gone" in lines[0]["message"]
    assert "Background on this error" in lines[0]["message"]
    assert "canary" not in json.dumps(lines)
