"""docs/use/logging_functions.md: which server and experiment, and runs."""

from tests.e2e.examples.conftest import RunExample
from tests.e2e.examples.stores import Stores


def said(printed: str) -> dict[str, str]:
    """The last word of each line, by those before it."""
    return dict(line.rsplit(" ", 1) for line in printed.splitlines() if " " in line)


def test_the_client_logs_to_the_server_and_the_experiment_that_it_is_told(
    run_example: RunExample, stores: Stores
) -> None:
    told = said(run_example("logging_functions/experiments.py"))
    assert told["tracking URI"] == stores.team.url
    assert told["again"] == "RESOURCE_ALREADY_EXISTS"
    experiments = stores.rows(
        "SELECT experiment_id::text, name FROM experiments WHERE name LIKE 'churn%%' ORDER BY name"
    )
    assert experiments == [[told["created"], "churn"], [told["set"], "churn weekly"]]
    run = stores.get(f"runs/get?run_id={told['automatic']}")["run"]
    assert (run["info"]["experiment_id"], run["info"]["status"]) == (told["set"], "FINISHED")
    assert stores.rows("SELECT key, value FROM metrics WHERE run_uuid = %(id)s", id=told["automatic"]) == [
        ["rows", 7032]
    ]


def test_runs_are_nested_and_end_as_their_block_does_and_go_on_by_their_id(
    run_example: RunExample, stores: Stores
) -> None:
    told = said(run_example("logging_functions/runs.py"))
    parent = stores.get(f"runs/get?run_id={told['parent']}")["run"]
    assert parent["info"]["status"] == "FINISHED"
    assert {metric["key"]: metric["value"] for metric in parent["data"]["metrics"]} == {"best": 0.0005}
    assert {"reviewed": "yes", "mlflow.note.content": "Three learning rates"}.items() <= tags(parent).items()
    children = stores.rows(
        """SELECT name, status FROM runs JOIN tags USING (run_uuid)
        WHERE key = 'mlflow.parentRunId' AND value = %(id)s ORDER BY start_time""",
        id=told["parent"],
    )
    assert children == [[f"rate {rate}", "FINISHED"] for rate in (0.1, 0.01, 0.001)]
    assert stores.rows("SELECT status FROM runs WHERE run_uuid = %(id)s", id=told["crashed"]) == [["FAILED"]]


def tags(run: dict) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
