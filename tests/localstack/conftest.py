from collections.abc import Iterator

import pytest

from kit.emulators.choice import Choice
from kit.emulators.localstack import environment
from kit.emulators.localstack.emulator import LocalStack, RunningLocalStack
from kit.environment import find_python
from tests.changes import team_in_a_copy
from tests.kit.local.waiting import wait_for
from tests.localstack.belonging import belonging_to
from tests.running import LocalTeam


@pytest.fixture(scope="session", autouse=True)
def python_3_13() -> None:
    """LocalStack 4.14 runs on no other Python."""
    if find_python(environment.PYTHON_VERSION) is None:
        pytest.skip(f"there is no Python {environment.PYTHON_VERSION} for LocalStack 4.14")
    environment.install(lambda text: None)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST", "USE_SSL"):
            patch.delenv(name, raising=False)
        if running := RunningLocalStack.find():
            pytest.fail(f"a LocalStack answers at {running.url}, and these tests would use it: stop it first")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, python_3_13: None) -> Iterator[LocalTeam]:
    """The example team on a LocalStack that the kit starts."""
    with team_in_a_copy(tmp_path_factory.mktemp("team"), Choice.LOCALSTACK) as team:
        yield team


@pytest.fixture(scope="module")
def of_a_user(tmp_path_factory: pytest.TempPathFactory, python_3_13: None) -> Iterator[LocalStack]:
    """A LocalStack as a user runs one: the kit is told by LOCALSTACK_HOST alone where it is."""
    folder = tmp_path_factory.mktemp("user")
    localstack = LocalStack(folder, "none", "eu-west-1")
    localstack.start_own()
    try:
        yield localstack
    finally:
        localstack.stop()
    assert not localstack.alive()
    wait_for(lambda: not belonging_to(folder), "all of LocalStack's processes have ended")
