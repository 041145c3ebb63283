"""A real MiniStack on loopback, one for the module; those that kill or restart it make their own."""

import json
import os
import signal
import socket
import stat

import boto3
import psutil
import pytest
from botocore.exceptions import ClientError

from kit.local.emulator import Emulator
from kit.local.errors import LocalError

ACCOUNT, REGION = "123456789012", "eu-west-1"


@pytest.fixture
def emulator(tmp_path):
    emulator = Emulator(tmp_path / "team", ACCOUNT, REGION)
    emulator.start()
    yield emulator
    emulator.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    emulator = Emulator(tmp_path_factory.mktemp("shared") / "team", ACCOUNT, REGION)
    emulator.start()
    yield emulator
    emulator.stop()


def pid(emulator):
    return json.loads((emulator.log.parent.parent / "emulator" / "emulator.pid").read_text())["pid"]


def test_root_of_the_team_s_account_is_who_asks(shared):
    assert shared.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_the_client_environment_is_enough_for_boto3(shared, monkeypatch):
    for name, value in shared.client_environment().items():
        monkeypatch.setenv(name, value)
    assert boto3.client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_a_wrong_secret_key_is_refused(shared):
    session = boto3.Session(ACCOUNT, "guessed", region_name=REGION)
    client = session.client("sts", endpoint_url=shared.endpoint_url, verify=str(shared.certificate))
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        client.get_caller_identity()


def test_it_listens_on_loopback_alone_and_on_one_port(shared):
    process = psutil.Process(pid(shared))
    listening = [c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert [(address.ip, address.port) for address in listening] == [
        ("127.0.0.1", int(shared.endpoint_url.rpartition(":")[2]))
    ]


def test_its_secrets_are_in_no_argument_list_and_no_readable_file(shared):
    secret = shared.client_environment()["AWS_SECRET_ACCESS_KEY"]
    assert secret not in " ".join(psutil.Process(pid(shared)).cmdline())
    assert secret not in shared.log.read_text()
    assert stat.S_IMODE(shared.log.parent.parent.stat().st_mode) == 0o700


def test_state_cannot_be_wiped_by_a_request(shared):
    shared.client("ssm").put_parameter(Name="kept", Value="1", Type="String")
    url, trust = f"{shared.endpoint_url}/_ministack/reset", str(shared.certificate)
    http = pytest.importorskip("urllib3").PoolManager(ca_certs=trust)
    assert http.request("POST", url).status == 403
    assert shared.client("ssm").get_parameter(Name="kept")["Parameter"]["Value"] == "1"


def test_starting_what_runs_changes_nothing(shared):
    before = pid(shared)
    shared.start()
    assert pid(shared) == before


def test_a_stopped_emulator_comes_back_at_the_same_address_with_all_it_had(emulator):
    url = emulator.endpoint_url
    emulator.client("secretsmanager").create_secret(Name="s", SecretString="one")
    emulator.client("s3").create_bucket(
        Bucket="b-kept", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    emulator.client("s3").put_object(Bucket="b-kept", Key="k", Body=b"object")
    emulator.stop()
    assert not emulator.alive()
    emulator.start()
    assert emulator.endpoint_url == url
    assert emulator.client("secretsmanager").get_secret_value(SecretId="s")["SecretString"] == "one"
    assert emulator.client("s3").get_object(Bucket="b-kept", Key="k")["Body"].read() == b"object"


def test_a_killed_emulator_has_kept_what_was_there_before(emulator):
    saved = emulator.log.parent.parent / "emulator" / "state" / "secretsmanager.json"
    emulator.client("secretsmanager").create_secret(Name="s", SecretString="password-one")
    while not (saved.exists() and "password-one" in saved.read_text()):
        pass
    os.kill(pid(emulator), signal.SIGKILL)
    emulator.start()
    assert emulator.client("secretsmanager").get_secret_value(SecretId="s")["SecretString"] == "password-one"


def test_a_stop_with_a_client_s_connection_open_saves_and_ends(emulator):
    client = emulator.client("ssm")
    client.put_parameter(Name="last", Value="word", Type="String")
    emulator.stop()
    emulator.start()
    assert emulator.client("ssm").get_parameter(Name="last")["Parameter"]["Value"] == "word"


def test_a_port_in_use_is_said_so(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LocalError, match=f"Port {port} is in use"):
            Emulator(tmp_path / "team", ACCOUNT, REGION).start(port)


def test_another_free_port_is_taken_when_that_of_last_time_is_not_free(tmp_path):
    emulator = Emulator(tmp_path / "team", ACCOUNT, REGION)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        (tmp_path / "team" / "emulator" / "port").write_text(str(taken.getsockname()[1]))
        emulator.start()
        assert not emulator.endpoint_url.endswith(f":{taken.getsockname()[1]}")
    emulator.stop()


def test_an_emulator_that_cannot_start_says_what_its_log_says(tmp_path):
    emulator = Emulator(tmp_path / "team", ACCOUNT, REGION)
    emulator.certificate.write_text("no certificate")
    with pytest.raises((LocalError, ValueError)):
        emulator.start()
