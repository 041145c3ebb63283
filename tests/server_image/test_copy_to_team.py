"""examples/registry/copy_to_team.py between the servers of two teams, by users who are no administrators."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from kit.environment import install_examples
from tests.e2e.examples.user import User
from tests.server_image.deployment import HOST, Deployment, Server
from tests.server_image.test_serve import basic

# Who reads in the one team and writes in the other, and who may read in both.
PUBLISHER, GUEST = "publisher", "guest"
PASSWORD = "only for these tests"


@dataclass(frozen=True)
class Teams:
    """The servers of both, and a person's machine."""

    development: Server
    production: Server
    admin: User

    def copy(self, user: str, name: str) -> str:
        """What copying the champion to a name says, as that user of both; raises AssertionError with its error."""
        return self.admin.run_example(
            "registry/copy_to_team.py",
            "models:/dev.iris@champion",
            name,
            MLFLOW_TRACKING_USERNAME=user,
            MLFLOW_TRACKING_PASSWORD=PASSWORD,
            TO_TRACKING_URI=url(self.production),
            TO_TRACKING_USERNAME=user,
            TO_TRACKING_PASSWORD=PASSWORD,
        )


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def teams(
    make_deployment: Callable[..., Deployment], template: str, bucket: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Teams]:
    install_examples(print)
    development, production = make_deployment(template), make_deployment(template)
    local = {"MLFLOW_SERVER_ALLOWED_HOSTS": f"{HOST},127.0.0.1:*"}
    with (
        development.serving(**local, MLFLOW_ARTIFACTS_DESTINATION="s3://team-bucket/development") as one,
        production.serving(**local, MLFLOW_ARTIFACTS_DESTINATION="s3://team-bucket/production") as other,
    ):
        for server in (one, other):
            for user in (PUBLISHER, GUEST):
                made = {"username": user, "password": PASSWORD}
                answer = server.post("/api/2.0/mlflow/users/create", made, Authorization=basic(server))
                assert answer.status == 200, answer.body
        admin = User(tmp_path_factory.mktemp("person"), url(one), development.admin_password)
        admin.run_example("registry/register.py")
        yield Teams(one, other, admin)


def test_a_version_goes_from_one_teams_server_to_the_others_each_time_as_the_next_one(teams: Teams) -> None:
    assert [teams.copy(PUBLISHER, "iris") for _ in range(2)] == ["version 1 inputs 1", "version 2 inputs 1"]
    production = teams.production.deployment
    assert production.query("SELECT version FROM model_versions WHERE name = 'iris' ORDER BY version") == [(1,), (2,)]
    copied_from = "SELECT DISTINCT value FROM model_version_tags WHERE name = 'iris' AND key = 'copied.from'"
    assert production.query(copied_from) == [(f"{url(teams.development)} models:/dev.iris@champion",)]
    assert teams.development.deployment.query("SELECT count(*) FROM registered_models WHERE name = 'iris'") == [(0,)]


def test_who_may_only_read_in_the_other_team_is_refused(teams: Teams) -> None:
    teams.copy(PUBLISHER, "of the publisher")
    versions = "SELECT count(*) FROM model_versions WHERE name = 'of the publisher'"
    with pytest.raises(AssertionError, match="Permission denied"):
        teams.copy(GUEST, "of the publisher")
    assert teams.production.deployment.query(versions) == [(1,)]
