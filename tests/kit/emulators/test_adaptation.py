"""What of a team file is deployed otherwise to an emulator."""

from pathlib import Path
from typing import Any

import pytest

from kit.emulators.adaptation import adapt, write_team_file
from kit.emulators.choice import Choice
from kit.emulators.emulator import Emulator
from kit.emulators.localstack.emulator import LocalStack
from stacks.team.config import DatabaseAuth, Egress, TeamConfig
from stacks.team.files import load_teams
from tests.stacks.shapes import SHAPES, team

EMULATORS = [choice.emulator for choice in Choice]
NEW_NETWORK_WITH_NAT = [
    shape for shape in SHAPES if team(shape).network.egress == Egress.NAT and not team(shape).network.existing
]


OF_SCHEDULES = {"database": {"password_rotation_days"}, "artifacts": {"garbage_collection_days"}}


def with_tags(shape: str) -> TeamConfig:
    return team(shape).model_copy(update={"tags": {"cost-centre": "42"}})


def unchanged(config: TeamConfig, emulator: type[Emulator]) -> bool:
    return adapt(config, emulator) is config


def test_localstack_alone_has_no_nat_gateways() -> None:
    assert [emulator.name for emulator in EMULATORS if not emulator.has_nat_gateways] == ["LocalStack"]


@pytest.mark.parametrize("shape", NEW_NETWORK_WITH_NAT)
def test_public_addresses_stand_for_a_nat_gateway_and_nothing_else_changes(shape: str) -> None:
    adapted = adapt(team(shape), LocalStack)
    assert adapted.network.egress == Egress.PUBLIC_IP
    changed: Any = {"network": {"egress"}, "server": {"max_tasks"}, "tags": True, **OF_SCHEDULES}
    assert adapted.model_dump(exclude=changed) == team(shape).model_dump(exclude=changed)


@pytest.mark.parametrize("emulator", EMULATORS)
def test_a_password_stands_for_tokens_of_iam_everywhere_and_is_not_rotated(emulator: type[Emulator]) -> None:
    with_tokens = team("guest")
    assert with_tokens.database.auth == DatabaseAuth.IAM
    adapted = adapt(with_tokens, emulator).database
    assert adapted.auth == DatabaseAuth.PASSWORD
    assert not adapted.rotates_password


def test_on_localstack_alone_a_key_of_the_team_s_own_stands_for_an_organisation_s() -> None:
    given = team("guest").encryption
    assert given.kms_key_arn
    assert adapt(team("guest"), LocalStack).encryption.kms_key_arn is None
    # Elsewhere it stays: so another one is refused, as it has to be on AWS.
    others = [emulator for emulator in EMULATORS if emulator.takes_any_key]
    assert LocalStack not in others
    assert all(adapt(team("guest"), emulator).encryption == given for emulator in others)


@pytest.mark.parametrize("shape", SHAPES)
def test_localstack_alone_is_given_no_tags(shape: str) -> None:
    tagged = with_tags(shape)
    assert adapt(tagged, LocalStack).tags == {}
    assert all(adapt(tagged, emulator).tags == tagged.tags for emulator in EMULATORS if emulator.changes_tags)
    assert [emulator.name for emulator in EMULATORS if not emulator.changes_tags] == ["LocalStack"]


@pytest.mark.parametrize("shape", NEW_NETWORK_WITH_NAT)
def test_an_emulator_with_nat_gateways_takes_the_team_as_it_is(shape: str) -> None:
    others = [emulator for emulator in EMULATORS if emulator.has_nat_gateways]
    assert others
    assert all(unchanged(team(shape), emulator) for emulator in others)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in NEW_NETWORK_WITH_NAT])
def test_an_existing_network_and_other_egress_stay_on_every_emulator(shape: str) -> None:
    assert all(adapt(team(shape), emulator).network == team(shape).network for emulator in EMULATORS)


@pytest.mark.parametrize("shape", SHAPES)
def test_localstack_alone_is_given_no_task_on_a_schedule(shape: str) -> None:
    adapted = adapt(team(shape), LocalStack)
    assert adapted.database.password_rotation_days == 0
    assert adapted.artifacts.garbage_collection_days is None
    assert [emulator.name for emulator in EMULATORS if not emulator.has_schedules] == ["LocalStack"]


@pytest.mark.parametrize("shape", SHAPES)
def test_localstack_alone_is_given_a_fixed_number_of_tasks(shape: str) -> None:
    adapted = adapt(team(shape), LocalStack)
    assert adapted.server.max_tasks is None
    assert adapted.sizing.tasks == team(shape).sizing.tasks
    assert [emulator.name for emulator in EMULATORS if not emulator.has_load_balancer_names] == ["LocalStack"]


def test_both_kinds_of_shape_are_tried() -> None:
    assert NEW_NETWORK_WITH_NAT
    assert "guest" not in NEW_NETWORK_WITH_NAT
    assert team("guest").network.egress == Egress.NAT
    assert [shape for shape in SHAPES if team(shape).server.max_tasks]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tagged", [False, True], ids=["as it is", "with tags"])
def test_the_written_team_file_is_read_back_as_the_adapted_team(shape: str, tagged: bool, tmp_path: Path) -> None:
    adapted = adapt(with_tags(shape) if tagged else team(shape), LocalStack)
    folder = tmp_path / "state" / "teams"
    write_team_file(adapted, folder)
    assert load_teams(folder) == (adapted,)


def test_a_changed_team_is_written_over_the_old_one(tmp_path: Path) -> None:
    write_team_file(team("usual"), tmp_path)
    changed = team("usual").model_copy(update={"tags": {"cost-centre": "42"}})
    write_team_file(changed, tmp_path)
    assert load_teams(tmp_path, only="usual") == (changed,)


def test_every_choice_is_an_emulator_of_its_own() -> None:
    assert len(set(EMULATORS)) == len(Choice)
    assert [emulator.name.lower() for emulator in EMULATORS] == [choice.value for choice in Choice]
