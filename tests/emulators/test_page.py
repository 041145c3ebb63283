"""docs/reference/emulators.md says what the emulators do, measured here and now."""

from pathlib import Path

import pytest

from tests.emulators import page, write
from tests.emulators.measurement import measure
from tests.emulators.running import EMULATORS, NotHereError

OUT_OF_DATE = f"docs/reference/emulators.md is out of date: run {page.COMMAND}"


@pytest.mark.parametrize("name", EMULATORS)
def test_the_page_says_what_an_emulator_does(name: str, tmp_path: Path) -> None:
    try:
        with EMULATORS[name](tmp_path) as aws:
            measured = measure(aws)
    except NotHereError as reason:
        pytest.skip(str(reason))
    assert measured == page.read().get(name, {}), OUT_OF_DATE


def test_the_page_s_own_words_are_up_to_date() -> None:
    columns = page.read()
    rendered = page.render({name: columns.get(name, {}) for name in EMULATORS})
    assert rendered == page.PAGE.read_text(encoding="utf-8"), OUT_OF_DATE


def test_where_an_emulator_does_other_than_aws_something_else_asserts_it() -> None:
    assert page.missing_instead(page.read()) == []


def test_what_this_machine_cannot_measure_stays_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def not_here(folder: Path) -> None:
        raise NotHereError("there is no such program")

    before = page.PAGE.read_text(encoding="utf-8")
    copy = tmp_path / "emulators.md"
    copy.write_text(before, encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", copy)
    monkeypatch.setattr(write, "EMULATORS", dict.fromkeys(EMULATORS, not_here))
    write.main([])
    assert copy.read_text(encoding="utf-8") == before
    assert capsys.readouterr().err.count("stays as it is: there is no such program") == len(EMULATORS)
