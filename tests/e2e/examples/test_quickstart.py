"""docs/use/quickstart.md: the notebook, executed."""

import json
import shutil

from kit.environment import ROOT
from tests.e2e.examples.stores import Stores
from tests.e2e.examples.user import User

SCORE = "RandomForestRegressor_score_test"


def test_the_quick_start_goes_from_data_to_predictions(user: User, stores: Stores) -> None:
    user.work.mkdir()
    shutil.copy(ROOT / "examples" / "quickstart" / "quickstart.ipynb", user.work)
    user.run("jupyter", "execute", "--output=done", "quickstart.ipynb")
    cells = json.loads((user.work / "done.ipynb").read_text())["cells"]
    outputs = [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]
    assert "array([" in outputs[-1][-1]["data"]["text/plain"][0]

    runs = stores.rows(
        """SELECT r.name, r.status, count(m.*) FROM experiments e JOIN runs r USING (experiment_id)
        LEFT JOIN metrics m ON m.run_uuid = r.run_uuid AND m.key = %(score)s
        WHERE e.name = 'quick start' GROUP BY 1, 2 ORDER BY 1""",
        score=SCORE,
    )
    assert runs == [["depth 2", "FINISHED", 1], ["depth 6", "FINISHED", 1], ["final", "FINISHED", 0]]
    kind = """SELECT value FROM tags JOIN runs USING (run_uuid)
        WHERE key = 'mlflow.source.type' AND name = 'final'"""
    assert stores.rows(kind) == [["NOTEBOOK"]]
    (model,) = stores.rows(
        """SELECT alias, artifact_location FROM registered_model_aliases
        JOIN model_versions v USING (name, version) JOIN logged_models ON source = 'models:/' || model_id
        WHERE v.name = 'diabetes progression'"""
    )
    assert model[0] == "champion"
    assert {"MLmodel", "requirements.txt"} <= stores.objects(model[1]).keys()
