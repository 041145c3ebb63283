"""A cloud assembly for an AWS that runs no containers."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

import app
from stacks.images import synth
from tests.stacks.shapes import CONTEXT, team

SHAPE = "smallest"
STACKS = {f"mlflow-{SHAPE}-{kind}" for kind in ("network", "data", "edge", "service")}


def assembly(folder: Path, *, with_images: bool) -> Path:
    synth(app.build(cdk.App(context=CONTEXT, outdir=str(folder)), [team(SHAPE)]), with_images=with_images)
    return folder


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assembly(tmp_path_factory.mktemp("complete"), with_images=True)


@pytest.fixture(scope="module")
def without_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assembly(tmp_path_factory.mktemp("without-images"), with_images=False)


def assets(folder: Path, kind: str) -> dict[str, Any]:
    """The assets of one kind by stack."""
    suffix = ".assets.json"
    return {path.name.removesuffix(suffix): json.loads(path.read_text())[kind] for path in folder.glob(f"*{suffix}")}


def test_no_image_is_left_to_build(complete: Path, without_images: Path) -> None:
    assert [name for name, images in assets(complete, "dockerImages").items() if images] == [f"mlflow-{SHAPE}-service"]
    assert assets(without_images, "dockerImages") == {stack: {} for stack in STACKS}


def test_the_templates_are_the_same_to_the_byte(complete: Path, without_images: Path) -> None:
    names = {path.name for path in complete.glob("*.template.json")}
    assert names == {f"{stack}.template.json" for stack in STACKS}
    for name in names:
        assert (without_images / name).read_bytes() == (complete / name).read_bytes()


def test_the_templates_are_published_all_the_same(complete: Path, without_images: Path) -> None:
    files = assets(complete, "files")
    assert all(files.values())
    assert assets(without_images, "files") == files
