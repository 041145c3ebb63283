"""What must hold for a team on every emulator: it is deployed, used, changed, destroyed, and comes back."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from kit.emulators.choice import Choice
from kit.emulators.template import DeployedStack
from kit.local.deployment import Deployment
from stacks.team.config import StackKind
from tests.checkout import fresh_copy, install
from tests.running import TEAM, LocalTeam, remains

FIRST = "region: eu-west-1\nsize: dev\n"
CHANGED = """\
region: eu-west-1
size: small
artifacts:
  mode: presigned
tags:
  cost-center: "4711"
"""
# Whose physical id must not change: what holds data, and the name that clients know.
KEPT_TYPES = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::KMS::Key",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}


@contextlib.contextmanager
def team_in_a_copy(folder: Path, choice: Choice, **environment: str) -> Iterator[LocalTeam]:
    """The example team up on the emulator, with a run, in a checkout whose team file the tests may change."""
    copy = fresh_copy(folder / "copy")
    install(
        copy,
        ".venv",
        "node_modules",
        ".venv-server",
        ".venv-client",
        *([".venv-localstack"] if choice == "localstack" else []),
    )
    write_team_file(copy, FIRST)
    team = LocalTeam(folder, copy, choice)
    team.environment.update(environment)
    try:
        team.up(smoke_test=True)
        team.log_run()
        yield team
    finally:
        team.kit("down", TEAM, f"--{choice}", "--delete-data", "--yes")
    assert remains(team) == []


def write_team_file(checkout: Path, content: str) -> None:
    (checkout / "teams" / f"{TEAM}.yaml").write_text(content)


def identities(team: LocalTeam) -> dict[tuple[str, str], str]:
    """The physical ids of what must stay, by stack and logical id."""
    client, found = team.laptop.emulator.client, {}
    kinds: tuple[StackKind, ...] = ("data", "edge")
    for kind in kinds:
        stack = DeployedStack(client("cloudformation"), client("iam"), team.laptop.team.stack_name(kind))
        found |= {
            (kind, name): physical_id
            for name, physical_id in stack.physical_ids.items()
            if stack.type_of(name) in KEPT_TYPES
        }
    return found


def secret_values(team: LocalTeam) -> dict[str, str]:
    """The values of the team's secrets by ARN."""
    secrets = team.laptop.emulator.client("secretsmanager")
    arns = [found for found in identities(team).values() if ":secret:" in found]
    return {arn: secrets.get_secret_value(SecretId=arn)["SecretString"] for arn in arns}


def tags_of_secrets(team: LocalTeam) -> set[str]:
    """The keys of the tags that all of the team's secrets have, asked of Secrets Manager."""
    secrets = team.laptop.emulator.client("secretsmanager")
    tags = [secrets.describe_secret(SecretId=arn).get("Tags", []) for arn in secret_values(team)]
    return set.intersection(*({tag["Key"] for tag in each} for each in tags))


class Changes:
    """The tests of one emulator; its folder has the fixture `team`. Each leaves the team up, with its run."""

    def test_artifacts_are_in_the_emulators_own_bucket(self, team: LocalTeam) -> None:
        client = team.laptop.emulator.client
        bucket = Deployment.read(team.laptop.team, client).artifact_bucket
        keys = [entry["Key"] for entry in client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
        assert f"artifacts/0/{team.run_id}/artifacts/kept.txt" in keys

    def test_status_tells_each_resource_and_that_all_is_well(self, team: LocalTeam) -> None:
        told = team.kit("status", TEAM)
        assert told.code == 0, told.stdout + told.stderr
        for kind in ("network", "data", "edge", "service"):
            assert f"\nmlflow-{TEAM}-{kind}: " in f"\n{told.stdout}"
        assert "  real           AWS::S3::Bucket " in told.stdout
        assert "server RUNNING HEALTHY" in told.stdout

    def test_a_change_of_size_artifacts_mode_and_tag_is_made_in_place(self, team: LocalTeam) -> None:
        ids, values = identities(team), secret_values(team)
        changed = CHANGED if "cost-center" not in team.team_file.read_text() else FIRST
        team.team_file.write_text(changed)
        up = team.up()
        assert "unchanged" not in up.stderr.partition("cdk deploy")[2].partition("PostgreSQL")[0]
        assert (identities(team), secret_values(team)) == (ids, values)
        deployment = Deployment.read(team.laptop.team, team.laptop.emulator.client)
        server = deployment.environment("server")
        assert server["TRACKING_ARTIFACTS"] == ("presigned" if changed == CHANGED else "proxied")
        sizing = team.laptop.team.sizing
        assert deployment.task_definition["Cpu"] == str(int(sizing.vcpu * 1024))
        assert deployment.database["DBInstanceClass"] == sizing.instance_class
        if team.laptop.emulator.changes_tags:
            assert ("cost-center" in tags_of_secrets(team)) == (changed == CHANGED)
        team.assert_run_is_there()

    def test_a_change_that_would_lose_data_is_refused_and_the_server_goes_on(self, team: LocalTeam) -> None:
        source = team.checkout / "stacks" / "data" / "data_stack.py"
        as_it_was = source.read_text()
        source.write_text(as_it_was.replace('ArtifactStore(self, "ArtifactStore"', 'ArtifactStore(self, "Artifacts"'))
        ids = identities(team)
        try:
            refused = team.start_up().finish()
        finally:
            source.write_text(as_it_was)
        assert refused.code == 1
        assert "ArtifactStoreBucket47CE7D81 (AWS::S3::Bucket) is not in the new template" in refused.stderr
        assert identities(team) == ids
        team.assert_run_is_there()

    def test_a_destroyed_server_comes_back_with_all_that_was_kept(self, team: LocalTeam) -> None:
        ids, values = identities(team), secret_values(team)
        destroyed = team.kit("destroy", TEAM, "--yes")
        assert destroyed.code == 0, destroyed.stderr
        assert not team.answers()
        assert identities(team) == ids
        team.up()
        assert (identities(team), secret_values(team)) == (ids, values)
        team.assert_run_is_there()

    def test_a_lasting_team_is_not_destroyed_with_its_data(self, team: LocalTeam) -> None:
        refused = team.kit("destroy", TEAM, "--all", "--yes")
        assert refused.code == 1
        assert refused.error.startswith(f"error: Team {TEAM} is not temporary, so its data stays")
        team.assert_run_is_there()
