"""What an example has left, asked of the server's API, its PostgreSQL and its bucket."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kit.environment import CLIENT
from kit.local.agent_files import AgentConfiguration
from kit.local.deployment import Deployment
from kit.local.evidence import laptop_evidence
from kit.smoke import Evidence, read_rows
from kit.smoke.scenario4 import object_key
from tests.running import LocalTeam


@dataclass
class Stores:
    """The server that the examples log to, and the stores behind it."""

    team: LocalTeam

    @cached_property
    def password(self) -> str:
        """Of the user admin."""
        return self.team.password()

    def get(self, path: str) -> Any:
        """The answer to the admin's GET of a path below /api/2.0/mlflow, such as "runs/get?run_id=…"."""
        return self._ask("GET", path, None)

    def post(self, path: str, **body: Any) -> Any:
        """The answer to the admin's POST below /api/2.0/mlflow."""
        return self._ask("POST", path, json.dumps(body).encode())

    def rows(self, query: str, **values: Any) -> list[list[Any]]:
        """The rows in PostgreSQL that a query finds, in JSON's types; it names the values as in %(run_id)s."""
        found = read_rows(self._evidence().database, {"rows": query}, values, python=CLIENT / "bin" / "python")
        return found["rows"]

    def objects(self, artifact_uri: str) -> dict[str, int]:
        """The size in bytes of each object of the bucket below an artifact location, by its path there."""
        bucket = self._evidence().bucket
        folder = object_key(artifact_uri, bucket) + "/"
        pages = bucket.client().get_paginator("list_objects_v2").paginate(Bucket=bucket.name, Prefix=folder)
        found = (entry for page in pages for entry in page.get("Contents", ()))
        return {entry["Key"].removeprefix(folder): entry["Size"] for entry in found}

    def read(self, artifact_uri: str, path: str) -> bytes:
        """The bytes of an object below an artifact location."""
        bucket = self._evidence().bucket
        key = f"{object_key(artifact_uri, bucket)}/{path}"
        body: bytes = bucket.client().get_object(Bucket=bucket.name, Key=key)["Body"].read()
        return body

    def _evidence(self) -> Evidence:
        laptop = self.team.laptop
        port = int(AgentConfiguration.read(laptop.state).overrides["DATABASE_PORT"])
        return laptop_evidence(laptop, self._deployment, port)

    @cached_property
    def _deployment(self) -> Deployment:
        laptop = self.team.laptop
        return Deployment.read(laptop.team, laptop.emulator.client)

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        status, answer = self.team.request(method, f"/api/2.0/mlflow/{path}", self.password, body)
        assert status == 200, answer
        return json.loads(answer)
