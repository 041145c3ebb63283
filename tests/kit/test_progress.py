import io
import re

import pytest

from kit.progress import Steps


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_step_is_one_line_with_its_name_its_last_report_and_its_time() -> None:
    stream = io.StringIO()
    with Steps(stream).step("cdk deploy") as report:
        report("1/19")
        report("66 resources")
    assert re.fullmatch(r"cdk deploy {14} ?66 resources +\d+\.\d s\n", stream.getvalue())


def test_the_name_is_there_as_soon_as_the_step_begins() -> None:
    stream = io.StringIO()
    with Steps(stream).step("cdk deploy"):
        assert stream.getvalue().strip() == "cdk deploy"


def test_a_step_that_fails_says_where_it_stopped_and_lets_the_error_through() -> None:
    stream = io.StringIO()

    def fail() -> None:
        with Steps(stream).step("cdk deploy") as report:
            report("3/19")
            raise ValueError("as it was")

    with pytest.raises(ValueError, match="as it was"):
        fail()
    assert "stopped at: 3/19" in stream.getvalue()


def test_a_long_report_is_shortened_to_one_line() -> None:
    stream = io.StringIO()
    with Steps(stream).step("Smoke test") as report:
        report("x" * 500)
    assert "…" in stream.getvalue()
    assert len(stream.getvalue()) < 100


def test_a_terminal_shows_what_a_step_is_at_and_ends_with_one_line() -> None:
    stream = Terminal()
    with Steps(stream).step("cdk deploy") as report:
        report("66 resources")
    last = stream.getvalue().rpartition("\r")[2]
    assert re.fullmatch(r"\x1b\[Kcdk deploy +66 resources +\d+\.\d s\n", last)


def test_a_line_between_steps_is_a_line_of_its_own() -> None:
    stream = io.StringIO()
    Steps(stream).say("Other than on AWS:")
    assert stream.getvalue() == "Other than on AWS:\n"
