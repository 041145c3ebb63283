import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import CredentialRetrievalError

from kit.local.credentials import CredentialsEndpoint, RoleCredentials
from tests.kit.local.fake_aws import ROOT, TASK_ROLE, FakeAws


@pytest.fixture
def aws() -> Iterator[FakeAws]:
    with FakeAws() as fake:
        yield fake


@pytest.fixture
def endpoint(aws: FakeAws) -> Iterator[CredentialsEndpoint]:
    with CredentialsEndpoint(RoleCredentials(aws.endpoint, ROOT, TASK_ROLE, "task-1")) as serving:
        yield serving


@pytest.fixture
def as_container(endpoint: CredentialsEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process finds its credentials as a container does."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    for name, value in endpoint.environment.items():
        monkeypatch.setenv(name, value)
    # On a busy machine the SDK would give up on an answer after 2 s and ask again, which counts as another renewal.
    monkeypatch.setattr("botocore.utils.ContainerMetadataFetcher.TIMEOUT_SECONDS", 60)


def found() -> Any:
    """The credentials that boto3 finds in this process."""
    return boto3.session.Session().get_credentials()


@pytest.mark.usefixtures("as_container")
def test_boto3_takes_the_task_roles_credentials_from_the_endpoint() -> None:
    credentials = found()
    assert credentials.method == "container-role"
    assert credentials.get_frozen_credentials()[:3] == ("task/1", "key", "session")


@pytest.mark.usefixtures("as_container")
def test_credentials_that_hold_are_not_assumed_again(aws: FakeAws) -> None:
    for _ in range(3):
        assert found().access_key == "task/1"
    assert aws.assumptions == 1


@pytest.mark.usefixtures("as_container")
def test_credentials_are_renewed_before_they_expire(aws: FakeAws) -> None:
    aws.lifetime = timedelta(minutes=5)
    credentials = found()
    assert credentials.access_key == "task/2"  # 1 when it was loaded, 2 as boto3 found that it expires soon


@pytest.mark.usefixtures("as_container")
def test_credentials_that_still_hold_bridge_an_endpoint_that_refuses(aws: FakeAws) -> None:
    aws.lifetime = timedelta(minutes=20)
    assert found().access_key.startswith("task/")
    aws.assumable.clear()
    assert found().access_key == f"task/{aws.assumptions}"


def test_a_role_that_cannot_be_assumed_is_an_error_in_the_container(
    aws: FakeAws, as_container: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.utils.ContainerMetadataFetcher.SLEEP_TIME", 0)
    aws.assumable.clear()
    with pytest.raises(CredentialRetrievalError, match="AssumeRoleFailed"):
        found()


@pytest.mark.parametrize("token", [None, "guess", "né"])
def test_nobody_gets_credentials_without_the_token(endpoint: CredentialsEndpoint, token: str | None) -> None:
    request = urllib.request.Request(endpoint.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    if token is not None:
        request.add_header("Authorization", token)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request)
