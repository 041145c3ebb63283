import json
from typing import Any

import pytest
from aws_cdk.assertions import Match

from tests.stacks.shapes import ROOT, SHAPES, team, template, templates


def containers(shape: str) -> dict[str, dict[str, Any]]:
    """Of all tasks; their names differ."""
    definitions = template(shape, "service").find_resources("AWS::ECS::TaskDefinition").values()
    return {c["Name"]: c for definition in definitions for c in definition["Properties"]["ContainerDefinitions"]}


def environment(shape: str, container: str) -> dict[str, Any]:
    return {entry["Name"]: entry["Value"] for entry in containers(shape)[container]["Environment"]}


def statements(shape: str, role: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in template(shape, "service").find_resources("AWS::IAM::Policy").values()
        if role in json.dumps(policy["Properties"]["Roles"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_the_server_starts_after_migrate_succeeded() -> None:
    parts = containers("usual")
    assert parts["migrate"]["Essential"] is False
    assert parts["server"]["DependsOn"] == [{"ContainerName": "migrate", "Condition": "SUCCESS"}]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_container_is_root_or_may_write_outside_tmp(shape: str) -> None:
    sessions = {"server"} if team(shape).server.exec else set()
    for name, container in containers(shape).items():
        assert container["User"] == "10001:10001"
        assert container["ReadonlyRootFilesystem"] is (name not in sessions)
        assert container["LinuxParameters"]["Capabilities"] == ({} if name in sessions else {"Drop": ["ALL"]})
        assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/tmp"]  # noqa: S108


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_secret_reaches_containers_from_secrets_manager_only(shape: str) -> None:
    for container in containers(shape).values():
        names = {entry["Name"] for entry in container["Environment"]}
        assert not {name for name in names if "PASSWORD" in name or name.endswith(("_KEY", "_SECRET"))}
    secrets = {"MLFLOW_AUTH_ADMIN_PASSWORD", "TRACKING_ENCRYPTION_KEY"}
    secrets |= {"OIDC_CLIENT_SECRET"} if team(shape).oidc else set()
    assert {entry["Name"] for entry in containers(shape)["server"]["Secrets"]} == secrets


def test_the_bucket_is_checked_to_be_the_accounts_own_but_where_clients_upload_by_link() -> None:
    """MLflow's client does not send the owner's header, and S3 refuses a link without what it has signed."""
    owner = "MLFLOW_S3_EXPECTED_BUCKET_OWNER"
    assert environment("usual", "server")[owner] == {"Ref": "AWS::AccountId"}
    assert environment("closed", "server")["TRACKING_ARTIFACTS"] == "presigned"
    assert owner not in environment("closed", "server")


@pytest.mark.parametrize("shape", SHAPES)
def test_no_role_reaches_a_bucket_of_another_account(shape: str) -> None:
    """Not by a link of its making either, whatever headers it has."""
    resources = template(shape, "service").to_json()["Resources"].values()
    of_s3 = [
        statement
        for resource in resources
        if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if "s3:" in json.dumps(statement["Action"])
    ]
    assert {statement["Sid"] for statement in of_s3} >= {"ReadAndWriteArtifacts", "ListArtifacts"}
    own = {"StringEquals": {"s3:ResourceAccount": {"Ref": "AWS::AccountId"}}}
    assert [statement["Sid"] for statement in of_s3 if statement.get("Condition") != own] == []


def test_only_migrate_and_rotate_are_handed_the_master_password() -> None:
    masters = {"DATABASE_MASTER_USERNAME", "DATABASE_MASTER_PASSWORD"}
    handed = {name: {entry["Name"] for entry in part["Secrets"]} for name, part in containers("usual").items()}
    assert {name for name, secrets in handed.items() if secrets & masters} == {"migrate", "rotate"}
    assert handed["migrate"] == handed["rotate"] == masters


def test_the_server_reads_no_secret_but_its_own_database_users() -> None:
    readable = [s["Resource"] for s in statements("usual", "TaskRole") if s.get("Sid") == "ReadSecrets"]
    assert len(readable) == 1
    assert "DatabaseUserSecret" in json.dumps(readable)
    assert "Master" not in json.dumps(readable)


def test_with_tokens_of_iam_the_server_reads_no_secret_and_may_connect_as_its_own_user_alone() -> None:
    of_role = {statement["Sid"]: statement for statement in statements("guest", "TaskRole")}
    assert not {"ReadSecrets", "DecryptSecrets"} & of_role.keys()
    assert of_role["ConnectToDatabase"]["Action"] == "rds-db:connect"
    parts = of_role["ConnectToDatabase"]["Resource"]["Fn::Join"][1]
    assert ":rds-db:eu-west-1:" in "".join(part for part in parts if isinstance(part, str))
    dbuser, exported, user = parts[-3:]
    assert (dbuser, user) == (":dbuser:", "/mlflow_server_iam")
    (instance,) = template("guest", "data").find_resources("AWS::RDS::DBInstance")
    template("guest", "data").has_output(
        "*",
        {
            "Value": {"Fn::GetAtt": [instance, "DbiResourceId"]},
            "Export": {"Name": exported["Fn::ImportValue"]},
        },
    )
    assert "ConnectToDatabase" not in {statement["Sid"] for statement in statements("usual", "TaskRole")}


def test_the_server_may_connect_to_the_database_that_was_restored_in_place_of_the_stack_s() -> None:
    (statement,) = [s for s in statements("growing", "TaskRole") if s["Sid"] == "ConnectToDatabase"]
    assert statement["Resource"]["Fn::Join"][1][-1] == ":dbuser:cluster-ABCDEFGHIJKL01234/mlflow_server_iam"
    # What the service has imported before is still there when the data stack is deployed, which comes first.
    template("growing", "data").has_output(
        "*", {"Value": {"Fn::GetAtt": [Match.any_value(), "DBClusterResourceId"]}, "Export": Match.any_value()}
    )


@pytest.mark.parametrize("container", ["migrate", "server"])
def test_both_containers_know_how_the_server_logs_in(container: str) -> None:
    with_tokens, with_password = environment("guest", container), environment("usual", container)
    assert (with_tokens["DATABASE_AUTH"], with_tokens["DATABASE_REGION"]) == ("iam", "eu-west-1")
    assert "DATABASE_SECRET_ARN" not in with_tokens
    assert "DATABASE_SECRET_ARN" in with_password
    assert {environment(shape, container)["DATABASE_SSLMODE"] for shape in SHAPES} == {"verify-full"}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_role_has_a_policy_of_aws_s_own_or_an_action_by_wildcard(shape: str) -> None:
    service = template(shape, "service")
    own = service.find_resources("AWS::IAM::ManagedPolicy")
    for role in service.find_resources("AWS::IAM::Role").values():
        assert [
            policy for policy in role["Properties"].get("ManagedPolicyArns", []) if policy.get("Ref") not in own
        ] == []
    for statement in statements(shape, "Role"):
        assert "*" not in json.dumps(statement["Action"])


def test_only_ecs_and_its_scheduler_in_this_account_may_assume_the_roles_of_tasks() -> None:
    roles = template("usual", "service").find_resources("AWS::IAM::Role")
    for role in (role for name, role in roles.items() if not name.startswith("ClientRoles")):
        (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"]["Service"] in {"ecs-tasks.amazonaws.com", "scheduler.amazonaws.com"}
        assert trust["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_the_database_admits_the_tasks_by_a_rule_of_this_stack() -> None:
    template("usual", "service").has_resource_properties(
        "AWS::EC2::SecurityGroupIngress",
        {"FromPort": 5432, "ToPort": 5432, "SourceSecurityGroupId": Match.any_value()},
    )


def test_tasks_reach_aws_by_https_and_the_database_and_nothing_else() -> None:
    service = template("usual", "service")
    (group,) = service.find_resources("AWS::EC2::SecurityGroup").values()
    (to_database,) = service.find_resources("AWS::EC2::SecurityGroupEgress").values()
    assert [rule["FromPort"] for rule in group["Properties"]["SecurityGroupEgress"]] == [443]
    assert (to_database["Properties"]["FromPort"], to_database["Properties"]["ToPort"]) == (5432, 5432)


def test_a_failed_deployment_rolls_back_and_never_takes_the_running_tasks_away() -> None:
    template("usual", "service").has_resource_properties(
        "AWS::ECS::Service",
        {
            "DeploymentConfiguration": Match.object_like(
                {
                    "DeploymentCircuitBreaker": {"Enable": True, "Rollback": True},
                    "MinimumHealthyPercent": 100,
                    "MaximumPercent": 200,
                }
            )
        },
    )


def test_tasks_have_a_public_address_only_where_that_is_their_way_out() -> None:
    for shape, assigned in (("usual", "DISABLED"), ("cheap", "ENABLED")):
        template(shape, "service").has_resource_properties(
            "AWS::ECS::Service",
            {"NetworkConfiguration": {"AwsvpcConfiguration": Match.object_like({"AssignPublicIp": assigned})}},
        )


def test_the_server_answers_to_the_public_name_only() -> None:
    assert environment("public", "server")["MLFLOW_SERVER_ALLOWED_HOSTS"] == "mlflow.example.com"
    assert environment("public", "server")["MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"] == "https://mlflow.example.com"


def test_direct_artifacts_bypass_the_server() -> None:
    assert "MLFLOW_DEFAULT_ARTIFACT_ROOT" in environment("temporary", "server")
    assert "MLFLOW_ARTIFACTS_DESTINATION" not in environment("temporary", "server")
    assert "MLFLOW_ARTIFACTS_DESTINATION" in environment("usual", "server")


def test_the_team_says_which_tracking_store_the_server_has() -> None:
    assert environment("usual", "server")["TRACKING_STORE"] == "postgresql"
    assert environment("temporary", "server")["TRACKING_STORE"] == "mlflow"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_task_is_as_large_as_the_size_says(shape: str) -> None:
    sizing = team(shape).sizing
    template(shape, "service").has_resource_properties(
        "AWS::ECS::TaskDefinition", {"Cpu": str(sizing.cpu_units), "Memory": str(sizing.memory_mib)}
    )
    assert environment(shape, "server")["MLFLOW_WORKERS"] == str(sizing.workers)


def test_the_data_and_edge_stacks_know_nothing_of_each_other_or_of_the_service() -> None:
    for shape in SHAPES:
        for kind, stranger in (("data", "edge"), ("edge", "data"), ("data", "service"), ("edge", "service")):
            text = json.dumps(templates(shape)[team(shape).stack_name(kind)])
            assert f"mlflow-{shape}-{stranger}" not in text


def test_the_first_task_waits_until_ecs_may_read_its_image_and_secrets() -> None:
    (service,) = template("usual", "service").find_resources("AWS::ECS::Service").values()
    assert [name for name in service["DependsOn"] if "ExecutionRoleDefaultPolicy" in name]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_security_group_rule_is_made_twice(shape: str) -> None:
    """EC2 refuses a rule that differs from another by its description alone."""
    rules = [
        json.dumps({k: v for k, v in resource["Properties"].items() if k != "Description"}, sort_keys=True)
        for template_ in templates(shape).values()
        for resource in template_["Resources"].values()
        if resource["Type"] in ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")
    ]
    assert len(rules) == len(set(rules))


def test_the_load_balancer_and_nobody_else_reaches_the_tasks() -> None:
    rules = template("usual", "service").find_resources("AWS::EC2::SecurityGroupIngress").values()
    (to_tasks,) = [rule["Properties"] for rule in rules if rule["Properties"]["ToPort"] == 5000]
    assert "mlflow-usual-edge" in json.dumps(to_tasks["SourceSecurityGroupId"])


def test_every_folder_that_a_container_writes_to_is_a_volume_of_the_image() -> None:
    """Fargate gives a volume to root unless the image has one at the same path."""
    dockerfile = (ROOT / "server_image" / "Dockerfile").read_text().splitlines()
    volumes = {line.split()[1] for line in dockerfile if line.startswith("VOLUME ")}
    written = {mount["ContainerPath"] for c in containers("usual").values() for mount in c["MountPoints"]}
    assert written <= volumes


def test_tasks_carry_the_teams_tags() -> None:
    template("usual", "service").has_resource_properties("AWS::ECS::Service", {"PropagateTags": "SERVICE"})
