from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from kit.smoke import ArtifactBucket, Database, scenario4
from kit.smoke.report import CheckError
from tests.smoke.conftest import Target

TEXT = b"an artifact"


def traces(uri: str = "mlflow-artifacts:/7/run/artifacts") -> dict[str, Any]:
    return {
        "experiment_id": "7",
        "experiment": "kit-smoke",
        "runs": {"run": {"artifact_uri": uri, "params": {"alpha": "1"}, "tags": {}, "metrics": [["r2", 0, 0.5]]}},
        "model": "kit-smoke-x",
        "model_version": "1",
        "model_alias": "champion",
        "model_run_id": "run",
        "model_id": "m-1",
        "files": {uri: {"notes.txt": hashlib.sha256(TEXT).hexdigest()}},
    }


def put(bucket: ArtifactBucket, key: str, body: bytes) -> None:
    bucket.client().put_object(Bucket=bucket.name, Key=key, Body=body)


def test_objects_below_the_prefix_are_found(bucket: ArtifactBucket) -> None:
    put(bucket, "artifacts/7/run/artifacts/notes.txt", TEXT)
    assert "1 objects" in scenario4.objects_are_in_the_bucket(traces(), bucket)


def test_direct_artifacts_are_found_too(bucket: ArtifactBucket) -> None:
    put(bucket, "artifacts/8/run/artifacts/notes.txt", TEXT)
    uri = f"s3://{bucket.name}/artifacts/8/run/artifacts"
    assert "1 objects" in scenario4.objects_are_in_the_bucket(traces(uri), bucket)


def test_an_object_that_is_not_there_is_told(bucket: ArtifactBucket) -> None:
    with pytest.raises(CheckError, match=r"s3://team-artifacts/artifacts/9/run/artifacts/notes.txt cannot be read"):
        scenario4.objects_are_in_the_bucket(traces("mlflow-artifacts:/9/run/artifacts"), bucket)


def test_an_object_with_other_bytes_is_told(bucket: ArtifactBucket) -> None:
    put(bucket, "artifacts/10/run/artifacts/notes.txt", b"something else")
    with pytest.raises(CheckError, match="has other bytes than the client sent"):
        scenario4.objects_are_in_the_bucket(traces("mlflow-artifacts:/10/run/artifacts"), bucket)


@pytest.mark.parametrize("uri", ["file:///mlruns/7", "s3://another-bucket/artifacts/7", "s3://team-artifacts/7"])
def test_artifacts_in_another_place_are_told(bucket: ArtifactBucket, uri: str) -> None:
    with pytest.raises(CheckError, match="not below s3://team-artifacts/artifacts/"):
        scenario4.objects_are_in_the_bucket(traces(uri), bucket)


def test_rows_that_are_not_there_are_told(target: Target, client_python: Path) -> None:
    with pytest.raises(CheckError, match="PostgreSQL's table experiments has 0 rows of the smoke test, not 1"):
        scenario4.rows_are_in_postgresql(traces(), target.evidence.database, python=client_python)


def test_a_database_that_cannot_be_read_is_told(client_python: Path) -> None:
    nowhere = Database("127.0.0.1", 1, "mlflow", "mlflow_server", lambda: "secret-word")
    with pytest.raises(CheckError, match=r"PostgreSQL at 127\.0\.0\.1:1 cannot be read") as error:
        scenario4.rows_are_in_postgresql(traces(), nowhere, python=client_python)
    assert "secret-word" not in str(error.value)


def test_a_file_in_the_clients_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "mlruns").mkdir()
    with pytest.raises(CheckError, match="MLflow's client wrote into its working folder: mlruns"):
        scenario4.nothing_is_on_a_local_disk(tmp_path, None)


def test_a_local_store_of_the_server_is_told(tmp_path: Path) -> None:
    (client := tmp_path / "client").mkdir()
    (server := tmp_path / "server").mkdir()
    (server / "mlflow.db").touch()
    with pytest.raises(CheckError, match="the server keeps data on its local disk"):
        scenario4.nothing_is_on_a_local_disk(client, server)


def test_the_password_is_not_in_the_evidences_text() -> None:
    assert "lambda" not in repr(Database("h", 1, "n", "u", lambda: "p"))
