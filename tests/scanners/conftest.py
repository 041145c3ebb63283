"""The scanners, installed, and the templates of all shapes of team for them."""

import json
from pathlib import Path

import pytest

from kit import scanners
from tests.stacks.combinations import with_every_value
from tests.stacks.shapes import SHAPES, synthesize, templates


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    scanners.install(print)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for each stack of each shape, and of a few teams that have every value of every key."""
    made = tmp_path_factory.mktemp("templates")
    for shape in SHAPES:
        for stack, template in templates(shape).items():
            (made / f"{stack}.template.json").write_text(json.dumps(template, indent=1))
    for number, team in enumerate(with_every_value()):
        for found in synthesize(team).stacks:
            kind = found.stack_name.removeprefix(f"mlflow-{team.name}-")
            (made / f"mlflow-{number}-{kind}.template.json").write_text(json.dumps(found.template, indent=1))
    return made
