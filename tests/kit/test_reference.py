"""The reference page is the code's own words."""

from pathlib import Path

import pytest

from kit import reference


def test_the_committed_page_is_up_to_date() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "run python -m kit.reference"


def test_check_says_what_to_run_and_leaves_the_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "configuration.md"
    page.write_text("old", encoding="utf-8")
    monkeypatch.setattr(reference, "PAGE", page)
    assert reference.main(["--check"]) == 1
    assert "run python -m kit.reference" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "old"


def test_a_written_page_passes_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "PAGE", tmp_path / "configuration.md")
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
