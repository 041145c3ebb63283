"""One database of each old MLflow release, made when it is first asked for and copied for each test."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.server_image.conftest import endpoint, make_deployment, postgres
from tests.server_image.deployment import Deployment
from tests.upgrade import releases
from tests.upgrade.releases import OldDatabase

__all__ = ["endpoint", "make_deployment", "postgres"]


@pytest.fixture(scope="session")
def made_by(
    make_deployment: Callable[..., Deployment], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], OldDatabase]:
    """The database that a release has made and filled."""

    @cache
    def make(release: str) -> OldDatabase:
        return releases.make(release, make_deployment(), tmp_path_factory.mktemp("artifacts"))

    return make
