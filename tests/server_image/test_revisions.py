import json
import os
import subprocess

from tests.server_image.deployment import SERVER_IMAGE, SERVER_PYTHON


def test_the_baked_revisions_are_those_of_the_installed_mlflow() -> None:
    done = subprocess.run(
        [SERVER_PYTHON, "-W", "ignore", "-m", "tracking_server.revisions"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SERVER_IMAGE)},
        capture_output=True,
        text=True,
        check=True,
    )
    baked = json.loads((SERVER_IMAGE / "tracking_server" / "revisions.json").read_text())
    assert json.loads(done.stdout) == baked, "write revisions.json anew, see tracking_server/revisions.py"


def test_the_image_pins_the_mlflow_whose_revisions_are_baked() -> None:
    baked = json.loads((SERVER_IMAGE / "tracking_server" / "revisions.json").read_text())
    assert f"\nmlflow=={baked['mlflow']} " in (SERVER_IMAGE / "requirements.txt").read_text()
