import re
from importlib import metadata

import pytest
from packaging.version import Version
from tracking_server.errors import TrackingServerError
from tracking_server.versions import FLOOR, check_mlflow

from tests.server_image.deployment import SERVER_IMAGE


@pytest.mark.parametrize("version", ["2.22.4", "3.16.1", "3.17.0rc0"])
def test_an_older_mlflow_is_refused(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: version)
    with pytest.raises(TrackingServerError, match=f"MLflow {version} has known security holes: the image needs 3.17.0"):
        check_mlflow()


@pytest.mark.parametrize("version", ["3.17.0", "3.17.2", "4.0"])
def test_the_floor_and_any_newer_may_run(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: version)
    check_mlflow()


def test_the_locked_mlflow_may_run() -> None:
    (locked,) = re.findall(r"^mlflow==(\S+)", (SERVER_IMAGE / "requirements.txt").read_text(), re.MULTILINE)
    assert Version(locked) >= FLOOR
