"""Every change of real templates that would lose data is found, and none that would not."""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from kit.environment import ROOT
from kit.guard.create_only import CHANGED_IN_PLACE
from kit.guard.replacements import data_replacements, guarded, refuse_replacements
from kit.local.errors import LocalError
from stacks.team.config import EncryptionConfig, TeamConfig
from tests.stacks.shapes import KEY as GIVEN_KEY
from tests.stacks.shapes import SHAPES, ZONE, synthesize, team, templates
from tests.stacks.test_stateful_ids import KEPT, kept

DATABASE, BUCKET = "DatabaseInstanceAA8A5FDE", "ArtifactStoreBucket47CE7D81"
SECRET, KEY, BALANCER = "AdminSecretB9452750", "Key961B73FD", "LoadBalancerBE9EEC3A"
Templates = dict[str, Any]
Change = Callable[[Templates], None]


def stack(templates: Templates, kind: str) -> Any:
    return templates[f"mlflow-usual-{kind}"]["Resources"]


def put(kind: str, logical_id: str, **properties: Any) -> Change:
    """Sets properties of a resource, or takes away those that are None."""

    def change(templates: Templates) -> None:
        of_resource = stack(templates, kind)[logical_id]["Properties"]
        of_resource.update(properties)
        for name in [name for name, value in properties.items() if value is None]:
            del of_resource[name]

    return change


def rename(kind: str, logical_id: str) -> Change:
    """Gives a resource another logical id, and changes what refers to it, as the CDK would."""

    def change(templates: Templates) -> None:
        for name, template in templates.items():
            templates[name] = json.loads(json.dumps(template).replace(logical_id, "Renamed1A2B3C4D"))

    return change


def remove(kind: str, logical_id: str) -> Change:
    return lambda templates: stack(templates, kind).pop(logical_id)


def found(*changes: Change) -> list[str]:
    planned = copy.deepcopy(templates("usual"))
    for change in changes:
        change(planned)
    return data_replacements(templates("usual"), planned)


def of_team_file(values: dict[str, Any]) -> Templates:
    """The templates of the same team with other values in its file."""
    config = TeamConfig.model_validate({"name": "usual", "region": "eu-west-1", **values})
    assembly = synthesize(config)
    return {stack.stack_name: stack.template for stack in assembly.stacks}


def with_encryption(shape: str, values: dict[str, str]) -> TeamConfig:
    return team(shape).model_copy(update={"encryption": EncryptionConfig.model_validate(values)})


@pytest.mark.parametrize(
    ("kind", "logical_id", "properties"),
    [
        ("data", BUCKET, {"BucketName": "mlflow-artifacts"}),
        ("data", DATABASE, {"DBName": "tracking"}),
        ("data", DATABASE, {"DBInstanceIdentifier": "tracking"}),
        ("data", DATABASE, {"KmsKeyId": "alias/aws/rds"}),
        ("data", DATABASE, {"StorageEncrypted": False}),
        ("data", DATABASE, {"MasterUsername": "postgres"}),
        ("data", DATABASE, {"Engine": "mysql"}),
        ("data", DATABASE, {"DBSubnetGroupName": "another"}),
        ("data", DATABASE, {"DBSnapshotIdentifier": "a-snapshot"}),
        ("data", SECRET, {"Name": "mlflow/admin"}),
        ("edge", BALANCER, {"Scheme": "internet-facing"}),
        ("edge", BALANCER, {"Name": "mlflow"}),
        ("network", "DatabaseSubnetGroup", {"DBSubnetGroupName": "mlflow"}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_a_property_that_aws_cannot_change_is_found(kind: str, logical_id: str, properties: dict[str, Any]) -> None:
    (sentence,) = found(put(kind, logical_id, **properties))
    resource_type = stack(templates("usual"), kind)[logical_id]["Type"]
    assert sentence == (
        f"mlflow-usual-{kind}: {logical_id} ({resource_type}) would be replaced by another, empty one, for AWS cannot "
        f"change {next(iter(properties))}: take that change back, or make a new team and move the data."
    )


@pytest.mark.parametrize("row", sorted(KEPT, key=str), ids=lambda row: row[1])
def test_another_logical_id_of_anything_that_is_kept_is_found(row: tuple[str, str, str, Any, Any]) -> None:
    kind, logical_id, resource_type, *_ = row
    sentences = found(rename(kind, logical_id))
    assert (
        f"mlflow-usual-{kind}: {logical_id} ({resource_type}) is not in the new template, so that the team would get "
        "another, empty one or none: give the construct its logical id back, or the team file what it said."
        in sentences
    )


def test_a_resource_that_is_left_out_is_found() -> None:
    (sentence,) = found(remove("data", BUCKET))
    assert f"{BUCKET} (AWS::S3::Bucket) is not in the new template" in sentence


def test_a_stack_that_is_left_out_is_found_with_all_that_it_keeps() -> None:
    sentences = found(lambda planned: planned.pop("mlflow-usual-edge"))
    assert len(sentences) == sum(row[0] == "edge" for row in KEPT)


def test_another_type_under_the_same_logical_id_is_found() -> None:
    (sentence,) = found(lambda planned: stack(planned, "data")[BUCKET].update(Type="AWS::S3Express::DirectoryBucket"))
    assert "would become another, empty one of type AWS::S3Express::DirectoryBucket: give it its type back." in sentence


@pytest.mark.parametrize(
    "change",
    [
        put("data", SECRET, GenerateSecretString={"ExcludePunctuation": True, "PasswordLength": 64}),
        put("data", SECRET, GenerateSecretString=None, SecretString="of one's own"),
    ],
    ids=["another length", "none"],
)
def test_a_secret_that_would_get_a_new_value_is_found(change: Change) -> None:
    (sentence,) = found(change)
    assert sentence.startswith(f"mlflow-usual-data: {SECRET} (AWS::SecretsManager::Secret) would get another value")


def test_an_older_version_of_postgresql_is_refused_and_a_newer_minor_one_is_not() -> None:
    (sentence,) = found(put("data", DATABASE, EngineVersion="17"))
    assert "cannot go from EngineVersion 18 to 17, for RDS takes no version back: set EngineVersion to 18" in sentence
    assert found(put("data", DATABASE, EngineVersion="18.3")) == []


def test_an_older_minor_version_is_refused() -> None:
    deployed, planned = (copy.deepcopy(templates("usual")) for _ in range(2))
    put("data", DATABASE, EngineVersion="18.10")(deployed)
    put("data", DATABASE, EngineVersion="18.9")(planned)
    assert len(data_replacements(deployed, planned)) == 1
    assert data_replacements(planned, deployed) == []


def test_a_newer_major_version_is_refused_unless_it_is_allowed() -> None:
    (sentence,) = found(put("data", DATABASE, EngineVersion="19"))
    assert (
        "from EngineVersion 18 to 19, a major version, unasked: keep EngineVersion 18, or take a snapshot" in sentence
    )
    assert found(put("data", DATABASE, EngineVersion="19", AllowMajorVersionUpgrade=True)) == []


def test_versions_of_an_aurora_are_taken_back_as_little() -> None:
    deployed, planned = templates("growing"), copy.deepcopy(templates("growing"))
    ((cluster, properties),) = (
        (name, resource["Properties"])
        for name, resource in planned["mlflow-growing-data"]["Resources"].items()
        if resource["Type"] == "AWS::RDS::DBCluster"
    )
    properties["EngineVersion"] = "17"
    (sentence,) = data_replacements(deployed, planned)
    assert sentence.startswith(f"mlflow-growing-data: {cluster} (AWS::RDS::DBCluster) cannot go from EngineVersion 18")
    properties |= {"EngineVersion": "18", "ServerlessV2ScalingConfiguration": {"MinCapacity": 1, "MaxCapacity": 2}}
    assert data_replacements(deployed, planned) == []


def test_another_engine_would_be_another_database_and_is_refused() -> None:
    """A team's instance is not in the template of a team with a cluster, and the other way round."""
    for before, after in (("smallest", "pausing"), ("pausing", "smallest")):
        planned = json.loads(json.dumps(templates(after)).replace(f"mlflow-{after}-", f"mlflow-{before}-"))
        found = data_replacements(templates(before), planned)
        assert [sentence for sentence in found if "Database" in sentence and "is not in the new template" in sentence]


@pytest.mark.parametrize(
    ("shape", "before", "after"),
    [
        ("usual", {}, {"kms_key_arn": GIVEN_KEY}),
        ("usual", {"kms_key_arn": GIVEN_KEY}, {}),
        ("usual", {"kms_key_arn": GIVEN_KEY}, {"kms_key_arn": GIVEN_KEY.replace("5555", "6666")}),
        ("growing", {}, {"kms_key_arn": GIVEN_KEY}),
    ],
    ids=["a given key", "no longer a given one", "another given one", "a given key on Aurora"],
)
def test_another_key_would_be_another_database_and_vault_and_is_refused_with_a_way_out(
    shape: str, before: dict[str, str], after: dict[str, str]
) -> None:
    deployed, planned = (
        {stack.stack_name: stack.template for stack in synthesize(with_encryption(shape, values)).stacks}
        for values in (before, after)
    )
    sentences = data_replacements(deployed, planned)
    database = "DBCluster" if team(shape).database.is_aurora else "DBInstance"
    for resource_type, name in ((f"RDS::{database}", "KmsKeyId"), ("Backup::BackupVault", "EncryptionKeyArn")):
        (sentence,) = (sentence for sentence in sentences if f"(AWS::{resource_type})" in sentence)
        assert f"AWS cannot change {name}: take that change back, or make a new team and move the data." in sentence
    # What is encrypted with the old one still needs it.
    keys = [sentence for sentence in sentences if "(AWS::KMS::Key)" in sentence]
    assert ["or the team file what it said." in sentence for sentence in keys] == ([] if before else [True])


def test_a_smaller_disk_is_refused_and_a_larger_one_is_not() -> None:
    (sentence,) = found(put("data", DATABASE, AllocatedStorage="10"))
    assert "set database.storage_gib to 20 in the team file." in sentence
    assert found(put("data", DATABASE, AllocatedStorage="100")) == []


@pytest.mark.parametrize(
    "change",
    [
        put("data", DATABASE, DBInstanceClass="db.r8g.large"),
        put("data", DATABASE, MultiAZ=False),
        put("data", DATABASE, BackupRetentionPeriod=14),
        put("data", DATABASE, PreferredMaintenanceWindow="sun:03:00-sun:04:00"),
        put("data", DATABASE, StorageEncrypted="true"),
        put("data", DATABASE, Tags=[]),
        put("data", BUCKET, LifecycleConfiguration=None),
        put("data", KEY, EnableKeyRotation=False),
        put("data", SECRET, Description="Another"),
        put("edge", BALANCER, Tags=[]),
        remove("service", "TrackingServerLog855153A1"),
        remove("data", "DatabaseInstanceParameterGroup047E0DCB"),
    ],
)
def test_what_aws_changes_in_place_or_nobody_misses_is_allowed(change: Change) -> None:
    assert found(change) == []


@pytest.mark.parametrize(
    "values",
    [
        {"size": "medium"},
        {"artifacts": {"mode": "presigned", "retention_days": 90}},
        {"artifacts": {"mode": "direct"}},
        {"tags": {"cost-centre": "42"}},
        {"database": {"backup_retention_days": 35, "instance_class": "db.t4g.large", "multi_az": False}},
        {"network": {"egress": "endpoints"}},
        {"auth": "none"},
        {"temporary": True},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_change_of_a_team_file_that_is_made_in_place_is_allowed(
    values: dict[str, Any],
) -> None:
    planned = of_team_file(values)
    assert planned != templates("usual")
    assert data_replacements(templates("usual"), planned) == []


def test_a_team_that_would_get_another_load_balancer_is_told_so() -> None:
    (sentence,) = data_replacements(templates("usual"), of_team_file({"access": "public", "domain": ZONE}))
    assert f"{BALANCER} (AWS::ElasticLoadBalancingV2::LoadBalancer) would be replaced" in sentence
    assert "change Scheme:" in sentence


def test_a_temporary_team_may_change_as_it_likes() -> None:
    planned = copy.deepcopy(templates("temporary"))
    planned["mlflow-temporary-data"]["Resources"].clear()
    assert data_replacements(templates("temporary"), planned) == []
    assert guarded(templates("temporary")) == set()


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "temporary"])
def test_what_is_guarded_is_what_has_to_keep_its_identity(shape: str) -> None:
    prefix = f"mlflow-{team(shape).name}-"
    assert {(key.stack.removeprefix(prefix), key.logical_id) for key in guarded(templates(shape))} == {
        row[:2] for row in kept(shape)
    }


def test_the_log_of_sessions_may_leave_its_stack_for_it_is_kept() -> None:
    planned = copy.deepcopy(templates("public-closed"))
    resources = planned["mlflow-public-closed-service"]["Resources"]
    (log,) = (name for name in resources if name.startswith("SessionsLog"))
    assert resources.pop(log)["DeletionPolicy"] == "Retain"
    assert data_replacements(templates("public-closed"), planned) == []


def test_what_was_never_deployed_is_not_guarded() -> None:
    assert data_replacements({}, templates("usual")) == []


def test_all_findings_are_told_at_once_with_where_to_read_on() -> None:
    planned = copy.deepcopy(templates("usual"))
    put("data", BUCKET, BucketName="a")(planned)
    put("data", DATABASE, Engine="mysql", DBName="b")(planned)
    with pytest.raises(LocalError) as refused:
        refuse_replacements(templates("usual"), planned)
    first, *findings = str(refused.value).splitlines()
    assert first.startswith("Nothing is deployed")
    (page,) = re.findall(r"docs/\S+\.md", first)
    assert (ROOT / page).exists()
    assert [re.findall(r"\((.*)\).* change (\w+):", line)[0] for line in findings] == [
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::RDS::DBInstance", "DBName"),
        ("AWS::RDS::DBInstance", "Engine"),
    ]


def test_nothing_is_said_of_the_same_templates() -> None:
    refuse_replacements(templates("usual"), copy.deepcopy(templates("usual")))


def test_what_counts_as_changed_in_place_rds_takes_for_an_existing_instance_and_its_schema_names() -> None:
    rds = boto3.client("rds", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    modifiable = rds.meta.service_model.operation_model("ModifyDBInstance").input_shape.members
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::RDS::DBInstance").schema
    for name in CHANGED_IN_PLACE["AWS::RDS::DBInstance"]:
        assert name in modifiable
        assert f"/properties/{name}" in schema["conditionalCreateOnlyProperties"]


def test_aws_s_schemas_are_not_read_while_nothing_of_the_data_changes() -> None:
    program = """
import copy, json, sys
from kit.guard.replacements import data_replacements
deployed = json.loads(sys.stdin.read())
planned = copy.deepcopy(deployed)
planned["mlflow-usual-service"]["Resources"].clear()
assert data_replacements(deployed, planned) == []
assert not any(name.startswith("cfnlint") for name in sys.modules)
"""
    subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(templates("usual")), text=True, cwd=ROOT, check=True
    )
