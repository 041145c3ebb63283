"""Secrets that learn where their database is, in moto 5.2.5's CloudFormation."""

import json
import uuid
from typing import Any, Self

from moto.core.common_models import CloudFormationModel
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends

from kit.emulators.moto.added import Added, Json


class SecretTargetAttachment(Added, CloudFormationModel):
    """AWS::SecretsManager::SecretTargetAttachment: the secret learns where its database is."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::SecretTargetAttachment"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        properties = cloudformation_json["Properties"]
        secrets, secret_id = secretsmanager_backends[account_id][region_name], properties["SecretId"]
        rds, target_id = rds_backends[account_id][region_name], properties["TargetId"]
        connection = _of_cluster(rds, target_id) if "Cluster" in properties["TargetType"] else _of(rds, target_id)
        value = json.loads(secrets.get_secret_value(secret_id, "", "")["SecretString"])
        version = str(uuid.uuid4())
        secrets.update_secret(secret_id, json.dumps(value | connection), client_request_token=version)
        return cls(secret_id)


def _of(rds: Any, instance_id: str) -> Json:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html"""
    (database,) = rds.describe_db_instances(instance_id)
    return {
        "engine": database.engine,
        "host": database.address,
        "port": database.port,
        "dbname": database.db_name,
        "dbInstanceIdentifier": database.db_instance_identifier,
    }


def _of_cluster(rds: Any, cluster_id: str) -> Json:
    (cluster,) = rds.describe_db_clusters(cluster_id)
    return {
        "engine": "postgres",
        "host": cluster.endpoint,
        "port": cluster.port,
        "dbname": cluster.database_name,
        "dbClusterIdentifier": cluster.db_cluster_identifier,
    }
