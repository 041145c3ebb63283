"""The engine of this machine, and the server's image in it."""

import pytest

from kit.local.engine import Engine, LocalImage
from kit.local.image import build_image


@pytest.fixture(scope="session")
def image() -> LocalImage:
    engine = Engine.find()
    return LocalImage(engine=engine, reference=build_image(engine.program, lambda text: None))
