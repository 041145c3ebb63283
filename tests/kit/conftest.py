"""An AWS with CloudFormation in this process: moto, with what the kit adds to it."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.kit.emulators.moto.mended import MendedAws, mended


@pytest.fixture(scope="module")
def _mended_moto() -> Iterator[None]:
    """Put back behind each module: other tests have moto as it is."""
    with mended():
        yield


@pytest.fixture
def mended_aws(_mended_moto: None) -> Iterator[MendedAws]:
    """An account with nothing in it."""
    with mock_aws():
        yield MendedAws()
