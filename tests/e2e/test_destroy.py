"""`scripts/kit destroy`, and the changes that `scripts/up` refuses to deploy, on MiniStack."""

import json
import re
from pathlib import Path

import pytest

from tests.checkout import fresh_copy, install
from tests.kit.local.waiting import wait_for
from tests.running import TEAM, LocalTeam, remains

USER = {"username": "ada", "password": "a password of ada's own"}


def test_what_is_kept_by_a_destroyed_server_comes_back_with_the_next_one(with_run: LocalTeam) -> None:
    password = with_run.password()
    assert with_run.request("POST", "/api/2.0/mlflow/users/create", password, json.dumps(USER).encode())[0] == 200
    destroyed = with_run.kit("destroy", TEAM, "--yes")
    assert destroyed.code == 0, destroyed.stderr
    for kind in ("network", "data", "edge"):
        assert f"  mlflow-{TEAM}-{kind} " in destroyed.stdout
    assert deployed_kinds(with_run) == {"network", "data", "edge"}
    assert not with_run.answers()
    wait_for(lambda: all("ministack" in line for line in with_run.processes()), "the emulator alone runs")
    with_run.up()
    with_run.assert_run_is_there()
    assert with_run.request("GET", f"/api/2.0/mlflow/users/get?username={USER['username']}", password)[0] == 200
    assert with_run.password() == password


def test_a_team_that_is_down_is_down_after_a_destroy(with_run: LocalTeam) -> None:
    with_run.down()
    assert with_run.kit("destroy", TEAM, "--yes").code == 0
    assert remains(with_run) == []
    again = with_run.kit("destroy", TEAM, "--yes")
    assert (again.code, again.error) == (
        1,
        f"error: mlflow-{TEAM}-service is not deployed: `scripts/up {TEAM}` brings the server back.",
    )
    assert remains(with_run) == []
    with_run.up()
    with_run.assert_run_is_there()


def test_nothing_is_destroyed_without_a_yes(with_run: LocalTeam) -> None:
    refused = with_run.kit("destroy", TEAM, typed="n\n")
    assert refused.code == 1
    assert f"Delete the stack mlflow-{TEAM}-service? All data stays." in refused.stderr
    assert refused.error.endswith("Nothing is destroyed, and nothing stopped.")
    with_run.assert_run_is_there()


def test_a_lasting_team_is_not_destroyed_with_all_it_has(with_run: LocalTeam) -> None:
    refused = with_run.kit("destroy", TEAM, "--all", "--yes")
    assert refused.code == 1
    assert refused.error.startswith(f"error: Team {TEAM} is not temporary, so its data stays")
    with_run.assert_run_is_there()


def test_a_change_that_would_lose_data_does_not_reach_the_emulator(with_run: LocalTeam) -> None:
    """The assembly is changed as a change of the stacks would, for the CDK makes it anew only when they change."""
    synthesized = with_run.state / TEAM / "cdk.out" / f"mlflow-{TEAM}-data.template.json"
    as_it_was = synthesized.read_text()
    template = json.loads(as_it_was)
    template["Resources"]["ArtifactStoreBucket47CE7D81"]["Properties"]["BucketName"] = "another-name"
    synthesized.write_text(json.dumps(template))
    refused = with_run.start_up().finish()
    synthesized.write_text(as_it_was)
    assert refused.code == 1
    assert "error: Nothing is deployed" in refused.stderr
    assert "ArtifactStoreBucket47CE7D81 (AWS::S3::Bucket) would be replaced" in refused.error
    assert "cdk deploy" not in refused.stderr
    assert with_run.answers()
    again = with_run.up()
    assert "resources in eu-west-1, unchanged" in again.stderr
    with_run.assert_run_is_there()


def test_a_team_that_was_never_deployed_is_said_to_be_so(tmp_path: Path) -> None:
    team = LocalTeam(tmp_path)
    refused = team.kit("destroy", TEAM, "--yes")
    assert refused.code == 1
    assert refused.error.startswith(f"error: Team {TEAM} was not deployed on this machine")
    assert remains(team) == []


@pytest.fixture
def temporary(tmp_path: Path) -> LocalTeam:
    """The example team, with `temporary: true`, in a checkout of its own."""
    copy = fresh_copy(tmp_path / "copy")
    install(copy, ".venv", "node_modules", ".venv-server", ".venv-client")
    (copy / "teams" / f"{TEAM}.yaml").write_text("region: eu-west-1\nsize: dev\ntemporary: true\n")
    return LocalTeam(tmp_path, copy)


def test_of_a_temporary_team_nothing_is_left(temporary: LocalTeam) -> None:
    temporary.up()
    temporary.log_run()
    database = (temporary.state / TEAM / "postgres").resolve()
    before = names_in_services(temporary)
    assert {kind: bool(names) for kind, names in before.items()} == {
        "buckets": True,
        "secrets": True,
        "databases": True,
    }
    destroyed = temporary.kit("destroy", TEAM, "--all", "--yes")
    try:
        assert destroyed.code == 0, destroyed.stderr
        assert re.search(r"none of \d+ buckets", destroyed.stderr)
        assert deployed_kinds(temporary) == set()
        after = names_in_services(temporary)
        assert after["databases"] == after["secrets"] == set()
        # The bootstrap's own, which all teams of an account share.
        assert {name.split("-")[0] for name in after["buckets"]} == {"cdk"}
        assert not database.exists()
        again = temporary.kit("destroy", TEAM, "--all", "--yes")
        assert again.error == f"error: No stack of team {TEAM} is deployed: there is nothing to destroy."
    finally:
        temporary.kit("down", TEAM, "--delete-data", "--yes")
    assert remains(temporary) == []


def deployed_kinds(team: LocalTeam) -> set[str]:
    """The kinds of the team's stacks that the running emulator has."""
    stacks = team.laptop.emulator.client("cloudformation").describe_stacks()["Stacks"]
    prefix = f"mlflow-{TEAM}-"
    return {stack["StackName"].removeprefix(prefix) for stack in stacks if stack["StackName"].startswith(prefix)}


def names_in_services(team: LocalTeam) -> dict[str, set[str]]:
    """What the services of the running emulator themselves list."""
    client = team.laptop.emulator.client
    return {
        "buckets": {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]},
        "secrets": {secret["Name"] for secret in client("secretsmanager").list_secrets()["SecretList"]},
        "databases": {
            instance["DBInstanceIdentifier"] for instance in client("rds").describe_db_instances()["DBInstances"]
        },
    }
