"""Each example as its user runs it, as a process, against the one server that runs for all of these tests.

It runs as processes, or with `pytest --containers tests/e2e/examples` as containers.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from kit.environment import install_examples
from tests.e2e.examples.stores import Stores
from tests.e2e.examples.user import User
from tests.running import Finished, LocalTeam

RunExample = Callable[..., str]
"""`User.run_example`."""


@pytest.fixture(scope="session")
def stores_of_session(up_from_nothing: tuple[LocalTeam, Finished]) -> Stores:
    install_examples(print)
    return Stores(up_from_nothing[0])


@pytest.fixture
def stores(running: LocalTeam, stores_of_session: Stores) -> Stores:
    """The server, which runs, and what is behind it."""
    return stores_of_session


@pytest.fixture
def user(stores: Stores, tmp_path: Path) -> User:
    return User(tmp_path, stores.team.url, stores.password)


@pytest.fixture
def run_example(user: User) -> RunExample:
    """Runs a script below `examples/` with its arguments, and returns what it prints; see `User.run`."""
    return user.run_example
