"""The scanners, installed, and the templates of all shapes of team for them."""

import json
from pathlib import Path

import pytest

from kit import scanners
from tests.stacks.shapes import SHAPES, templates


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    scanners.install(print)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for each stack of each shape."""
    made = tmp_path_factory.mktemp("templates")
    for shape in SHAPES:
        for stack, template in templates(shape).items():
            (made / f"{stack}.template.json").write_text(json.dumps(template, indent=1))
    return made
