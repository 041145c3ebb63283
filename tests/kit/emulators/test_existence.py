"""Each question against the services themselves, in moto in this process."""

import functools
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from kit.emulators.existence import QUESTIONS, ask, ask_all
from kit.emulators.existence.question import Answer, Existence, Resource
from kit.local.errors import LocalError
from tests.kit.emulators import things
from tests.kit.emulators.recorded import RecordedStack, answer

LAMBDA_WITHOUT_DOCKER = {"lambda": {"use_docker": False}}


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws(config=LAMBDA_WITHOUT_DOCKER):
        yield


@functools.cache
def client(service: str) -> Any:
    return boto3.Session("testing", "testing", region_name="eu-west-1").client(service)


def existence(resource_type: str, physical_id: str, properties: dict[str, Any]) -> Existence:
    return answer(client, resource_type, physical_id, properties).existence


# moto 5.2.5 has no API for them.
TRIED_WITHOUT_MOTO = {"AWS::Backup::BackupSelection", "AWS::CloudFront::VpcOrigin"}


def test_every_question_is_tried_here() -> None:
    assert things.THINGS.keys() | TRIED_WITHOUT_MOTO == QUESTIONS.keys()


# What these are is in their properties; their ids mean nothing to the service.
IDENTIFIED_BY_PROPERTIES = {
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCEndpointServicePermissions",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::IAM::Policy",
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::WAFv2::WebACLAssociation",
}


@pytest.mark.parametrize("resource_type", sorted(things.THINGS))
def test_what_the_service_has_is_real_and_what_an_emulator_made_up_or_lost_is_not(resource_type: str) -> None:
    with mock_aws(config=LAMBDA_WITHOUT_DOCKER):
        physical_id, properties = things.THINGS[resource_type](client)
        assert answer(client, resource_type, physical_id, properties) == Answer(Existence.REAL)
        assert existence(resource_type, "", properties) == Existence.RECORDED_ONLY
        by_id = resource_type not in IDENTIFIED_BY_PROPERTIES
        assert (existence(resource_type, "unknown", properties) == Existence.RECORDED_ONLY) == by_id
    with mock_aws():
        lost = answer(client, resource_type, physical_id, properties)
        assert lost.existence == Existence.RECORDED_ONLY
        assert lost.reason


@pytest.mark.parametrize("physical_id", ["1a2b", "1a2b_of-plan"])
def test_a_selection_of_a_backup_plan_is_one_that_the_plan_has(physical_id: str) -> None:
    def backup(selections: list[str]) -> Any:
        found = {"BackupSelectionsList": [{"SelectionId": selection} for selection in selections]}
        plan = {"BackupPlan": {}}
        calls = {"get_backup_plan": lambda **_: plan, "list_backup_selections": lambda **_: found}
        return lambda service: SimpleNamespace(**calls)

    properties = {"BackupPlanId": "plan"}
    of_type = "AWS::Backup::BackupSelection"
    assert answer(backup(["1a2b"]), of_type, physical_id, properties).existence == Existence.REAL
    assert answer(backup(["3c4d"]), of_type, physical_id, properties).existence == Existence.RECORDED_ONLY
    assert answer(backup([]), of_type, physical_id, properties).existence == Existence.RECORDED_ONLY


@pytest.mark.parametrize("name", ["CustomResource", "S3AutoDeleteObjects"])
def test_no_api_knows_a_custom_resource(name: str) -> None:
    assert existence(f"Custom::{name}", "id", {}) == Existence.NO_QUESTION


def test_a_type_without_a_question_is_named() -> None:
    with pytest.raises(LocalError, match="AWS::Nobody::Asks"):
        existence("AWS::Nobody::Asks", "id", {})


@pytest.mark.usefixtures("aws")
def test_a_route_to_another_target_is_not_the_one() -> None:
    physical_id, properties = things.route(client)
    assert existence("AWS::EC2::Route", physical_id, {**properties, "GatewayId": "igw-1"}) == Existence.RECORDED_ONLY


@pytest.mark.parametrize("difference", [{"FromPort": 1}, {"SourceSecurityGroupId": "sg-1"}, {"IpProtocol": "udp"}])
@pytest.mark.usefixtures("aws")
def test_a_rule_for_other_traffic_is_not_the_one(difference: dict[str, Any]) -> None:
    physical_id, properties = things.ingress(client)
    other = existence("AWS::EC2::SecurityGroupIngress", physical_id, {**properties, **difference})
    assert other == Existence.RECORDED_ONLY


@pytest.mark.usefixtures("aws")
def test_a_policy_that_allows_something_else_is_not_the_one() -> None:
    physical_id, properties = things.policy(client)
    other = {**things.POLICY, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    client("iam").put_role_policy(RoleName="task", PolicyName="own", PolicyDocument=json.dumps(other))
    assert existence("AWS::IAM::Policy", physical_id, properties) == Existence.RECORDED_ONLY


@pytest.mark.usefixtures("aws")
def test_a_secret_without_a_value_is_recorded_only() -> None:
    arn = client("secretsmanager").create_secret(Name="empty")["ARN"]
    assert existence("AWS::SecretsManager::Secret", arn, {}) == Existence.RECORDED_ONLY


@pytest.mark.usefixtures("aws")
def test_a_secret_that_does_not_say_where_the_database_is_is_not_attached() -> None:
    arn = client("secretsmanager").create_secret(Name="master", SecretString='{"username": "u"}')["ARN"]
    attachment = "AWS::SecretsManager::SecretTargetAttachment"
    assert existence(attachment, arn, {"SecretId": arn}) == Existence.RECORDED_ONLY


@pytest.mark.usefixtures("aws")
def test_what_was_deleted_a_moment_ago_is_recorded_only() -> None:
    cluster, _ = things.cluster(client)
    client("ecs").delete_cluster(cluster=cluster)
    key, _ = things.key(client)
    client("kms").schedule_key_deletion(KeyId=key)
    secret, _ = things.secret(client)
    client("secretsmanager").delete_secret(SecretId=secret)
    gone = {"AWS::ECS::Cluster": cluster, "AWS::KMS::Key": key, "AWS::SecretsManager::Secret": secret}
    assert {existence(kind, physical_id, {}) for kind, physical_id in gone.items()} == {Existence.RECORDED_ONLY}


@pytest.mark.usefixtures("aws")
def test_all_resources_are_asked_for_in_the_template_s_order() -> None:
    bucket, _ = things.bucket(client)
    resources = {name: {"Type": "AWS::S3::Bucket"} for name in ("Real", "Recorded")}
    stack = RecordedStack(resources, {"Real": bucket, "Recorded": "nothing-here"})
    answers = [(resource.logical_id, answer.existence) for resource, answer in ask_all(stack, client)]
    assert answers == [("Real", Existence.REAL), ("Recorded", Existence.RECORDED_ONLY)]


def refusing(status: int, code: str) -> Any:
    """A client whose every call ends so."""

    class Refusing:
        def __getattr__(self, operation: str) -> Any:
            def call(**_: Any) -> None:
                response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
                raise ClientError(response, operation)

            return call

    return lambda service: Refusing()


def bucket_through(clients: Any) -> Answer:
    stack = RecordedStack({"It": {"Type": "AWS::S3::Bucket"}}, {"It": "b"})
    return ask(Resource(stack, "It", clients))


def test_a_vpc_origin_is_asked_for_by_its_id() -> None:
    class CloudFront:
        def get_vpc_origin(self, Id: str) -> dict[str, Any]:  # noqa: N803
            if Id == "vo_1":
                return {"VpcOrigin": {"Id": "vo_1"}}
            raise ClientError({"Error": {"Code": "EntityNotFound"}, "ResponseMetadata": {"HTTPStatusCode": 404}}, "Get")

    def asked(physical_id: str) -> Existence:
        return answer(lambda service: CloudFront(), "AWS::CloudFront::VpcOrigin", physical_id, {}).existence

    assert (asked("vo_1"), asked("vo_2")) == (Existence.REAL, Existence.RECORDED_ONLY)


@pytest.mark.parametrize(("status", "code"), [(501, "InternalFailure"), (400, "400"), (400, "InvalidAction")])
def test_an_api_that_the_emulator_lacks_is_said_so(status: int, code: str) -> None:
    answer = bucket_through(refusing(status, code))
    assert answer == Answer(Existence.RECORDED_ONLY, "the emulator has no such API")


@pytest.mark.parametrize(("status", "code"), [(403, "AccessDenied"), (500, "InternalError"), (400, "Throttling")])
def test_a_service_that_does_not_say_either_way_is_an_error(status: int, code: str) -> None:
    with pytest.raises(ClientError, match=code):
        bucket_through(refusing(status, code))
