"""Old releases of MLflow's client do with the team's server what they can: docs/use/clients.md has the table of all."""

import sys
from pathlib import Path

import pytest

from kit.environment import ROOT, install_venv
from tests.clients import try_client
from tests.running import LocalTeam

LEFT_OUT = {
    "mlflow-skinny-2.9": {"models", "logged models", "traces", "prompts"},
    "mlflow-2.22": {"logged models"},
}
"""What the client does not have."""


@pytest.fixture(params=LEFT_OUT)
def release(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def client(release: str) -> Path:
    """The Python of an environment with the release."""
    folder = ROOT / ".kit" / "clients" / release
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = ROOT / "tests" / "clients" / f"{release}.txt"
    install_venv(folder, lock, sys.executable, lambda _text: None)
    return folder / "bin" / "python"


def test_an_old_client_does_all_that_it_can(release: str, client: Path, running: LocalTeam) -> None:
    server = {
        "MLFLOW_TRACKING_URI": running.url,
        "MLFLOW_TRACKING_USERNAME": "admin",
        "MLFLOW_TRACKING_PASSWORD": running.password(),
    }
    outcomes = try_client(client, server)
    missing = {name for name, outcome in outcomes.items() if outcome == "not in this client"}
    assert missing == LEFT_OUT[release]
    assert {name: outcome for name, outcome in outcomes.items() if name not in missing} == dict.fromkeys(
        outcomes.keys() - missing, "works"
    )
