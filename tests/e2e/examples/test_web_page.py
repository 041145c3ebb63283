"""docs/use/web_page.md: what people see of a team's server in a real browser."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kit.environment import ROOT
from kit.local.deployment import Deployment
from tests import chromium
from tests.e2e.examples.conftest import RunExample
from tests.e2e.examples.stores import Stores

PICTURES = ROOT / ".kit" / "web-page"
RUNS = ("tiny", "small", "large", "fast")

# What MLflow's own page says without harm: message, end of the URL, and why.
EXPECTED = {
    # The kit closes MLflow's assistant, which runs commands on the server, and the page asks for it all the same.
    ("Failed to load resource: the server responded with a status of 403 (Forbidden)", "/mlflow/assistant/config"),
    ("Failed to load resource: the server responded with a status of 403 (Forbidden)", "/mlflow/assistant/providers"),
    # Chromium's notice that it lays out a resized part one frame later, which MLflow's script writes as an error.
    ("null ResizeObserver loop completed with undelivered notifications.", "/main.js"),
}


def is_expected(message: str, url: str) -> bool:
    plain = url.rpartition("/main.")[0] + "/main.js" if "/main." in url else url
    return any(message == known and plain.endswith(end) for known, end in EXPECTED)


def pages(stores: Stores) -> dict[str, tuple[str, list[str]]]:
    """Path and what is to appear there, as Playwright's selectors, by the name of a page."""
    runs = """SELECT e.experiment_id, r.run_uuid FROM experiments e JOIN runs r USING (experiment_id)
        WHERE e.name = 'postcode digits' ORDER BY r.start_time"""
    rows = stores.rows(runs)
    experiment = rows[0][0]
    compared = f"runs={quote(json.dumps([run for _, run in rows]))}&experiments={quote(json.dumps([str(experiment)]))}"
    traces = """SELECT i.experiment_id, i.request_id FROM trace_info i JOIN experiments e USING (experiment_id)
        WHERE e.name = 'postcodes read' ORDER BY i.timestamp_ms"""
    read, trace_id = stores.rows(traces)[0]
    named = [f"text='{name}'" for name in RUNS]
    return {
        "experiments": ("/experiments", ["text='postcode digits'", "text='postcodes read'"]),
        "comparison": (
            f"/compare-runs?{compared}",
            ["text=Comparing 4 Runs", *named, ".js-plotly-plot >> text=learning_rate"],
        ),
        # Four runs on each of three charts.
        "charts": (
            f"/experiments/{experiment}/runs?compareRunsMode=CHART",
            [*named, ".scatterlayer .js-line >> nth=11"],
        ),
        "model": ("/models/postcode-digits", ["text='Version 3'", "text=champion"]),
        "trace": (
            f"/experiments/{read}/traces?selectedEvaluationId={trace_id}",
            ["text='read postcode'", "text='cut out'", "text='classify' >> nth=4", "text='28266'", "img[src^=blob]"],
        ),
    }


def test_a_person_sees_experiments_a_comparison_charts_a_model_and_a_trace(
    run_example: RunExample, stores: Stores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, python = chromium.browser(), chromium.python()
    folder = tmp_path / "pictures"
    folder.mkdir()
    read = [line.split() for line in run_example("web_page/fill.py").splitlines() if line[:5].isdigit()]
    assert len(read) == 6
    laptop = stores.team.laptop
    asked = {
        "program": program,
        "url": Deployment.read(laptop.team, laptop.emulator.client).url,
        "listener": f"127.0.0.1:{stores.team.port}",
        "user": "admin",
        "password": stores.password,
        "folder": str(folder),
        "pages": pages(stores),
    }
    script = [python, Path(__file__).with_name("browser.py")]
    done = subprocess.run(script, input=json.dumps(asked), capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    assert seen["stranger"] == [401]
    assert [line for line in seen["wrong"] if not is_expected(*line)] == []
    assert {picture.stem for picture in folder.glob("*.png")} == asked["pages"].keys()
    # For people to look at; git ignores it. The same test may run against containers meanwhile.
    shutil.copytree(folder, PICTURES, dirs_exist_ok=True)
    with capsys.disabled():
        print(f"\nPictures of the web page: {PICTURES}")
