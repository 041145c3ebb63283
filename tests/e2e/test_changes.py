"""A team on MiniStack, whose file and stacks change."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.emulators.choice import Choice
from kit.environment import install_examples
from tests.changes import CHANGED, Changes, team_in_a_copy
from tests.e2e.examples.stores import Stores
from tests.e2e.examples.user import User
from tests.running import LocalTeam


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTeam]:
    """The example team on MiniStack."""
    with team_in_a_copy(tmp_path_factory.mktemp("changes"), Choice.MINISTACK) as team:
        yield team


class TestOnMiniStack(Changes):
    """Deploy, change, deploy again, destroy."""

    def test_a_large_model_travels_by_links_to_the_bucket_and_not_through_the_server(
        self, team: LocalTeam, tmp_path: Path
    ) -> None:
        install_examples(print)
        if "presigned" not in team.team_file.read_text():
            team.team_file.write_text(CHANGED)
            team.up()
        stores = Stores(team)
        user = User(tmp_path, team.url, stores.password)
        # The links lead to the emulator's own S3, whose certificate only this machine knows.
        trust = {"REQUESTS_CA_BUNDLE": str(team.laptop.emulator.endpoint.ca_bundle)}
        before = len(answered(team))
        said = user.run_example("models/large.py", **trust).splitlines()
        assert said[:2] == ["same True", "answers True"]
        (where,) = stores.rows("SELECT artifact_location FROM logged_models WHERE model_id = %(id)s", id=said[2])[0]
        files = stores.objects(where)
        assert files.pop("artifacts/weights.npy") > 2**30
        requests = answered(team)[before:]
        assert {("POST", "mpu/create"), ("POST", "mpu/complete"), ("GET", "presigned")} <= set(requests)
        # The small files alone go up by the server, each once, and nothing comes down by it.
        through = [method for method, route in requests if route.startswith("artifacts/")]
        assert through == ["PUT"] * len(files)


def answered(team: LocalTeam) -> list[tuple[str, str]]:
    """Method and route below /mlflow-artifacts/ of all that the server has answered, as its log has it."""
    log = (team.folder / "logs" / "server.log").read_text().splitlines()
    requests = [line for line in map(json.loads, log) if line["message"] == "request"]
    routes = [((line["route"] or "").rpartition("/mlflow-artifacts/")[2], line["method"]) for line in requests]
    return [(method, route.partition("/<")[0]) for route, method in routes]
