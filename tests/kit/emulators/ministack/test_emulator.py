"""A real MiniStack on loopback, one for the module; those that kill or restart it make their own."""

import json
import os
import signal
import socket
import ssl
import stat
import urllib.error
import urllib.request

import boto3
import psutil
import pytest
from botocore.exceptions import ClientError

from kit.emulators.ministack.emulator import MiniStack
from kit.local.errors import LocalError
from tests.kit.local.waiting import wait_for

ACCOUNT, REGION = "825078062172", "eu-west-1"


@pytest.fixture
def emulator(tmp_path):
    emulator = MiniStack(tmp_path / "team", "example", REGION)
    emulator.start()
    yield emulator
    emulator.stop()


def post(emulator, path, headers):
    request = urllib.request.Request(emulator.endpoint.url + path, data=b"{}", headers=headers)
    trust = ssl.create_default_context(cafile=emulator.endpoint.ca_bundle)
    try:
        with urllib.request.urlopen(request, context=trust) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def pid(emulator):
    return json.loads((emulator.log.parent.parent / "emulator" / "emulator.pid").read_text())["pid"]


def kill(emulator):
    os.kill(pid(emulator), signal.SIGKILL)
    wait_for(lambda: not emulator.alive(), "the system has ended it")


def test_root_of_the_team_s_account_is_who_asks(ministack):
    assert ministack.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_the_client_environment_is_enough_for_boto3(ministack, monkeypatch):
    for name, value in ministack.client_environment().items():
        monkeypatch.setenv(name, value)
    assert boto3.client("sts").get_caller_identity()["Account"] == ACCOUNT


@pytest.mark.parametrize("key", [ACCOUNT, "999999999999", "test"])
@pytest.mark.parametrize(
    ("service", "call"),
    [("sts", "get_caller_identity"), ("s3", "list_buckets"), ("secretsmanager", "list_secrets")],
)
def test_a_wrong_secret_key_is_refused(ministack, key, service, call):
    client = boto3.Session(key, "guessed", region_name=REGION).client(
        service, endpoint_url=ministack.endpoint.url, verify=ministack.endpoint.ca_bundle
    )
    with pytest.raises(ClientError, match=r"signature|Signature"):
        getattr(client, call)()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer anything"}, {"Authorization": "AWS 1:2"}])
def test_a_request_without_a_signature_is_refused(ministack, headers):
    target = {"X-Amz-Target": "secretsmanager.ListSecrets", "Content-Type": "application/x-amz-json-1.1"}
    assert post(ministack, "/", {**headers, **target}) == 403


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/config"])
def test_ministack_s_administration_is_closed(ministack, path):
    assert post(ministack, path, {"Authorization": "AWS4-HMAC-SHA256 Credential=anybody"}) == 403


def test_a_presigned_url_works_and_a_forged_one_does_not(ministack):
    s3 = ministack.client("s3")
    s3.create_bucket(Bucket="b-presigned", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="b-presigned", Key="k", Body=b"object")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "b-presigned", "Key": "k"})
    trust = ssl.create_default_context(cafile=ministack.endpoint.ca_bundle)
    with urllib.request.urlopen(url, context=trust) as answer:
        assert answer.read() == b"object"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url.replace("Signature=", "Signature=x"), context=trust)


def test_it_listens_on_loopback_alone_and_on_one_port(ministack):
    process = psutil.Process(pid(ministack))
    listening = [c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert [(address.ip, address.port) for address in listening] == [
        ("127.0.0.1", int(ministack.endpoint.url.rpartition(":")[2]))
    ]


def test_its_secrets_are_in_no_argument_list_and_no_readable_file(ministack):
    secret = ministack.client_environment()["AWS_SECRET_ACCESS_KEY"]
    assert secret not in " ".join(psutil.Process(pid(ministack)).cmdline())
    assert secret not in ministack.log.read_text()
    assert stat.S_IMODE(ministack.log.parent.parent.stat().st_mode) == 0o700


def test_starting_what_runs_changes_nothing(ministack):
    before = pid(ministack)
    ministack.start()
    assert pid(ministack) == before


def test_a_stopped_emulator_comes_back_at_the_same_address_with_all_it_had(emulator):
    url = emulator.endpoint.url
    emulator.client("secretsmanager").create_secret(Name="s", SecretString="one")
    emulator.client("s3").create_bucket(Bucket="b-kept", CreateBucketConfiguration={"LocationConstraint": REGION})
    emulator.client("s3").put_object(Bucket="b-kept", Key="k", Body=b"object")
    emulator.stop()
    assert not emulator.alive()
    emulator.start()
    assert emulator.endpoint.url == url
    assert emulator.client("secretsmanager").get_secret_value(SecretId="s")["SecretString"] == "one"
    assert emulator.client("s3").get_object(Bucket="b-kept", Key="k")["Body"].read() == b"object"


def test_a_killed_emulator_has_kept_what_was_there_before(emulator):
    saved = emulator.log.parent.parent / "emulator" / "state" / "secretsmanager.json"
    emulator.client("secretsmanager").create_secret(Name="s", SecretString="password-one")
    wait_for(lambda: saved.exists() and "password-one" in saved.read_text(), "the secret is on disk")
    kill(emulator)
    emulator.start()
    assert emulator.client("secretsmanager").get_secret_value(SecretId="s")["SecretString"] == "password-one"


def test_a_stop_with_a_client_s_connection_open_saves_and_ends(emulator):
    client = emulator.client("ssm")
    client.put_parameter(Name="last", Value="word", Type="String")
    emulator.stop()
    emulator.start()
    assert emulator.client("ssm").get_parameter(Name="last")["Parameter"]["Value"] == "word"


def test_another_free_port_is_taken_when_that_of_last_time_is_not_free(tmp_path):
    emulator = MiniStack(tmp_path / "team", "example", REGION)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        (tmp_path / "team" / "emulator" / "port").write_text(str(taken.getsockname()[1]))
        emulator.start()
        assert not emulator.endpoint.url.endswith(f":{taken.getsockname()[1]}")
    emulator.stop()


def test_an_emulator_that_cannot_start_says_what_its_log_says(tmp_path, monkeypatch):
    emulator = MiniStack(tmp_path / "team", "example", REGION)
    monkeypatch.setattr("kit.emulators.ministack.emulator.ROOT", tmp_path)
    with pytest.raises(LocalError, match="No module named 'kit'"):
        emulator.start()


def test_a_deployment_that_died_with_the_emulator_can_be_gone_on_with(emulator):
    waiting = {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Timeout": "3600"}}
    waiting |= {"DependsOn": "Secret"}
    waiting["Properties"]["Handle"] = {"Ref": "Handle"}
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {}}}
    resources = {
        "Secret": secret,
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": waiting,
    }
    cloudformation = emulator.client("cloudformation")
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps({"Resources": resources}))
    wait_for(lambda: emulator.client("secretsmanager").list_secrets()["SecretList"], "the secret is there")
    (before,) = emulator.client("secretsmanager").list_secrets()["SecretList"]
    saved = emulator.log.parent.parent / "emulator" / "state" / "cloudformation.json"
    wait_for(lambda: saved.exists() and before["ARN"] in saved.read_text(), "the stack is on disk")
    kill(emulator)
    emulator.start()
    assert cloudformation.describe_stacks()["Stacks"][0]["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Secret"}}}
    template = json.dumps({"Resources": {"Secret": secret, "Parameter": parameter}})
    cloudformation.update_stack(StackName="s", TemplateBody=template)
    cloudformation.get_waiter("stack_update_complete").wait(StackName="s", WaiterConfig={"Delay": 1})
    (after,) = emulator.client("secretsmanager").list_secrets()["SecretList"]
    assert after["ARN"] == before["ARN"]
