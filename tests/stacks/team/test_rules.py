"""What must hold between the fields of a team."""

from pathlib import Path

import pytest

from tests.stacks.team_folder import EXISTING, ZONE, Refused, accepted

CERTIFICATE = "arn:aws:acm:{region}:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"


def test_public_without_auth_is_refused(refused: Refused) -> None:
    said = refused(f"region: eu-west-1\naccess: public\nauth: none\ndomain: {{name: mlflow.example.com, {ZONE}}}")
    assert said == (
        "research.yaml: auth: 'none' lets the whole internet in; allowed with access: public: basic, oidc, iam; "
        "try auth: basic"
    )


def test_public_without_a_domain_is_cloudfronts_name(tmp_path: Path) -> None:
    assert accepted(tmp_path, "region: eu-west-1\naccess: public").behind_cloudfront


def test_public_without_a_domain_is_refused_where_cloudfront_writes_no_log(refused: Refused) -> None:
    said = refused("region: eu-south-1\naccess: public")
    assert said.startswith("research.yaml: access: 'public' needs a domain in eu-south-1; allowed without one: ap-")


def test_cloudfront_needs_no_public_subnets_in_an_existing_network(tmp_path: Path) -> None:
    assert accepted(tmp_path, f"{EXISTING}access: public").behind_cloudfront


@pytest.mark.parametrize(
    "domain",
    [
        f"name: mlflow.example.com, {ZONE}",
        f"name: example.com, {ZONE}",
        f"name: mlflow.example.org, certificate_arn: '{CERTIFICATE.format(region='eu-west-1')}'",
        f"name: mlflow.example.com, {ZONE}, certificate_arn: '{CERTIFICATE.format(region='eu-west-1')}'",
    ],
)
def test_a_domain_has_a_zone_or_a_certificate_or_both(tmp_path: Path, domain: str) -> None:
    assert accepted(tmp_path, f"region: eu-west-1\naccess: public\ndomain: {{{domain}}}").domain


@pytest.mark.parametrize(
    ("domain", "sentence"),
    [
        ("name: a.example.com", "domain: 'a.example.com' has no certificate; allowed: hosted_zone_id and"),
        (f"name: a.example.org, {ZONE}", "is not in the zone example.com; allowed: names that end in it;"),
        (f"name: a.example.org, {ZONE}", "; try a.example.com"),
        (f"name: myexample.com, {ZONE}", "is not in the zone example.com"),
        ("name: a.example.com, hosted_zone_id: Z012", "domain.hosted_zone_name: is missing; hosted_zone_id"),
        (
            "name: a.b.com, hosted_zone_name: b.com",
            "domain.hosted_zone_id: is missing; hosted_zone_name needs",
        ),
        ("name: a.b.com, hosted_zone_id: /hostedzone/Z0", "is not a Route 53 zone's id"),
        (f"name: a.b.com, certificate_arn: '{CERTIFICATE.format(region='us-east-1')}'", "is in us-east-1;"),
        ("name: a.b.com, certificate_arn: 'arn:aws:iam::1:x/a'", "is not an ACM certificate's ARN"),
        (
            f"name: 'https://a.example.com/', {ZONE}",
            "is not a host name; allowed: lower-case labels with dots",
        ),
        (f"name: 'https://a.example.com/', {ZONE}", "; try a.example.com"),
        (f"name: A.example.com, {ZONE}", "; try a.example.com"),
        (f"name: '*.example.com', {ZONE}", "is not a host name"),
        (f"name: localhost, {ZONE}", "is not a host name"),
        (f"name: {'a' * 53}.example.com, {ZONE}", "is too long; allowed: 64 characters"),
        (ZONE, "domain.name: is missing; add it"),
    ],
)
def test_a_domain_that_cannot_work_is_refused(refused: Refused, domain: str, sentence: str) -> None:
    assert sentence in refused(f"region: eu-west-1\ndomain: {{{domain}}}")


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ("vcpu: 3", "server.vcpu: 3 is not a Fargate size; allowed: 0.25, 0.5, 1, 2, 4, 8, 16; try 2"),
        ("vcpu: 2", "2048 does not go with 2 vCPU; allowed: 4096 to 16384 in steps of 1024; try 4096"),
        ("memory_mib: 2000", "does not go with 1 vCPU; allowed: 2048 to 8192 in steps of 1024; try 2048"),
        ("memory_mib: 2", "does not go with 1 vCPU; allowed: 2048 to 8192 in steps of 1024; try 2048"),
        ("vcpu: 0.25, memory_mib: 512", "allowed: 1024 to 2048 in steps of 1024; try 1024"),
        ("vcpu: 8, memory_mib: 18432, tasks: 1", "allowed: 16384 to 61440 in steps of 4096; try 20480"),
    ],
)  # fmt: skip
def test_a_task_that_fargate_does_not_run_is_refused(refused: Refused, server: str, sentence: str) -> None:
    assert sentence in refused(f"region: eu-west-1\nserver: {{{server}}}")


def test_more_tasks_than_the_database_has_connections_for_are_refused(refused: Refused) -> None:
    assert refused("region: eu-west-1\nserver: {tasks: 3}") == (
        "research.yaml: server.tasks: 3 asks for 199 connections during a rollout; "
        "allowed: 157 on db.t4g.small; try database.instance_class: db.t4g.medium"
    )


def test_a_password_that_nobody_logs_in_with_is_not_rotated(refused: Refused) -> None:
    assert refused("region: eu-west-1\ndatabase: {auth: iam, password_rotation_days: 30}") == (
        "research.yaml: database.password_rotation_days: 30 rotates a password that nobody logs in with; "
        "allowed with auth: password; remove it"
    )


@pytest.mark.parametrize("days", ["", ", password_rotation_days: 0"])
def test_with_tokens_of_iam_nothing_is_rotated(tmp_path: Path, days: str) -> None:
    assert not accepted(tmp_path, f"region: eu-west-1\ndatabase: {{auth: iam{days}}}").database.rotates_password


def test_what_the_refusal_proposes_is_taken(tmp_path: Path) -> None:
    text = "region: eu-west-1\nserver: {tasks: 3}\ndatabase: {instance_class: db.t4g.medium}"
    assert accepted(tmp_path, text).sizing.tasks == 3


def test_a_database_too_small_for_the_size_is_refused(refused: Refused) -> None:
    said = refused("region: eu-west-1\nsize: large\ndatabase: {instance_class: db.t4g.micro}")
    assert said.startswith("research.yaml: database.instance_class: 'db.t4g.micro' asks for 757 connections")
    assert said.endswith("try database.instance_class: db.t4g.xlarge")


def test_more_tasks_than_any_database_has_connections_for_are_refused(refused: Refused) -> None:
    assert refused("region: eu-west-1\nserver: {tasks: 100}").endswith("; try fewer server.tasks")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("db.t4g.mikro", "db.t4g.micro"), ("t4g.medium", "db.t4g.medium"), ("db.m7g.huge", "db.m7g.large")],
)
def test_a_database_class_that_does_not_exist_is_refused(refused: Refused, name: str, hint: str) -> None:
    said = refused(f"region: eu-west-1\ndatabase: {{instance_class: {name}}}")
    assert f"database.instance_class: '{name}' is not a class of RDS for PostgreSQL" in said
    assert said.endswith(f"; try {hint}")


def test_room_for_no_more_tasks_than_there_are_is_refused(refused: Refused) -> None:
    assert refused("region: eu-west-1\nserver: {max_tasks: 2}") == (
        "research.yaml: server.max_tasks: 2 is not more than the 2 that run anyway; allowed: 3 or more; try 4"
    )


def test_the_most_tasks_are_what_the_database_needs_connections_for(refused: Refused, tmp_path: Path) -> None:
    assert refused("region: eu-west-1\nserver: {max_tasks: 4}") == (
        "research.yaml: server.max_tasks: 4 asks for 261 connections during a rollout; "
        "allowed: 157 on db.t4g.small; try database.instance_class: db.t4g.medium"
    )
    text = "region: eu-west-1\nserver: {max_tasks: 4}\ndatabase: {instance_class: db.t4g.medium}"
    assert accepted(tmp_path, text).sizing.most_tasks == 4


def test_spare_capacity_is_for_teams_that_may_lose_all_tasks_at_once(refused: Refused, tmp_path: Path) -> None:
    assert refused("region: eu-west-1\nserver: {spot: true}") == (
        "research.yaml: server.spot: True may end all tasks of a team of size small at once; "
        "allowed: with temporary: true or size: dev; try false"
    )
    assert accepted(tmp_path, "region: eu-west-1\nsize: dev\nserver: {spot: true}").server.spot
    assert accepted(tmp_path, "region: eu-west-1\ntemporary: true\nserver: {spot: true}").server.spot


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "temporary: true\nbackup: {retention_days: 7}",
            "backup.retention_days: 7 keeps data of a temporary team; not allowed beside temporary: true; remove one "
            "of them",
        ),
        (
            "backup: {copy_retention_days: 90}",
            "backup.copy_retention_days: 90 is about a copy that nothing makes; allowed beside copy_to; remove it, or "
            "add copy_to",
        ),
    ],
)
def test_a_backup_that_nothing_makes_is_refused(refused: Refused, lines: str, said: str) -> None:
    assert refused(f"region: eu-west-1\n{lines}") == f"research.yaml: {said}"


def test_a_temporary_team_may_say_that_it_has_no_backup(tmp_path: Path) -> None:
    assert accepted(tmp_path, "region: eu-west-1\ntemporary: true\nbackup: {retention_days: 0}").temporary
