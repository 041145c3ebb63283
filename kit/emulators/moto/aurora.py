"""Aurora clusters in moto 5.2.5's CloudFormation, which knows their API alone."""

from typing import Any, Self

from moto.core.common_models import CloudFormationModel
from moto.rds.models import rds_backends

from kit.emulators.moto.added import Added, Json
from kit.emulators.moto.rds_arguments import rds_arguments


class DbCluster(Added, CloudFormationModel):
    """AWS::RDS::DBCluster."""

    def __init__(self, cluster: Any) -> None:
        super().__init__(cluster.db_cluster_identifier)
        self._cluster = cluster

    @staticmethod
    def cloudformation_name_type() -> str:
        return "DBClusterIdentifier"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::RDS::DBCluster"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ("DBClusterResourceId", "Endpoint.Address", "Endpoint.Port", "ReadEndpoint.Address")

    def get_cfn_attribute(self, attribute: str) -> Any:
        return {
            "DBClusterResourceId": self._cluster.db_cluster_resource_id,
            "Endpoint.Address": self._cluster.endpoint,
            "Endpoint.Port": self._cluster.port,
            "ReadEndpoint.Address": self._cluster.reader_endpoint,
        }[attribute]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html
        identifier = resource_name.lower()[:63].rstrip("-")
        arguments = {**rds_arguments(cloudformation_json["Properties"]), "db_cluster_identifier": identifier}
        return cls(rds_backends[account_id][region_name].create_db_cluster(arguments))

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Self,
        new_resource_name: str,
        cloudformation_json: Json,
        account_id: str,
        region_name: str,
    ) -> Self:
        # What CloudFormation says of logs is a list, and what the API takes says which to add and which to drop.
        left_out = ("enable_cloudwatch_logs_exports", "master_username", "storage_encrypted", "kms_key_id")
        arguments = rds_arguments(cloudformation_json["Properties"])
        cluster = rds_backends[account_id][region_name].modify_db_cluster(
            {
                **{name: value for name, value in arguments.items() if name not in left_out},
                "db_cluster_identifier": original_resource.physical_resource_id,
            }
        )
        return cls(cluster)

    def delete(self, account_id: str, region_name: str) -> None:
        rds_backends[account_id][region_name].delete_db_cluster(self.physical_resource_id)


class DbClusterParameterGroup(Added, CloudFormationModel):
    """AWS::RDS::DBClusterParameterGroup."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return "DBClusterParameterGroupName"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::RDS::DBClusterParameterGroup"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        properties = cloudformation_json["Properties"]
        name = resource_name.lower()[:255].rstrip("-")
        rds_backends[account_id][region_name].create_db_cluster_parameter_group(
            db_cluster_parameter_group_name=name,
            db_parameter_group_family=properties["Family"],
            description=properties["Description"],
            tags=properties.get("Tags"),
        )
        made = cls(name)
        made._set(properties, account_id, region_name)
        return made

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Self,
        new_resource_name: str,
        cloudformation_json: Json,
        account_id: str,
        region_name: str,
    ) -> Self:
        original_resource._set(cloudformation_json["Properties"], account_id, region_name)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        rds_backends[account_id][region_name].delete_db_cluster_parameter_group(self.physical_resource_id)

    def _set(self, properties: Json, account_id: str, region_name: str) -> None:
        parameters = [
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
            for name, value in properties["Parameters"].items()
        ]
        rds_backends[account_id][region_name].modify_db_cluster_parameter_group(self.physical_resource_id, parameters)
