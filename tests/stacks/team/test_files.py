"""Reading a folder of team files."""

from pathlib import Path

import pytest

from stacks.team.files import TeamFileError, load_teams
from tests.stacks.team_folder import Refused, accepted, write


def test_teams_come_sorted_by_name(tmp_path: Path) -> None:
    for number, name in enumerate(["vision", "a-b", "a"]):
        write(tmp_path, f"{name}.yaml", f"region: eu-west-1\nnetwork: {{cidr: 10.{number}.0.0/16}}")
    assert [team.name for team in load_teams(tmp_path)] == ["a", "a-b", "vision"]


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "Not a team.")
    assert accepted(tmp_path, "region: eu-west-1").name == "research"


def test_every_problem_of_every_file_is_told_at_once(refused: Refused, tmp_path: Path) -> None:
    write(tmp_path, "broken.yaml", "region: [")
    write(tmp_path, "vision.yaml", "regoin: eu-west-1\ntemporary: maybe")
    lines = refused("region: eu-west-1\nsize: tiny\nserver: {tasks: 0}").splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "broken.yaml",
        *["research.yaml"] * 2,
        *["vision.yaml"] * 3,
    ]


def test_a_file_with_problems_never_shows_a_traceback_of_pydantic(refused: Refused) -> None:
    assert "pydantic" not in refused("region: 1\nserver: 2\ntags: 3")


def test_a_folder_without_teams_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TeamFileError, match=r"has no team file; allowed: <team>\.yaml"):
        load_teams(tmp_path)


def test_a_file_that_ends_in_yml_is_refused(refused: Refused, tmp_path: Path) -> None:
    write(tmp_path, "vision.yml", "region: eu-west-1")
    assert refused("region: eu-west-1") == "vision.yml: ends in .yml; allowed: .yaml; rename it to vision.yaml"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty; allowed: at least a region; try region: eu-west-1"),
        ("# all commented out\n", "is empty; allowed: at least a region; try region: eu-west-1"),
        ("- eu-west-1", "is not a mapping of keys to values; try region: eu-west-1"),
        ("eu-west-1", "is not a mapping of keys to values; try region: eu-west-1"),
        ("region: eu-west-1\nsize: small\nregion: eu-west-2", "line 3: region is given twice; keep one"),
        ("region: eu-west-1\nserver:\n  tasks: 1\n  tasks: 2", "line 4: tasks is given twice; keep one"),
        ("region: eu-west-1\ntags: {a: b", "expected ',' or '}'"),
        ("region: eu-west-1\nsize: !!python/name:os.system", "line 2: could not determine a constructor for"),
        ("{[a]: b}", "line 1: found unhashable key"),
        ("region: \x01", "control characters are not allowed"),
        ("region: 2026-13-45", "month must be in 1..12"),
    ],
)
def test_a_file_that_is_not_a_yaml_mapping_is_refused(refused: Refused, text: str, sentence: str) -> None:
    said = refused(text)
    assert said.startswith("research.yaml:")
    assert sentence in said
    assert "\n" not in said


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "research.yaml").write_bytes("tags: {owner: Jürgen}".encode("latin-1"))
    with pytest.raises(TeamFileError, match=r"research\.yaml: is not UTF-8 text; save it as UTF-8"):
        load_teams(tmp_path)


def test_two_files_that_differ_by_case_only_are_refused(refused: Refused, tmp_path: Path) -> None:
    write(tmp_path, "research.yaml", "region: eu-west-1")
    if (tmp_path / "Research.yaml").exists():
        pytest.skip("this file system does not tell case apart")
    said = refused("region: eu-west-1", "Research.yaml")
    assert said.startswith("Research.yaml: differs from research.yaml by case only")


def test_the_name_is_not_a_key(refused: Refused) -> None:
    said = refused("name: vision\nregion: eu-west-1\nsize: tiny")
    assert "research.yaml: name: is the file's name already; remove the key" in said
    assert "size: 'tiny'" in said


def test_one_team_can_be_read_alone(tmp_path: Path) -> None:
    write(tmp_path, "vision.yaml", "region: eu-west-1\nnetwork: {cidr: 10.1.0.0/20}")
    assert accepted(tmp_path, "region: eu-west-1").name == "research"


def test_another_teams_mistake_does_not_stop_a_team(tmp_path: Path) -> None:
    write(tmp_path, "broken.yaml", "region: [")
    write(tmp_path, "Upper.yaml", "region: eu-west-1")
    write(tmp_path, "old.yml", "region: eu-west-1")
    write(tmp_path, "x.yaml", "region: eu-west-1\nnetwork: {cidr: 10.1.0.0/20}")
    write(tmp_path, "y.yaml", "region: eu-west-1\nnetwork: {cidr: 10.1.0.0/20}")
    assert accepted(tmp_path, "region: eu-west-1").name == "research"


@pytest.mark.parametrize("other", ["alpha", "vision"])
def test_a_clash_with_another_team_stops_both(tmp_path: Path, other: str) -> None:
    write(tmp_path, f"{other}.yaml", "region: eu-west-1")
    write(tmp_path, "research.yaml", "region: eu-west-1")
    for name in (other, "research"):
        with pytest.raises(TeamFileError, match=rf"{name}\.yaml: network\.cidr: '10\.0\.0\.0/20' overlaps"):
            load_teams(tmp_path, only=name)


def test_a_team_that_is_not_there_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    write(tmp_path, "research.yaml", "region: eu-west-1")
    write(tmp_path, "vision.yaml", "region: eu-west-1")
    with pytest.raises(TeamFileError) as raised:
        load_teams(tmp_path, only="reserch")
    assert str(raised.value) == (
        f"{tmp_path}: there is no team 'reserch'; allowed: research, vision; did you mean research?"
    )
