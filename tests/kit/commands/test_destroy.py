"""What `kit destroy` decides; moto in this process stands for the emulator, and the CDK's part is written down."""

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kit.commands import destroy as command
from kit.commands.destroy import destroy
from kit.emulators.choice import Choice
from kit.local.errors import LocalError
from kit.progress import Steps
from stacks.team.config import TeamConfig

KINDS = ("network", "data", "edge", "service")
STACKS = [f"mlflow-research-{kind}" for kind in KINDS]


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


class World:
    """The team, its file, its assembly and its emulator. `calls` is what was done, in order."""

    def __init__(self, folder: Path) -> None:
        self.calls: list[str] = []
        self.temporary = False
        self.runs = False
        self.assembly = folder / "cdk.out"
        self.state = folder

    def deploy(
        self, policy: str, protected: bool = False, remembered: bool = False, kinds: tuple[str, ...] = KINDS
    ) -> None:
        """Makes the stacks, with a bucket of the deletion policy, and termination protection that may be remembered."""
        bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": policy}
        for kind in kinds:
            body = json.dumps({"Resources": {"Bucket": bucket if kind == "data" else {"Type": "AWS::SNS::Topic"}}})
            client("cloudformation").create_stack(
                StackName=f"mlflow-research-{kind}", TemplateBody=body, EnableTerminationProtection=remembered
            )
        self.synthesize(protected)

    def synthesize(self, protected: bool) -> None:
        self.assembly.mkdir(exist_ok=True)
        artifacts = {"mlflow-research-data": {"properties": {"terminationProtection": protected}}}
        (self.assembly / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))

    def laptop(self, name: str, choice: Choice | None, *, to_delete: bool) -> Any:
        def do(name: str) -> Any:
            return lambda: self.calls.append(name)

        emulator = SimpleNamespace(
            alive=lambda: self.runs,
            start=do("start emulator"),
            stop=do("stop emulator"),
            client=client,
            name="MiniStack",
        )
        return SimpleNamespace(
            team=TeamConfig.model_validate({"name": name, "region": "us-east-1", "temporary": self.temporary}),
            state=self.state,
            assembly=self.assembly,
            emulator=emulator,
            delete_database=do("delete database"),
            command=lambda verb: f"scripts/{verb} {name}",
            forgets=False,
            for_one_command=contextlib.nullcontext,
            stop_server=do("stop server"),
            cdk=self.cdk,
        )

    def cdk(self) -> Any:
        def delete(assembly: Path, stacks: list[str], report: Any) -> None:
            self.calls.append(f"cdk destroy {' '.join(stacks)}")
            for stack in stacks:
                client("cloudformation").delete_stack(StackName=stack)

        return SimpleNamespace(destroy=delete)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World(tmp_path)
    monkeypatch.setattr(command, "Laptop", SimpleNamespace(find=made.laptop))
    with mock_aws():
        yield made


def run(*, everything: bool = False, answer: bool = True) -> str:
    return destroy("research", None, Steps(io.StringIO()), lambda question: answer, everything=everything)


def test_the_service_stack_alone_is_deleted_and_the_rest_is_named(world: World) -> None:
    world.deploy("Retain", protected=True)
    told = run()
    assert world.calls == ["start emulator", "stop server", f"cdk destroy {STACKS[3]}", "stop emulator"]
    for stack in STACKS[:3]:
        assert f"  {stack} " in told
    assert STACKS[3] not in told


def test_an_emulator_that_ran_goes_on_running_and_is_not_started(world: World) -> None:
    world.deploy("Retain")
    world.runs = True
    assert run().endswith("The emulator still runs: `scripts/down research` stops it.")
    assert not {"start emulator", "stop emulator"} & {*world.calls}


def test_a_temporary_team_is_deleted_with_its_database(world: World) -> None:
    world.deploy("Delete")
    world.temporary = True
    assert "still runs" not in run(everything=True)
    deleted = f"cdk destroy {' '.join(STACKS)}"
    assert world.calls == ["start emulator", "stop server", "delete database", deleted, "stop emulator"]


def test_what_the_emulator_leaves_of_a_temporary_team_is_named(world: World) -> None:
    world.deploy("Delete")
    world.temporary = True
    (bucket,) = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
    client("s3").put_object(Bucket=bucket, Key="artifact", Body=b"as it was")
    with pytest.raises(LocalError, match=rf"MiniStack still has {bucket} \(AWS::S3::Bucket\): delete them there"):
        run(everything=True)


def test_a_lasting_team_is_refused_before_its_emulator_is_started(world: World) -> None:
    world.deploy("Delete")
    with pytest.raises(LocalError, match="is not temporary, so its data stays: leave --all out, or say"):
        run(everything=True)
    assert world.calls == []


@pytest.mark.parametrize(("policy", "protected"), [("Retain", False), ("Snapshot", False), ("Delete", True)])
def test_a_team_that_was_deployed_as_a_lasting_one_is_refused_whatever_its_file_says(
    policy: str, protected: bool, world: World
) -> None:
    world.deploy(policy, protected)
    world.temporary = True
    with pytest.raises(LocalError, match=r"was deployed as a lasting one, so its data stays: run `scripts/up"):
        run(everything=True)
    assert world.calls == ["start emulator", "stop emulator"]


def test_termination_protection_that_only_the_emulator_knows_of_is_enough_to_refuse(world: World) -> None:
    world.deploy("Delete", remembered=True)
    world.temporary = True
    with pytest.raises(LocalError, match="deployed as a lasting one"):
        run(everything=True)


@pytest.mark.parametrize("everything", [False, True])
def test_without_a_yes_nothing_is_touched(everything: bool, world: World) -> None:
    world.deploy("Delete")
    world.temporary = True
    with pytest.raises(LocalError, match=r"^Nothing is destroyed, and nothing stopped\.$"):
        run(everything=everything, answer=False)
    assert world.calls == ["start emulator", "stop emulator"]


def test_a_team_without_an_assembly_is_not_looked_for(world: World) -> None:
    with pytest.raises(LocalError, match="Team research was not deployed on this machine"):
        run()
    assert world.calls == []


def test_a_team_without_stacks_has_nothing_to_destroy(world: World) -> None:
    world.synthesize(protected=False)
    with pytest.raises(LocalError, match="No stack of team research is deployed"):
        run()
    assert world.calls == ["start emulator", "stop emulator"]


def test_a_service_that_is_gone_is_not_destroyed_again(world: World) -> None:
    world.deploy("Retain", kinds=KINDS[:3])
    with pytest.raises(LocalError, match=f"{STACKS[3]} is not deployed: `scripts/up research` brings"):
        run()


def test_a_destroy_that_fails_leaves_no_emulator_running(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise LocalError("cdk destroy failed")

    world.deploy("Retain")
    monkeypatch.setattr(world, "cdk", lambda: SimpleNamespace(destroy=fail))
    with pytest.raises(LocalError, match="cdk destroy failed"):
        run()
    assert world.calls[-1] == "stop emulator"
