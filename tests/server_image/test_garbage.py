"""What users delete is kept for a while and then gone for good, artifacts and all."""

import json
from typing import Any

import boto3
import pytest

from tests.server_image.deployment import REGION, Deployment, Server

ANONYMOUS = {"TRACKING_AUTH": "none"}
COLLECT = ("collect-garbage", "--older-than-days", "30")
LONG_AGO = "extract(epoch FROM now() - interval '31 days') * 1000"


@pytest.fixture
def s3(endpoint: str, bucket: str) -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("s3", region_name=REGION, endpoint_url=endpoint, **keys)


def ask(server: Server, call: str, **content: object) -> Any:
    answer = server.post(f"/api/2.0/mlflow/{call}", content)
    assert answer.status == 200, answer.body
    return answer.json()


def make_run(deployment: Deployment, s3: Any, server: Server, experiment: str) -> tuple[str, str]:
    """A run with an artifact; its id and the artifact's key."""
    run = ask(server, "runs/create", experiment_id=experiment)["run"]["info"]
    ask(server, "runs/log-metric", run_id=run["run_id"], key="m", value=1, timestamp=1)
    key = f"artifacts/{experiment}/{run['run_id']}/artifacts/model.pkl"
    s3.put_object(Bucket="team-bucket", Key=key, Body=b"model")
    return str(run["run_id"]), key


def keys(s3: Any, prefix: str) -> set[str]:
    return {found["Key"] for found in s3.list_objects_v2(Bucket="team-bucket", Prefix=prefix).get("Contents", [])}


def test_what_was_deleted_long_enough_ago_is_gone_with_its_artifacts(deployment: Deployment, s3: Any) -> None:
    with deployment.serving(**ANONYMOUS) as server:
        experiment = ask(server, "experiments/create", name="kept")["experiment_id"]
        other = ask(server, "experiments/create", name="deleted")["experiment_id"]
        old, old_key = make_run(deployment, s3, server, experiment)
        recent, recent_key = make_run(deployment, s3, server, experiment)
        alive, alive_key = make_run(deployment, s3, server, experiment)
        inside, inside_key = make_run(deployment, s3, server, other)
        for run in (old, recent):
            ask(server, "runs/delete", run_id=run)
        ask(server, "experiments/delete", experiment_id=other)
        assert deployment.query("SELECT artifact_uri FROM runs LIMIT 1")[0][0].startswith("mlflow-artifacts:/")
        deployment.query(f"UPDATE runs SET deleted_time = {LONG_AGO} WHERE run_uuid IN ('{old}', '{inside}')")
        deployment.query(f"UPDATE experiments SET last_update_time = {LONG_AGO} WHERE experiment_id = {other}")
        done = deployment.run(*COLLECT, **ANONYMOUS)
        assert done.returncode == 0, done.stderr
        assert {row[0] for row in deployment.query("SELECT run_uuid FROM runs")} == {recent, alive}
        assert deployment.query("SELECT count(*) FROM experiments WHERE name = 'deleted'") == [(0,)]
        assert deployment.query(f"SELECT count(*) FROM metrics WHERE run_uuid = '{old}'") == [(0,)]
        # The bucket is everybody's, and every database has an experiment 1.
        made = {old_key, recent_key, alive_key, inside_key}
        assert made & keys(s3, "artifacts/") == {recent_key, alive_key}
        # The one that is kept can be restored.
        ask(server, "runs/restore", run_id=recent)
    assert old in done.stderr
    # What the alarm on missed runs counts: stacks/alarms/of_nights.py.
    assert json.loads(done.stderr.splitlines()[-1])["done"] == "collect-garbage"


def test_two_runs_never_collect_at_once_and_the_second_is_not_counted_as_done(deployment: Deployment) -> None:
    from tracking_server.garbage import LOCK

    with deployment.open_transaction(f"SELECT pg_advisory_lock({LOCK})"):
        done = deployment.run(*COLLECT, **ANONYMOUS)
    assert (done.returncode, "Another run is collecting garbage already." in done.stderr) == (0, True)
    assert '"done"' not in done.stderr


def test_direct_artifacts_are_deleted_where_they_are(deployment: Deployment, s3: Any) -> None:
    direct = {
        **ANONYMOUS,
        "TRACKING_ARTIFACTS": "direct",
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": f"s3://team-bucket/{deployment.database}",
    }
    with deployment.serving(**direct) as server:
        experiment = ask(server, "experiments/create", name="e")["experiment_id"]
        run = ask(server, "runs/create", experiment_id=experiment)["run"]["info"]
        key = f"{run['artifact_uri'].removeprefix('s3://team-bucket/')}/model.pkl"
        s3.put_object(Bucket="team-bucket", Key=key, Body=b"model")
        ask(server, "runs/delete", run_id=run["run_id"])
        deployment.query(f"UPDATE runs SET deleted_time = {LONG_AGO}")
        done = deployment.run(*COLLECT, **direct)
    assert done.returncode == 0, done.stderr
    assert keys(s3, f"{deployment.database}/") == set()


def test_the_number_of_days_has_to_be_given(deployment: Deployment) -> None:
    done = deployment.run("collect-garbage", **ANONYMOUS)
    assert done.returncode == 2
    assert "--older-than-days" in done.stderr


def test_a_bucket_that_refuses_is_said_in_one_sentence(deployment: Deployment, s3: Any) -> None:
    with deployment.serving(**ANONYMOUS) as server:
        experiment = ask(server, "experiments/create", name="e")["experiment_id"]
        run, _ = make_run(deployment, s3, server, experiment)
        ask(server, "runs/delete", run_id=run)
        deployment.query(f"UPDATE runs SET deleted_time = {LONG_AGO}")
    elsewhere = {"MLFLOW_ARTIFACTS_DESTINATION": "s3://no-such-bucket/artifacts"}
    done = deployment.run(*COLLECT, **ANONYMOUS, **elsewhere)
    assert done.returncode == 1
    assert "Collecting garbage stopped:" in done.stderr
    assert deployment.query("SELECT count(*) FROM runs") == [(1,)]
