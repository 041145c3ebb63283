"""Proof of MLflow's Scenario 4: metadata in PostgreSQL, artifacts in the bucket, nothing on a local disk.

Source: https://www.mlflow.org/docs/2.0.1/tracking.html (remote tracking server, backend and artifact stores).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kit.smoke.report import CheckError

LOCAL_STORES = ("mlruns", "mlartifacts", "mlflow.db", "basic_auth.db")
"""What MLflow makes in its working folder when nobody told it of a database or a bucket."""


@dataclass(frozen=True)
class Database:
    """How to read the server's tables. `password` is called when the connection is made."""

    host: str
    port: int
    name: str
    user: str
    password: Callable[[], str] = field(repr=False)
    sslmode: str = "prefer"
    sslrootcert: Path | None = None


@dataclass(frozen=True)
class ArtifactBucket:
    """The team's bucket. `client` returns a boto3 S3 client that may list and read it."""

    client: Callable[[], Any] = field(repr=False)
    name: str
    prefix: str = "artifacts"


@dataclass(frozen=True)
class Evidence:
    """Where the proof is read, past the server. `server_folder`: its working folder, if on this machine."""

    database: Database
    bucket: ArtifactBucket
    server_folder: Path | None = None


QUERIES = {
    "experiments": "SELECT name FROM experiments WHERE experiment_id = %(experiment_id)s::int",
    "runs": "SELECT run_uuid, artifact_uri FROM runs WHERE run_uuid = ANY(%(run_ids)s)",
    "params": "SELECT run_uuid, key, value FROM params WHERE run_uuid = ANY(%(run_ids)s)",
    "tags": "SELECT run_uuid, key, value FROM tags WHERE run_uuid = ANY(%(run_ids)s)",
    "metrics": "SELECT run_uuid, key, step, value FROM metrics WHERE run_uuid = ANY(%(run_ids)s)",
    "registered_models": "SELECT name FROM registered_models WHERE name = %(model)s",
    "model_versions": "SELECT name, version, run_id FROM model_versions WHERE name = %(model)s",
    "registered_model_aliases": """
        SELECT name, alias, version FROM registered_model_aliases WHERE name = %(model)s""",
    "logged_models": "SELECT model_id, artifact_location FROM logged_models WHERE model_id = %(model_id)s",
}


def rows_are_in_postgresql(traces: dict[str, Any], database: Database, *, python: Path) -> str:
    """Every table's rows about the story are what MLflow's API told, no fewer and no more."""
    found = read_rows(database, QUERIES, traces | {"run_ids": list(traces["runs"])}, python=python)
    for table, rows in expected_rows(traces).items():
        if sorted(found[table]) != sorted(rows):
            missing = [row for row in rows if row not in found[table]][:2]
            raise CheckError(
                f"PostgreSQL's table {table} has {len(found[table])} rows of the smoke test, not {len(rows)}"
                + (f"; missing: {missing}" if missing else "")
            )
    count = sum(map(len, found.values()))
    return f"{count} rows in {len(QUERIES)} tables of {database.name} at {database.host}:{database.port}"


def expected_rows(traces: dict[str, Any]) -> dict[str, list[list[Any]]]:
    """The rows that the story must have left, by table."""
    runs: dict[str, dict[str, Any]] = traces["runs"]
    model, version = traces["model"], int(traces["model_version"])
    locations = [where for where in traces["files"] if f"/{traces['model_id']}/" in where]
    return {
        "experiments": [[traces["experiment"]]],
        "runs": [[run_id, run["artifact_uri"]] for run_id, run in runs.items()],
        "params": [[run_id, *item] for run_id, run in runs.items() for item in run["params"].items()],
        "tags": [[run_id, *item] for run_id, run in runs.items() for item in run["tags"].items()],
        "metrics": [[run_id, *metric] for run_id, run in runs.items() for metric in run["metrics"]],
        "registered_models": [[model]],
        "model_versions": [[model, version, traces["model_run_id"]]],
        "registered_model_aliases": [[model, traces["model_alias"], version]],
        "logged_models": [[traces["model_id"], where] for where in locations],
    }


def objects_are_in_the_bucket(traces: dict[str, Any], bucket: ArtifactBucket) -> str:
    """Each file that went through the server is an object below the prefix, with the same bytes."""
    client = bucket.client()
    count = 0
    for uri, files in traces["files"].items():
        folder = object_key(uri, bucket)
        for name, digest in files.items():
            where = f"s3://{bucket.name}/{folder}/{name}"
            try:
                body = client.get_object(Bucket=bucket.name, Key=f"{folder}/{name}")["Body"].read()
            except Exception as error:  # botocore's errors have no common base that is importable without boto3
                raise CheckError(f"the artifact {where} cannot be read: {error}") from error
            if hashlib.sha256(body).hexdigest() != digest:
                raise CheckError(f"the artifact {where} has other bytes than the client sent")
            count += 1
    return f"{count} objects below s3://{bucket.name}/{bucket.prefix}/ have the bytes that the client saw"


def object_key(artifact_uri: str, bucket: ArtifactBucket) -> str:
    """The key of an artifact location: below the prefix for mlflow-artifacts:/, the path itself for s3://."""
    parts = urlsplit(artifact_uri)
    path = parts.path.strip("/")
    if parts.scheme == "mlflow-artifacts":
        return f"{bucket.prefix}/{path}"
    if parts.scheme == "s3" and parts.netloc == bucket.name and path.startswith(f"{bucket.prefix}/"):
        return path
    raise CheckError(f"artifacts are kept at {artifact_uri}, not below s3://{bucket.name}/{bucket.prefix}/")


def nothing_is_on_a_local_disk(client_folder: Path, server_folder: Path | None) -> str:
    """The client's fresh working folder is empty, and the server's has none of MLflow's local stores."""
    left = [path.name for path in client_folder.iterdir()]
    if left:
        raise CheckError(f"MLflow's client wrote into its working folder: {', '.join(sorted(left))}")
    if server_folder is None:
        return "the client's working folder is empty"
    stores = [str(path) for name in LOCAL_STORES for path in server_folder.rglob(name)]
    if stores:
        raise CheckError(f"the server keeps data on its local disk: {', '.join(stores)}")
    return "the client's working folder is empty, and the server's holds none of MLflow's local stores"


def read_rows(
    database: Database, queries: dict[str, str], values: dict[str, Any], *, python: Path
) -> dict[str, list[list[Any]]]:
    """Each query's rows, in JSON's types. `values` are what the queries name, as in %(run_id)s.

    python: one that has psycopg2. Raises CheckError when the database refuses.
    """
    request = {
        "connection": {
            "host": database.host,
            "port": database.port,
            "dbname": database.name,
            "user": database.user,
            "password": database.password(),
            "sslmode": database.sslmode,
            "connect_timeout": 10,
        }
        | ({"sslrootcert": str(database.sslrootcert)} if database.sslrootcert else {}),
        "queries": queries,
        "values": values,
    }
    reader = Path(__file__).with_name("read_rows.py")
    done = subprocess.run(
        [str(python), "-P", str(reader)],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise CheckError(f"PostgreSQL at {database.host}:{database.port} cannot be read: {reason[0]}")
    rows: dict[str, list[list[Any]]] = json.loads(done.stdout)
    return rows
