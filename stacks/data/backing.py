"""The surface between a team's data and its server."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Backing:
    """What the server needs of the team's data: plain values, so that grants are made on the server's side.

    `database_resource_id` is the name by which IAM knows the database. Every `_arn` is complete;
    `encryption_key_arn` is the secret of that name, `kms_key_arn` the KMS key.
    """

    bucket_name: str
    bucket_arn: str
    kms_key_arn: str
    database_host: str
    database_port: str
    database_resource_id: str
    master_secret_arn: str
    user_secret_arn: str
    admin_secret_arn: str
    encryption_key_arn: str
