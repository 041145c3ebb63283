"""Aurora clusters in the CloudFormation of moto, in this process."""

import json
from typing import Any

from tests.kit.emulators.moto.mended import MendedAws
from tests.kit.emulators.moto.test_types import att, ref, secret, template, value_of

Json = dict[str, Any]


def aurora(most: float = 2, **parameters: str) -> Json:
    """A cluster with its parameters and an instance."""
    cluster = {
        "Engine": "aurora-postgresql",
        "EngineVersion": "18",
        "DatabaseName": "mlflow",
        "MasterUsername": "u",
        "MasterUserPassword": "password",
        "Port": "5432",
        "DBClusterParameterGroupName": ref("Parameters"),
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": most, "SecondsUntilAutoPause": 600},
    }
    instance = {"Engine": "aurora-postgresql", "DBInstanceClass": "db.serverless", "DBClusterIdentifier": ref("It")}
    group = {"Family": "aurora-postgresql18", "Description": "d", "Parameters": {"rds.force_ssl": "1", **parameters}}
    return {
        "It": {"Type": "AWS::RDS::DBCluster", "Properties": cluster},
        "Writer": {"Type": "AWS::RDS::DBInstance", "Properties": instance},
        "Parameters": {"Type": "AWS::RDS::DBClusterParameterGroup", "Properties": group},
    }


def cluster(aws: MendedAws) -> Json:
    (found,) = aws.client("rds").describe_db_clusters()["DBClusters"]
    return dict(found)


def test_a_cluster_is_made_with_its_instance_and_parameters(mended_aws: MendedAws) -> None:
    exports = {"host": att("It", "Endpoint.Address"), "id": att("It", "DBClusterResourceId")}
    outputs = mended_aws.deploy("s", template(aurora(), exports))
    found = cluster(mended_aws)
    assert (found["DBClusterIdentifier"], found["Endpoint"]) == (outputs["It"], outputs["Exporthost"])
    assert (found["DbClusterResourceId"], found["DatabaseName"]) == (outputs["Exportid"], "mlflow")
    assert [member["DBInstanceIdentifier"] for member in found["DBClusterMembers"]] == [outputs["Writer"]]
    assert found["DBClusterParameterGroup"] == outputs["Parameters"]


def test_a_cluster_is_changed_in_place(mended_aws: MendedAws) -> None:
    before = mended_aws.deploy("s", template(aurora()))
    after = mended_aws.deploy("s", template(aurora(most=8, log_lock_waits="1")))
    assert after == before
    assert cluster(mended_aws)["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 8
    answer = mended_aws.client("rds").describe_db_cluster_parameters(DBClusterParameterGroupName=after["Parameters"])
    assert {p["ParameterName"]: p["ParameterValue"] for p in answer["Parameters"]} == {
        "rds.force_ssl": "1",
        "log_lock_waits": "1",
    }


def test_a_secret_learns_where_its_cluster_is(mended_aws: MendedAws) -> None:
    attachment = {"SecretId": ref("Secret"), "TargetId": ref("It"), "TargetType": "AWS::RDS::DBCluster"}
    resources = {
        **aurora(),
        "Secret": secret(SecretString=json.dumps({"username": "u", "password": "p"})),
        "Attachment": {"Type": "AWS::SecretsManager::SecretTargetAttachment", "Properties": attachment},
    }
    outputs = mended_aws.deploy("s", template(resources))
    assert json.loads(value_of(mended_aws, outputs["Secret"])) == {
        "username": "u",
        "password": "p",
        "engine": "postgres",
        "host": cluster(mended_aws)["Endpoint"],
        "port": 5432,
        "dbname": "mlflow",
        "dbClusterIdentifier": outputs["It"],
    }


def test_a_cluster_goes_with_its_stack(mended_aws: MendedAws) -> None:
    mended_aws.deploy("s", template(aurora()))
    mended_aws.client("cloudformation").delete_stack(StackName="s")
    rds = mended_aws.client("rds")
    assert (rds.describe_db_clusters()["DBClusters"], rds.describe_db_instances()["DBInstances"]) == ([], [])
