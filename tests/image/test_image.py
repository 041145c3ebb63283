"""What the image holds and what it does not."""

import io
import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from kit.commands.image import SBOM, image_bytes
from kit.commands.image import image as verb
from kit.environment import ROOT
from kit.local.sbom import write_sbom
from kit.progress import Steps
from tests.image.deployment import Image, limits
from tests.server_image.deployment import SERVER_IMAGE

MOST_BYTES = 400_000_000


def test_it_is_small(image: Image) -> None:
    assert image_bytes(image.program, image.reference) <= MOST_BYTES


@pytest.mark.parametrize("program", ["gcc", "cc", "ld", "as", "make", "pip", "pip3", "uv", "git", "curl", "jupyter"])
def test_it_has_no_program_that_builds_or_fetches(program: str, image: Image) -> None:
    assert image.shell(f"command -v {program} || echo none") == "none\n"


def test_it_cannot_install(image: Image) -> None:
    assert image.shell("python -m pip --version 2>&1 || true; python -m ensurepip 2>&1 || true").count("No module") == 2


def test_no_file_gives_the_rights_of_its_owner(image: Image) -> None:
    assert image.shell("find / -xdev -perm /6000 -type f", "--user", "0:0") == ""


def test_only_tmp_is_writable_to_its_user(image: Image) -> None:
    found = image.shell("find / -xdev -writable -not -type l 2>/dev/null || true").split()
    assert {path for path in found if not path.startswith(("/proc", "/sys", "/dev", "/tmp"))} == set()  # noqa: S108


def test_no_package_brings_its_tests(image: Image) -> None:
    assert image.shell("find /app -type d -name tests") == ""


def test_everything_is_compiled(image: Image) -> None:
    """The root file system is read-only, so nothing would be kept that is compiled later."""
    script = "find /app/tracking_server /app/venv/lib/python3*/site-packages/mlflow/server -name '*.py'"
    sources = image.shell(script).split()
    compiled = image.shell(script.replace("'*.py'", "'*.pyc'")).split()
    assert len(compiled) == len(sources) > 0


def test_it_has_what_the_requirements_say(image: Image) -> None:
    locked = (SERVER_IMAGE / "requirements.txt").read_text()
    script = "from importlib import metadata\nfor found in metadata.distributions(): print(found.name, found.version)"
    for line in image.call("run", "--rm", *limits(image.program), image.reference, "python", "-c", script).splitlines():
        name, version = line.split()
        if name == "tracking-server":  # its own
            continue
        assert f"\n{name.lower().replace('_', '-')}=={version} " in f"\n{locked}"


def test_mlflow_finds_the_tracking_store(image: Image) -> None:
    script = "from importlib import metadata; print(*metadata.entry_points(group='mlflow.tracking_store').names)"
    assert (
        "postgresql"
        in image.call("run", "--rm", *limits(image.program), image.reference, "python", "-c", script).split()
    )


def test_its_bill_of_materials_is_valid_and_lists_both_kinds_of_packages(image: Image, tmp_path: Path) -> None:
    file = tmp_path / "image.cdx.json"
    write_sbom(image.program, image.reference, file)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read_text()) is None
    purls = {component["purl"].partition("@")[0] for component in json.loads(file.read_text())["components"]}
    assert purls >= {"pkg:pypi/mlflow", "pkg:pypi/boto3", "pkg:deb/debian/python3.13-minimal", "pkg:deb/debian/libc6"}


def test_the_verb_says_the_name_and_where_the_bill_is(image: Image) -> None:
    assert verb(Steps(io.StringIO())).splitlines() == [image.reference, str(SBOM.relative_to(ROOT))]
    assert SBOM.exists()
