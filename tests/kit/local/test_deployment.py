"""What is read of a deployed team: its own templates, deployed in this process."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from moto import mock_aws

from kit.local.deployment import Deployment
from kit.local.errors import LocalError
from kit.local.load_balancer import FixedResponse
from kit.local.task_definition import TaskDefinition
from stacks.team.config import StackKind
from tests.kit.emulators.moto.mended import ACCOUNT, REGION, MendedAws
from tests.stacks.shapes import team, templates

CHEAP = "cheap"
SIGNED = "signed"  # API Gateway before an internal load balancer, and clients that reach artifacts without the server
CLOUDFRONT = "public-closed"  # CloudFront's own host name before an internal load balancer
PAUSING = "pausing"  # an Aurora cluster
GUEST = "guest"  # a network and a certificate that exist, so https


def existing(aws: MendedAws) -> dict[str, str]:
    """Makes what the shape's team file says to exist; the real ids by those of the team file."""
    guest, ec2 = team(GUEST), aws.client("ec2")
    assert guest.network.existing
    assert guest.domain
    assert guest.domain.certificate_arn
    certificate = aws.client("acm").request_certificate(DomainName=guest.domain.name)["CertificateArn"]
    network = guest.network.existing
    vpc = ec2.create_vpc(CidrBlock=network.vpc_cidr)["Vpc"]["VpcId"]
    made = {guest.domain.certificate_arn: certificate, network.vpc_id: vpc}
    zones = zip(network.private_subnet_ids, network.availability_zones, strict=True)
    for number, (subnet, zone) in enumerate(zones):
        answer = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{number}.0/24", AvailabilityZone=zone)
        made[subnet] = answer["Subnet"]["SubnetId"]
    return made


def deploy(aws: MendedAws, shape: str) -> None:
    text = json.dumps(templates(shape))
    for named, real in (existing(aws) if shape == GUEST else {}).items():
        text = text.replace(named, real)
    aws.deploy_team(shape, json.loads(text))


@pytest.fixture(scope="module")
def deployed(_mended_moto: None) -> Iterator[MendedAws]:
    """All of the shapes; nobody changes them."""
    with mock_aws():
        aws = MendedAws()
        for shape in (CHEAP, CLOUDFRONT, SIGNED, GUEST, PAUSING):
            deploy(aws, shape)
        yield aws


def read(aws: MendedAws, shape: str = CHEAP) -> Deployment:
    return Deployment.read(team(shape), aws.client)


def of_type(aws: MendedAws, kind: StackKind, resource_type: str, shape: str = CHEAP) -> set[str]:
    """The physical ids of a stack's resources of a type."""
    name = team(shape).stack_name(kind)
    ids = aws.physical_ids(name)
    return {ids[key] for key, r in templates(shape)[name]["Resources"].items() if r["Type"] == resource_type}


@pytest.mark.parametrize("missing", ["data", "edge", "service"])
def test_a_stack_that_is_not_deployed_is_named(missing: StackKind, deployed: MendedAws) -> None:
    partial = team(CHEAP).model_copy(update={"name": f"without-{missing}"})
    bucket = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
    for kind in get_args(StackKind):
        if kind != missing:
            deployed.deploy(partial.stack_name(kind), bucket)
    said = rf"^The stack mlflow-without-{missing}-{missing} is not deployed: run `scripts/up` first\.$"
    with pytest.raises(LocalError, match=said):
        Deployment.read(partial, deployed.client)


def test_the_public_name_is_the_load_balancer_s_in_lower_case(deployed: MendedAws) -> None:
    (balancer,) = (
        found
        for found in deployed.client("elbv2").describe_load_balancers()["LoadBalancers"]
        if {found["LoadBalancerArn"]} == of_type(deployed, "edge", "AWS::ElasticLoadBalancingV2::LoadBalancer")
    )
    deployment = read(deployed)
    # A generated name has capitals, which no client sends.
    assert balancer["DNSName"] != balancer["DNSName"].lower()
    assert deployment.public_host == balancer["DNSName"].lower()
    assert deployment.url == f"http://{balancer['DNSName']}"
    assert deployment.scheme == "http"


def test_a_team_with_a_domain_has_its_name_and_https(deployed: MendedAws) -> None:
    deployment = read(deployed, GUEST)
    assert deployment.public_host == "mlflow.example.com"
    assert deployment.url == "https://mlflow.example.com"
    assert (deployment.scheme, deployment.listener_scheme) == ("https", "https")


def test_behind_cloudfront_clients_use_its_name_and_https_and_it_asks_by_http(deployed: MendedAws) -> None:
    deployment = read(deployed, CLOUDFRONT)
    assert deployment.public_host.endswith(".cloudfront.net")
    assert deployment.url == f"https://{deployment.public_host}"
    assert deployment.environment("server")["MLFLOW_SERVER_ALLOWED_HOSTS"] == deployment.public_host
    assert (deployment.scheme, deployment.listener_scheme) == ("https", "http")


def test_behind_api_gateway_clients_use_its_name_and_https_and_it_asks_by_http(deployed: MendedAws) -> None:
    deployment = read(deployed, SIGNED)
    assert deployment.public_host.endswith(f".execute-api.{REGION}.amazonaws.com")
    assert (deployment.scheme, deployment.listener_scheme) == ("https", "http")


def test_whoever_waits_the_shortest_ends_a_silent_request(deployed: MendedAws) -> None:
    assert read(deployed, CLOUDFRONT).idle_timeout_s == 120
    assert read(deployed, SIGNED).idle_timeout_s == 29
    assert read(deployed, CHEAP).idle_timeout_s == 300


@pytest.mark.parametrize("shape", [CHEAP, CLOUDFRONT, SIGNED, GUEST])
def test_the_listener_s_own_answer_is_for_when_no_server_is_there(shape: str, deployed: MendedAws) -> None:
    deployment = read(deployed, shape)
    # With a domain the first listener redirects: the answer is the second one's.
    assert deployment.unavailable == FixedResponse(
        503, "text/plain", "The tracking server is not deployed or is starting."
    )


def test_secrets_and_the_bucket_are_those_of_the_data_stack(deployed: MendedAws) -> None:
    deployment = read(deployed)
    secrets = of_type(deployed, "data", "AWS::SecretsManager::Secret")
    assert {deployment.admin_secret_arn, deployment.master_secret_arn} <= secrets
    assert deployment.artifact_bucket in of_type(deployed, "data", "AWS::S3::Bucket")
    values = deployed.client("secretsmanager")
    master = json.loads(values.get_secret_value(SecretId=deployment.master_secret_arn)["SecretString"])
    admin = json.loads(values.get_secret_value(SecretId=deployment.admin_secret_arn)["SecretString"])
    assert (master["username"], admin["username"]) == ("mlflow_master", "admin")
    assert master["password"]


def test_the_master_secret_s_arn_has_no_json_key_behind_it(deployed: MendedAws) -> None:
    deployment = read(deployed)
    named = [
        secret["ValueFrom"]
        for container in deployment.task_definition["ContainerDefinitions"]
        for secret in container["Secrets"]
        if secret["Name"] == "DATABASE_MASTER_PASSWORD"
    ]
    assert named == [f"{deployment.master_secret_arn}:password::"]


@pytest.mark.parametrize(
    ("shape", "variable"), [(CHEAP, "MLFLOW_ARTIFACTS_DESTINATION"), (SIGNED, "MLFLOW_DEFAULT_ARTIFACT_ROOT")]
)
def test_artifacts_have_a_prefix_in_the_bucket_in_every_mode(shape: str, variable: str, deployed: MendedAws) -> None:
    deployment = read(deployed, shape)
    assert deployment.environment("server")[variable] == f"s3://{deployment.artifact_bucket}/artifacts"
    assert deployment.artifact_prefix == "artifacts"


def dicts_with_functions(value: Any) -> list[Any]:
    """What CloudFormation would still have to work out."""
    if isinstance(value, dict):
        own = [value] if any(key == "Ref" or key.startswith("Fn::") for key in value) else []
        return own + [found for item in value.values() for found in dicts_with_functions(item)]
    return [found for item in value for found in dicts_with_functions(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("shape", [CHEAP, SIGNED, GUEST, PAUSING])
def test_no_reference_is_left_of_what_is_run(shape: str, deployed: MendedAws) -> None:
    deployment = read(deployed, shape)
    assert dicts_with_functions(templates(shape)[team(shape).stack_name("service")])
    assert dicts_with_functions([deployment.task_definition, deployment.database]) == []
    for container in deployment.task_definition["ContainerDefinitions"]:
        declared = deployment.environment(container["Name"])
        assert all(isinstance(value, str) for value in declared.values())
        assert len(declared) == len(container["Environment"])


def test_a_container_is_told_of_the_deployed_database_and_account(deployed: MendedAws) -> None:
    deployment = read(deployed)
    (identifier,) = of_type(deployed, "data", "AWS::RDS::DBInstance")
    (database,) = deployed.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    for name in ("migrate", "server"):
        declared = deployment.environment(name)
        assert declared["DATABASE_HOST"] == database["Endpoint"]["Address"]
        assert declared["DATABASE_PORT"] == str(database["Endpoint"]["Port"])
        assert declared["DATABASE_SECRET_ARN"] in of_type(deployed, "data", "AWS::SecretsManager::Secret")
    assert deployment.environment("server")["MLFLOW_S3_EXPECTED_BUCKET_OWNER"] == ACCOUNT
    with pytest.raises(ValueError, match="unpack"):
        deployment.environment("nobody")


def test_the_task_runs_under_the_deployed_roles(deployed: MendedAws) -> None:
    task = TaskDefinition.from_properties(read(deployed).task_definition)
    roles = {role["Arn"] for role in deployed.client("iam").list_roles()["Roles"]}
    assert {task.task_role_arn, task.execution_role_arn} <= roles
    assert task.task_role_arn != task.execution_role_arn
    assert [container.name for container in task.containers] == ["migrate", "server"]


def test_the_database_is_described_as_it_was_deployed(deployed: MendedAws) -> None:
    database = read(deployed).database
    assert (database["Engine"], database["EngineVersion"], database["DBName"]) == ("postgres", "18", "mlflow")
    assert database["DBInstanceClass"] == team(CHEAP).sizing.instance_class
    assert database["KmsKeyId"].startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    assert set(database["VPCSecurityGroups"]) == of_type(deployed, "data", "AWS::EC2::SecurityGroup")


def test_of_an_aurora_the_cluster_is_the_database_and_its_writer_s_address_the_server_s(deployed: MendedAws) -> None:
    deployment = read(deployed, PAUSING)
    database = deployment.database
    assert (database["Engine"], database["EngineVersion"], database["DatabaseName"]) == (
        "aurora-postgresql",
        "18",
        "mlflow",
    )
    (cluster,) = deployed.client("rds").describe_db_clusters()["DBClusters"]
    for name in ("migrate", "server"):
        declared = deployment.environment(name)
        assert (declared["DATABASE_HOST"], declared["DATABASE_PORT"]) == (cluster["Endpoint"], str(cluster["Port"]))


def test_teams_of_one_account_are_kept_apart(deployed: MendedAws) -> None:
    first, second = read(deployed), read(deployed, SIGNED)
    assert first.artifact_bucket != second.artifact_bucket
    assert first.master_secret_arn != second.master_secret_arn
    assert first.public_host != second.public_host
