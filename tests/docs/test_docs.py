"""The docs say what is there: links lead somewhere, and commands exist."""

import re
from pathlib import Path

import pytest

from kit.cli import kit

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "server_image" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# `scripts/kit smoke`, and `scripts/up`, which is `scripts/kit up`.
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
COMMAND = re.compile(r"scripts/(?:kit )?([a-z]+)((?: --?[a-z-]+| [\w:/.<>-]+)*)")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_the_kit_that_a_page_shows_exists_with_its_options(page: Path) -> None:
    for verb, rest in COMMAND.findall(page.read_text()):
        if verb in ("kit", "lock"):
            continue
        options = {name for option in kit.commands[verb].params for name in option.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, f"scripts/kit {verb}{rest}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_script_that_a_page_shows_exists(page: Path) -> None:
    for script in re.findall(r"scripts/([a-z]+)", page.read_text()):
        assert (ROOT / "scripts" / script).exists()


@pytest.mark.parametrize("folder", EXAMPLES, ids=name_of)
def test_every_example_has_a_test_and_a_page_that_names_its_scripts(folder: Path) -> None:
    assert (ROOT / "tests" / "e2e" / "examples" / f"test_{folder.name}.py").exists()
    page = (ROOT / "docs" / "use" / f"{folder.name}.md").read_text()
    assert [script.name for script in folder.glob("*.py") if script.name not in page] == []


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
