from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kit.environment import ROOT
from kit.local.deployment import Deployment
from kit.local.errors import LocalError
from stacks.config import TeamConfig
from stacks.team_files import load_teams

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:Master-AbCdEf"
OUTPUTS = {
    "data": {"DatabaseInstanceIdentifier": "db", "AdminSecretArn": "arn:admin", "ArtifactBucketName": "bucket"},
    "edge": {"PublicHostName": "Internal-Name.elb.amazonaws.com", "Url": "http://Internal-Name.elb.amazonaws.com"},
    "service": {"TaskDefinitionArn": "arn:task:1"},
}
CONTAINERS = [
    {
        "name": "migrate",
        "environment": [],
        "secrets": [{"name": "DATABASE_MASTER_PASSWORD", "valueFrom": f"{SECRET}:password::"}],
    },
    {
        "name": "server",
        "environment": [{"name": "MLFLOW_ARTIFACTS_DESTINATION", "value": "s3://bucket/artifacts"}],
    },
]
LISTENER = {
    "ListenerArn": "arn:listener",
    "DefaultActions": [
        {
            "Type": "fixed-response",
            "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "later"},
        }
    ],
}


class Aws:
    """Answers as each service of AWS does; `deployed` are the stacks that are there."""

    exceptions = SimpleNamespace(ClientError=ClientError)

    def __init__(self, deployed: set[str]) -> None:
        self.deployed = deployed

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        kind = StackName.rpartition("-")[2]
        if kind not in self.deployed:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS[kind].items()]
        return {"Stacks": [{"Outputs": outputs}]}

    def describe_stack_resources(self, **_: Any) -> dict[str, Any]:
        balancer = {"PhysicalResourceId": "arn:lb", "ResourceType": "AWS::ElasticLoadBalancingV2::LoadBalancer"}
        return {"StackResources": [balancer, {"PhysicalResourceId": "x", "ResourceType": "AWS::EC2::SecurityGroup"}]}

    def describe_db_instances(self, **_: Any) -> dict[str, Any]:
        return {"DBInstances": [{"DBInstanceIdentifier": "db"}]}

    def describe_task_definition(self, **_: Any) -> dict[str, Any]:
        return {"taskDefinition": {"containerDefinitions": CONTAINERS}}

    def describe_listeners(self, **_: Any) -> dict[str, Any]:
        return {"Listeners": [LISTENER]}

    def describe_load_balancer_attributes(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": [{"Key": "other", "Value": "1"}, {"Key": "idle_timeout.timeout_seconds", "Value": "60"}]}


@pytest.fixture
def team() -> TeamConfig:
    (team,) = load_teams(ROOT / "teams", only="example")
    return team


@pytest.fixture
def deployment(team: TeamConfig) -> Deployment:
    aws = Aws({"data", "edge", "service"})
    return Deployment.read(team, lambda service: aws)


@pytest.mark.parametrize("missing", ["data", "edge", "service"])
def test_a_stack_that_is_not_deployed_is_named(team: TeamConfig, missing: str) -> None:
    aws = Aws({"data", "edge", "service"} - {missing})
    with pytest.raises(LocalError, match=f"^The stack mlflow-example-{missing} is not deployed: run `scripts/up`"):
        Deployment.read(team, lambda service: aws)


def test_the_public_name_is_in_lower_case_as_clients_send_it(deployment: Deployment) -> None:
    assert deployment.public_host == "internal-name.elb.amazonaws.com"
    assert deployment.scheme == "http"


def test_a_secret_s_arn_is_without_the_key_that_a_task_definition_appends(deployment: Deployment) -> None:
    assert deployment.master_secret_arn == SECRET


def test_the_listener_s_answer_and_timeout_are_the_load_balancer_s(deployment: Deployment) -> None:
    assert (deployment.unavailable.status, deployment.unavailable.body) == (503, "later")
    assert deployment.idle_timeout_s == 60


def test_the_prefix_of_artifacts_is_what_the_server_is_told(deployment: Deployment) -> None:
    assert deployment.artifact_prefix == "artifacts"
    assert deployment.environment("migrate") == {}
