"""Names, regions and tags."""

from pathlib import Path

import pytest

from tests.stacks.team_folder import Refused, accepted


@pytest.mark.parametrize("name", ["a", "research", "team-2", "a" * 40, "vision-and-language-42"])
def test_a_name_may_have_lower_case_letters_digits_and_hyphens(tmp_path: Path, name: str) -> None:
    assert accepted(tmp_path, "region: eu-west-1", f"{name}.yaml").name == name


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Research", "; try research"),
        ("my_team", "; try my-team"),
        ("my team", "; try my-team"),
        ("2nd-team", "; try nd-team"),
        ("-team", "; try team"),
        ("team-", "; try team"),
        ("a--b", "; try a-b"),
        ("forschungé", "; try forschung"),
        ("研究", "at most 40"),
        ("a.b", "; try a-b"),
        ("a" * 41, f"; try {'a' * 40}"),
    ],
)
def test_any_other_name_is_refused(refused: Refused, name: str, hint: str) -> None:
    said = refused("region: eu-west-1", f"{name}.yaml")
    assert f"{name}.yaml: '{name}' " in said
    assert "allowed: a to z, 0 to 9 and single hyphens between them, a letter first, at most 40" in said
    assert said.endswith(hint)


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "ap-southeast-7", "mx-central-1"])
def test_a_region_is_taken_by_its_look(tmp_path: Path, region: str) -> None:
    assert accepted(tmp_path, f"region: {region}").region == region


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("eu-west-1a", "eu-west-1"),
        ("EU-West-1", "eu-west-1"),
        ("us_east_2", "us-east-2"),
        ("Ireland", "eu-west-1"),
        ("''", "eu-west-1"),
    ],
)
def test_what_does_not_look_like_a_region_is_refused(refused: Refused, region: str, hint: str) -> None:
    said = refused(f"region: {region}")
    assert said.startswith("research.yaml: region: ")
    assert said.endswith(f" is not an AWS region; allowed: one such as eu-west-1; try {hint}")


@pytest.mark.parametrize("region", ["cn-north-1", "eusc-de-east-1", "us-isob-east-1", "eu-isoe-west-1"])
def test_a_region_whose_services_have_other_names_is_refused(refused: Refused, region: str) -> None:
    assert refused(f"region: {region}") == (
        f"research.yaml: region: '{region}' is of a partition whose names the kit does not know; "
        "allowed: regions of aws and aws-us-gov"
    )


def test_tags_may_have_what_aws_allows(tmp_path: Path) -> None:
    tags = {
        "cost-center": "47 11",
        "Owner": "jürgen@example.com",
        "a/b:c.d_e=f+g@h": "",
        "k" * 128: "v" * 256,
    }
    lines = "".join(f"  {key!r}: {value!r}\n" for key, value in tags.items())
    assert accepted(tmp_path, f"region: eu-west-1\ntags:\n{lines}").tags == tags


@pytest.mark.parametrize(
    ("tags", "sentence"),
    [
        ({"aws:owner": "a"}, "has the tag 'aws:owner'; allowed: keys that do not start with aws:"),
        ({"AWS:owner": "a"}, "has the tag 'AWS:owner'"),
        ({"": "a"}, "has a tag of the wrong length, ''"),
        ({"k" * 129: "a"}, "has a tag of the wrong length, 'kkk"),
        ({"owner": "v" * 257}, "has a tag of the wrong length, 'owner'"),
        ({"owner": "a & b"}, "has a tag with other signs, 'owner'"),
        ({"Owner": "a", "owner": "b"}, "has the tags 'Owner' and 'owner'; allowed: keys that differ by more"),
        ({"Team": "vision"}, "has the tag 'Team', which every resource has already; remove it"),
        ({f"key-{number}": "a" for number in range(41)}, "are 41 tags; allowed: 40; remove 1"),
    ],
)  # fmt: skip
def test_tags_that_aws_refuses_are_refused(refused: Refused, tags: dict[str, str], sentence: str) -> None:
    lines = "".join(f"  {key!r}: {value!r}\n" for key, value in tags.items())
    said = refused(f"region: eu-west-1\ntags:\n{lines}")
    assert said.startswith("research.yaml: tags: ")
    assert sentence in said
