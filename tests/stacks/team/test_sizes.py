"""The tables against what AWS publishes in cfn-lint's data, and the arithmetic on them."""

import json
from importlib.resources import files
from typing import Any

import pytest
from cfnlint.data.schemas.extensions import aws_ecs_taskdefinition, aws_rds_dbinstance
from jsonschema import Draft7Validator

from stacks.team.config import DatabaseConfig
from stacks.team.sizes import (
    FARGATE_MEMORY_MIB,
    INSTANCE_CLASSES,
    MIN_MEMORY_MIB,
    SIZES,
    Size,
    Sizing,
    max_connections,
    max_connections_of_aurora,
)


@pytest.mark.parametrize("size", Size)
def test_each_size_is_a_task_that_fargate_runs(size: Size) -> None:
    sizing = SIZES[size]
    assert sizing.memory_mib in FARGATE_MEMORY_MIB[sizing.vcpu]
    assert sizing.memory_mib >= MIN_MEMORY_MIB


@pytest.mark.parametrize("size", Size)
def test_each_size_fits_its_database(size: Size) -> None:
    sizing = SIZES[size]
    assert sizing.connections <= max_connections(sizing.instance_class)
    assert sizing.connections <= max_connections_of_aurora(sizing.max_acu, 0)


@pytest.mark.parametrize("size", Size)
def test_mlflow_takes_the_pool_of_each_size(size: Size) -> None:
    """MLflow ignores a pool or an overflow of 0 and takes SQLAlchemy's default."""
    assert SIZES[size].pool_size >= 1
    assert SIZES[size].max_overflow >= 1


def test_connections_are_counted_for_a_rollout() -> None:
    sizing = Sizing(
        vcpu=2, memory_mib=4096, tasks=3, instance_class="db.t4g.large", storage_gib=20, multi_az=False, max_acu=4,
        pool_size=4, max_overflow=1,
    )  # fmt: skip
    # 3 tasks twice, 2 workers, 3 engines, 4 + 1 connections, readiness; migrate, rotate, garbage collection, reserved.
    assert sizing.connections == 3 * 2 * 2 * (3 * 5 + 1) + 3 + 2 + 3 + 5


def test_no_class_allows_more_connections_than_rds() -> None:
    assert max_connections("db.r7g.16xlarge") == 5000
    for name, gib in INSTANCE_CLASSES.items():
        assert max_connections(name) < gib * 1024**3 / 9531392


def test_no_aurora_allows_more_connections_than_aws_lists() -> None:
    """https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html"""
    listed = {1: 189, 4: 823, 8: 1669, 16: 3360, 32: 5000, 256: 5000}
    for acu, most in listed.items():
        assert max_connections_of_aurora(acu, 1) <= most
        assert max_connections_of_aurora(acu, 0.5) <= min(most, 2000)
    assert max_connections_of_aurora(256, 1) == 5000


def test_ecs_counts_1024_units_to_a_vcpu() -> None:
    assert [SIZES[size].cpu_units for size in Size] == [512, 1024, 2048, 4096]


def test_every_database_class_runs_postgresql() -> None:
    table = _read(aws_rds_dbinstance, "dbinstanceclass_enum.json")["us-east-1"]
    known = set()
    for rule in table["allOf"]:
        if rule["if"]["properties"].get("Engine", {}).get("const") == "postgres":
            known |= set(rule["then"]["properties"]["DBInstanceClass"]["enum"])
    assert known
    assert set(INSTANCE_CLASSES) <= known


def test_every_database_class_runs_the_major_version() -> None:
    major = f"^({DatabaseConfig.engine_version}\\."
    known = set()
    for rule in _read(aws_rds_dbinstance, "db_instance_class.json")["allOf"]:
        asked = rule["if"]["properties"]
        if asked["Engine"]["const"] == "postgres" and asked["EngineVersion"]["pattern"].startswith(major):
            known |= set(rule["then"]["properties"]["DBInstanceClass"]["enum"])
    assert set(INSTANCE_CLASSES) <= known


def test_the_task_sizes_are_fargates() -> None:
    """Every pair in steps of 512 MiB around the table, so that nothing is missing either."""
    allowed = Draft7Validator(_read(aws_ecs_taskdefinition, "fargate_cpu_memory.json"))
    for vcpu, memory in FARGATE_MEMORY_MIB.items():
        for mib in range(512, 131_072, 512):
            task = {"RequiresCompatibilities": ["FARGATE"], "Cpu": str(int(vcpu * 1024)), "Memory": mib}
            assert allowed.is_valid(task) == (mib in memory), task


def _read(package: Any, name: str) -> Any:
    return json.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
