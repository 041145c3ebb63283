"""What moto 5.2.5 lacks of CloudFormation for this kit's stacks, added in the emulator's own process.

moto finds a type among the direct subclasses of `CloudFormationModel`. Which methods those have, and the function that
is replaced here, are no public interface, so the version is pinned and `register` refuses any other.
"""

import json
import uuid
from functools import partial
from importlib.metadata import version
from typing import Any, Self

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.core.utils import camelcase_to_underscores
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends

from kit.emulators.moto import attachment as attachment  # for its types
from kit.emulators.moto import aurora as aurora
from kit.emulators.moto import recorded as recorded
from kit.emulators.moto import security_group_rules as security_group_rules
from kit.emulators.moto.added import Added, Json
from kit.emulators.moto.rds_arguments import rds_arguments
from kit.emulators.secret_string import secret_string

MOTO_VERSION = "5.2.5"
# Rules of GenerateSecretString, with their defaults.
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
_PASSWORD_RULES: dict[str, Any] = {
    "PasswordLength": 32,
    "ExcludeCharacters": "",
    "ExcludeNumbers": False,
    "ExcludePunctuation": False,
    "ExcludeUppercase": False,
    "ExcludeLowercase": False,
    "IncludeSpace": False,
    "RequireEachIncludedType": True,
}


class Secret(Added, CloudFormationModel):
    """AWS::SecretsManager::Secret: an update never makes a new value."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::Secret"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Id"

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.physical_resource_id

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        backend = secretsmanager_backends[account_id][region_name]
        properties = cloudformation_json.get("Properties", {})
        answer = backend.create_secret(
            name=resource_name,
            secret_string=secret_string(properties, partial(_random_password, backend)),
            secret_binary=None,
            description=properties.get("Description"),
            tags=properties.get("Tags"),
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        return cls(json.loads(answer)["ARN"])

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Self,
        new_resource_name: str,
        cloudformation_json: Json,
        account_id: str,
        region_name: str,
    ) -> Self:
        tags = {tag["Key"]: tag["Value"] for tag in cloudformation_json.get("Properties", {}).get("Tags", [])}
        secretsmanager_backends[account_id][region_name].tag_resource(original_resource.physical_resource_id, tags)
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        secretsmanager_backends[account_id][region_name].delete_secret(self.physical_resource_id, None, True)


class DbInstance(Added, CloudFormationModel):
    """AWS::RDS::DBInstance: moto's own takes its groups from the same stack alone, and replaces it at each update."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return "DBInstanceIdentifier"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::RDS::DBInstance"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ("DbiResourceId", "Endpoint.Address", "Endpoint.Port")

    def __init__(self, database: Any) -> None:
        super().__init__(database.db_instance_identifier)
        self._database = database

    def get_cfn_attribute(self, attribute: str) -> Any:
        # moto gives an instance no id of IAM's. One that is made from its identifier stays, as RDS's does.
        resource_id = uuid.uuid5(uuid.NAMESPACE_OID, self._database.db_instance_arn)
        return {
            "DbiResourceId": f"db-{resource_id.hex[:26].upper()}",
            "Endpoint.Address": self._database.address,
            "Endpoint.Port": self._database.port,
        }[attribute]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
        identifier = resource_name.lower()[:63].rstrip("-")
        arguments = {"db_instance_identifier": identifier, **_instance_arguments(cloudformation_json["Properties"])}
        return cls(rds_backends[account_id][region_name].create_db_instance(arguments))

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Self,
        new_resource_name: str,
        cloudformation_json: Json,
        account_id: str,
        region_name: str,
    ) -> Self:
        arguments = _instance_arguments(cloudformation_json["Properties"])
        database = rds_backends[account_id][region_name].modify_db_instance(
            original_resource.physical_resource_id, arguments
        )
        return cls(database)

    def delete(self, account_id: str, region_name: str) -> None:
        rds_backends[account_id][region_name].delete_db_instance(self.physical_resource_id)


class BucketPolicy(Added, CloudFormationModel):
    """AWS::S3::BucketPolicy, recorded only: moto reads no conditions, so a Deny of plain http would deny everything."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::S3::BucketPolicy"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Json, account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        return cls(cloudformation_json["Properties"]["Bucket"])


def register() -> None:
    """Refuse types that moto does not know, as AWS does, instead of calling them created.

    The types above are known to moto from now on. Raises RuntimeError under any other version of moto, whose private
    names may differ.
    """
    if version("moto") != MOTO_VERSION:
        raise RuntimeError(
            f"These additions fit moto {MOTO_VERSION}, not {version('moto')}: install the pinned requirements."
        )
    # Whoever has used CloudFormation in this process before has made moto remember all types that there were.
    for remembered in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        remembered.cache_clear()
    find = parsing.resource_class_from_type

    def find_or_refuse(resource_type: str) -> Any:
        known = find(resource_type)
        if known is None and resource_type not in parsing.NULL_MODELS:
            raise ValidationError(message=f"Template format error: Unrecognized resource types: [{resource_type}]")
        return known

    parsing.resource_class_from_type = find_or_refuse


def _random_password(backend: Any, rules: Json) -> str:
    """By all the rules of GenerateSecretString."""
    arguments = {camelcase_to_underscores(rule): rules.get(rule, default) for rule, default in _PASSWORD_RULES.items()}
    return str(json.loads(backend.get_random_password(**arguments))["RandomPassword"])


def _instance_arguments(properties: Json) -> Json:
    arguments = rds_arguments(properties)
    groups = arguments.pop("vpc_security_groups", [])
    # An instance of a cluster is in the cluster's.
    if "db_cluster_identifier" not in arguments:
        arguments["vpc_security_group_ids"] = groups
    return arguments
