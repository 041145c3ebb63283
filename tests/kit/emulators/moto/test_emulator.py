"""moto's server as a process on loopback, one for the module; those that end it start their own."""

import json
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from kit.emulators.moto.emulator import Moto
from kit.local.errors import LocalError
from tests.kit.local.waiting import wait_for

ACCOUNT, REGION = "123456789012", "eu-west-1"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    emulator = Moto(tmp_path_factory.mktemp("moto") / "team", "example", REGION)
    emulator.start()
    yield emulator
    emulator.stop()


def process(emulator: Moto) -> psutil.Process:
    identity = json.loads((emulator.log.parent.parent / "emulator" / "emulator.pid").read_text())
    return psutil.Process(identity["pid"])


def test_it_answers_as_the_account_that_it_says(shared: Moto) -> None:
    assert shared.alive()
    assert shared.answers()
    assert shared.description == f"moto, account {ACCOUNT}"
    assert shared.client("sts").get_caller_identity()["Account"] == ACCOUNT == shared.account_id


def test_it_listens_on_loopback_alone_and_on_one_port(shared: Moto) -> None:
    listening = [c.laddr for c in process(shared).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert [(address.ip, address.port) for address in listening] == [
        ("127.0.0.1", int(shared.endpoint.url.rpartition(":")[2]))
    ]


def test_starting_what_runs_changes_nothing(shared: Moto) -> None:
    before = process(shared).pid
    shared.start()
    assert process(shared).pid == before


def test_objects_are_where_the_client_environment_says(shared: Moto, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in shared.client_environment().items():
        monkeypatch.setenv(name, value)
    s3 = shared.client("s3")
    s3.create_bucket(Bucket="b-objects", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="b-objects", Key="k", Body=b"object")
    assert s3.get_object(Bucket="b-objects", Key="k")["Body"].read() == b"object"


def test_a_stack_s_termination_protection_can_be_changed_as_the_cdk_does(shared: Moto) -> None:
    cloudformation = shared.client("cloudformation")
    template = json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})
    stack_id = cloudformation.create_stack(StackName="protected", TemplateBody=template)["StackId"]
    for protected in (True, False):
        answer = cloudformation.update_termination_protection(
            StackName="protected", EnableTerminationProtection=protected
        )
        assert answer["StackId"] == stack_id
        (stack,) = cloudformation.describe_stacks(StackName="protected")["Stacks"]
        assert stack["EnableTerminationProtection"] == protected


def test_the_kit_s_types_are_known_and_others_refused(shared: Moto) -> None:
    cloudformation = shared.client("cloudformation")
    resources = {"It": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {}}}}
    cloudformation.create_stack(StackName="known", TemplateBody=json.dumps({"Resources": resources}))
    secrets = shared.client("secretsmanager").list_secrets()["SecretList"]
    assert any(secret["Name"].startswith("known-It-") for secret in secrets)
    unknown = json.dumps({"Resources": {"It": {"Type": "AWS::Nobody::Knows"}}})
    with pytest.raises(ClientError, match="AWS::Nobody::Knows"):
        cloudformation.create_stack(StackName="unknown", TemplateBody=unknown)


def test_aws_s_own_policies_are_there_for_the_bootstrap(shared: Moto) -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert shared.client("iam").get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AdministratorAccess"


def test_a_stop_ends_it_and_it_comes_back_empty_at_the_same_address(tmp_path: Path) -> None:
    emulator = Moto(tmp_path / "team", "example", REGION)
    emulator.start()
    try:
        url, first = emulator.endpoint.url, process(emulator)
        emulator.client("secretsmanager").create_secret(Name="s", SecretString="one")
        emulator.stop()
        wait_for(lambda: not first.is_running() or first.status() == psutil.STATUS_ZOMBIE, "the process has ended")
        assert not emulator.alive()
        assert not emulator.answers()
        emulator.start()
        assert emulator.endpoint.url == url
        assert emulator.client("secretsmanager").list_secrets()["SecretList"] == []
        assert not emulator.keeps_state
    finally:
        emulator.stop()


def test_one_that_cannot_start_says_what_its_log_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = Moto(tmp_path / "team", "example", REGION)
    monkeypatch.setattr("kit.emulators.moto.emulator.ROOT", tmp_path)
    with pytest.raises(LocalError, match=r"^moto ended at its start; .*No module named 'kit'"):
        emulator.start()
