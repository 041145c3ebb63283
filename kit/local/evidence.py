"""Where what a server on this machine was told can be read past it: in its database and in its bucket."""

import functools

from kit.local.deployment import Deployment
from kit.local.laptop import Laptop
from kit.smoke import ArtifactBucket, Database, Evidence


def laptop_evidence(laptop: Laptop, deployment: Deployment, database_port: int) -> Evidence:
    """The stores of a team that is up. Rows are read as the server's own user, objects as root in the emulator."""
    server = deployment.environment("server")
    user = laptop.secret(server["DATABASE_SECRET_ARN"])
    database = Database(
        "127.0.0.1", database_port, server["DATABASE_NAME"], user["username"], lambda: str(user["password"])
    )
    s3 = functools.partial(laptop.emulator.client, "s3")
    bucket = ArtifactBucket(s3, deployment.artifact_bucket, deployment.artifact_prefix)
    return Evidence(database, bucket, laptop.server_folder(deployment))
