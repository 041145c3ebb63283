"""What is said about keys and types."""

import pytest

from tests.stacks.team_folder import EXISTING, Refused


def test_an_unknown_key_is_refused_with_the_nearest_one(refused: Refused) -> None:
    said = refused("region: eu-west-1\nnetwrk: {}")
    assert said.startswith("research.yaml: netwrk: is not a key; allowed: region, temporary, size,")
    assert said.endswith("; did you mean network?")


def test_an_unknown_key_deep_down_is_named_with_its_path(refused: Refused) -> None:
    said = refused(EXISTING + "    vpc: x")
    assert said.startswith("research.yaml: network.existing.vpc: is not a key; allowed: vpc_id, vpc_cidr,")


def test_an_unknown_key_like_no_other_gets_no_guess(refused: Refused) -> None:
    assert "did you mean" not in refused("region: eu-west-1\nzzz: 1")


def test_a_missing_region_is_refused(refused: Refused) -> None:
    assert refused("size: dev") == "research.yaml: region: is missing; try eu-west-1"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("temporary: 'yes'", "temporary: 'yes' is text; allowed: true or false, without quotes"),
        ("temporary: 1", "temporary: 1 is a number; allowed: true or false, without quotes"),
        ("server: {tasks: '2'}", "server.tasks: '2' is text; allowed: a whole number;"),
        ("server: {tasks: 1.5}", "server.tasks: 1.5 is a number; allowed: a whole number;"),
        ("server: {tasks: true}", "server.tasks: True is true or false; allowed: a whole number;"),
        ("server: {vcpu: .inf}", "server.vcpu: inf is a number; allowed:"),
        ("server: 2", "server: 2 is a number; allowed: keys with values, indented below it"),
        ("server:", "server: is empty; allowed: keys with values, indented below it; remove the key"),
        ("tags: {cost-center: 4711}", "tags.cost-center: 4711 is a number; allowed: text; put it in quotes"),
        ("tags: {2026: a}", "tags.2026: 2026 is a number; allowed: text; put it in quotes"),
        ("tags: [a]", "tags: ['a'] is a list; allowed: keys with values"),
        ("size: tiny", "size: 'tiny' is not one of them; allowed: dev, small, medium, large"),
        ("size: Medium", "size: 'Medium' is not one of them; allowed: dev, small, medium, large; try medium"),
        ("auth: sso", "auth: 'sso' is not one of them; allowed: basic, oidc, iam, none"),
        ("server: {tasks: 0}", "server.tasks: 0 is out of bounds; allowed: at least 1; try 1"),
        ("database: {backup_retention_days: 36}", "is out of bounds; allowed: at most 35; try 35"),
        ("database: {storage_gib: 5}", "is out of bounds; allowed: at least 20; try 20"),
        (
            "clients: {ci: {provider_arn: 'arn:aws:iam::123456789012:oidc-provider/ci.example.com', "
            "subject: 'repo:example/a', audience: ''}}",
            "clients.ci.audience: '' is empty; allowed: at least one character; add it, or remove the key",
        ),
        (
            f"clients: {{trusted_arns: [{', '.join(['arn:aws:iam::123456789012:role/a'] * 21)}]}}",
            "is too long; allowed: at most 20 entries; shorten it",
        ),
        ("artifacts: {retention_days: 0}", "is out of bounds; allowed: at least 1; try 1"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(refused: Refused, text: str, sentence: str) -> None:
    assert f"research.yaml: {text.split(':')[0]}" in (said := refused(f"region: eu-west-1\n{text}"))
    assert sentence in said
    assert "\n" not in said
