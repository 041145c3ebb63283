"""What each role of a team may do, and what it may not: one row each, asked of MiniStack, which enforces IAM."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from kit.clients import LINES, TeamServer
from kit.environment import CLIENT
from tests.e2e.two_teams import OURS, Teams, two_teams


@pytest.fixture(scope="module")
def teams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teams]:
    with two_teams(tmp_path_factory.mktemp("roles")) as deployed:
        yield deployed


Try = Callable[[Teams, Callable[[str], Any]], object]


def _get(key: str, team: str = "ours") -> Try:
    return lambda teams, client: client("s3").get_object(Bucket=getattr(teams, team).bucket, Key=key)


def _put(key: str, team: str = "ours") -> Try:
    return lambda teams, client: client("s3").put_object(Bucket=getattr(teams, team).bucket, Key=key, Body=b"")


def _secret(name: str, team: str = "ours") -> Try:
    return lambda teams, client: client("secretsmanager").get_secret_value(SecretId=getattr(getattr(teams, team), name))


TRIES: dict[str, Try] = {
    "read an artifact": _get("artifacts/model"),
    "write an artifact": _put("artifacts/new"),
    "delete an artifact": lambda teams, client: client("s3").delete_object(
        Bucket=teams.ours.bucket, Key="artifacts/new"
    ),
    "list the bucket": lambda teams, client: client("s3").list_objects_v2(Bucket=teams.ours.bucket),
    "read the admin's password": _secret("admin_secret"),
    "read the server's password": _secret("user_secret"),
    "read the master's password": _secret("master_secret"),
    "read another prefix": _get("elsewhere/model"),
    "write to another prefix": _put("elsewhere/new"),
    "delete a version for good": lambda teams, client: client("s3").delete_object(
        Bucket=teams.ours.bucket, Key="artifacts/model", VersionId="null"
    ),
    "delete the bucket": lambda teams, client: client("s3").delete_bucket(Bucket=teams.ours.bucket),
    "change the bucket's policy": lambda teams, client: client("s3").put_bucket_policy(
        Bucket=teams.ours.bucket, Policy="{}"
    ),
    "list all buckets": lambda _teams, client: client("s3").list_buckets(),
    "read another team's artifact": _get("artifacts/model", "theirs"),
    "write another team's artifact": _put("artifacts/new", "theirs"),
    "list another team's bucket": lambda teams, client: client("s3").list_objects_v2(Bucket=teams.theirs.bucket),
    "read another team's admin password": _secret("admin_secret", "theirs"),
    "read another team's server password": _secret("user_secret", "theirs"),
    "change the server's password": lambda teams, client: client("secretsmanager").put_secret_value(
        SecretId=teams.ours.user_secret, SecretString="{}"
    ),
    "use the key itself": lambda teams, client: client("kms").encrypt(KeyId=teams.ours.key_arn, Plaintext=b"x"),
    "use another team's key": lambda teams, client: client("kms").encrypt(KeyId=teams.theirs.key_arn, Plaintext=b"x"),
    "delete the key": lambda teams, client: client("kms").schedule_key_deletion(KeyId=teams.ours.key_arn),
    "stop the database": lambda teams, client: client("rds").stop_db_instance(DBInstanceIdentifier=teams.ours.database),
    "delete another team's database": lambda teams, client: client("rds").delete_db_instance(
        DBInstanceIdentifier=teams.theirs.database, SkipFinalSnapshot=True
    ),
    "change the service": lambda teams, client: client("ecs").update_service(
        cluster=teams.ours.cluster, service=teams.ours.service, desiredCount=0
    ),
    "start a task": lambda teams, client: client("ecs").run_task(cluster=teams.ours.cluster, taskDefinition="any"),
    "restore a snapshot": lambda _teams, client: client("rds").restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="ours-new", DBSnapshotIdentifier="any"
    ),
    "give itself more": lambda teams, client: client("iam").put_role_policy(
        RoleName=next(iter(teams.ours.roles.values())).rpartition("/")[2], PolicyName="more", PolicyDocument="{}"
    ),
    "become the team's admin": lambda teams, client: client("sts").assume_role(
        RoleArn=teams.ours.role("ClientRolesAdmin"), RoleSessionName="admin"
    ),
    "become another team's admin": lambda teams, client: client("sts").assume_role(
        RoleArn=teams.theirs.role("ClientRolesAdmin"), RoleSessionName="them"
    ),
}
"""What a role may try, by what it is."""

_USE = {"read an artifact", "write an artifact", "delete an artifact", "list the bucket"}
# By the start of the role's logical id. All else is refused.
ALLOWED: dict[str, set[str]] = {
    # With `server.exec`, which opens nothing of these; MiniStack knows no sessions.
    "TrackingServerTaskRole": {*_USE, "read the server's password"},
    "TrackingServerExecutionRole": {"read the admin's password", "read the master's password"},
    "RotationTaskRole": {"read the server's password", "change the server's password"},
    "RotationExecutionRole": {"read the master's password"},
    "RotationDailyRole": set(),
    "GarbageCollectionExecutionRole": set(),
    "GarbageCollectionDailyRole": set(),
    "ClientRolesReader": {"read an artifact", "list the bucket"},
    "ClientRolesWriter": _USE,
    "ClientRolesAdmin": {*_USE, "read the admin's password"},
    "ClientRolesCi": _USE,
    "DatabaseMonitoringRole": set(),
    "BackupRole": set(),
    "ArtifactStoreReplicationRole": {"list the bucket"},
}


def is_refused(teams: Teams, role_arn: str, attempt: str) -> bool:
    # Who cannot be the role at all would be refused everything.
    assert f"/{role_arn.rpartition('/')[2]}/" in teams.client(role_arn, "sts").get_caller_identity()["Arn"]
    try:
        TRIES[attempt](teams, lambda service: teams.client(role_arn, service))
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException"):
            raise
        return True
    return False


@pytest.mark.parametrize("attempt", TRIES)
@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_do_what_it_is_for_and_nothing_else(teams: Teams, role: str, attempt: str) -> None:
    assert is_refused(teams, teams.ours.role(role), attempt) == (attempt not in ALLOWED[role])


def test_every_role_of_the_team_has_its_rows(teams: Teams) -> None:
    assert [name for name in teams.ours.roles if not name.startswith(tuple(ALLOWED))] == []


def a_copy(teams: Teams, role: str, owner: str) -> str:
    """The ARN of a new role with all that the deployed one may do, but in buckets that `owner` owns."""
    iam, name = teams.root("iam"), teams.ours.role(role).rpartition("/")[2]
    documents = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        arn = policy["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        documents.append(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    copy = iam.create_role(RoleName=f"{role}-{owner}", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    for number, document in enumerate(documents):
        for statement in document["Statement"]:
            if "s3:ResourceAccount" in statement.get("Condition", {}).get("StringEquals", {}):
                statement["Condition"]["StringEquals"]["s3:ResourceAccount"] = owner
        iam.put_role_policy(RoleName=copy["RoleName"], PolicyName=str(number), PolicyDocument=json.dumps(document))
    return str(copy["Arn"])


def by_link(teams: Teams, role_arn: str) -> int:
    """The status of an upload by a link that the role has signed, without any header of the owner."""
    target = {"Bucket": teams.ours.bucket, "Key": "artifacts/linked"}
    link = teams.client(role_arn, "s3").generate_presigned_url("put_object", Params=target)
    return requests.put(link, data=b"", verify=teams.environment["AWS_CA_BUNDLE"], timeout=10).status_code


# But the role of replication, with which S3 reads the bucket that has the rules, and no other.
@pytest.mark.parametrize("role", [role for role, may in ALLOWED.items() if "read an artifact" in may])
def test_a_role_uses_no_bucket_of_the_same_name_that_another_account_owns(teams: Teams, role: str) -> None:
    ours, others = (a_copy(teams, role, owner) for owner in (teams.account, "210987654321"))
    for attempt in ALLOWED[role] & _USE:
        assert not is_refused(teams, ours, attempt)
        assert is_refused(teams, others, attempt)
    if "write an artifact" in ALLOWED[role]:
        assert (by_link(teams, ours), by_link(teams, others)) == (200, 403)


def test_the_lines_of_kit_client_are_the_writer(teams: Teams) -> None:
    writer = teams.ours.role("ClientRolesWriter")
    outputs = {"Url": "http://localhost", "AdminSecretArn": teams.ours.admin_secret, "WriterRoleArn": writer}
    program = f"""{LINES["python"](TeamServer.on_aws(OURS, outputs))}
boto3.client("s3").put_object(Bucket={teams.ours.bucket!r}, Key="artifacts/new", Body=b"")
print(boto3.client("sts").get_caller_identity()["Arn"])
"""
    environment = {"PATH": os.environ["PATH"], **teams.environment}
    done = subprocess.run(
        [CLIENT / "bin" / "python", "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert writer.rpartition("/")[2] in done.stdout
