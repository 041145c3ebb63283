"""The values that each key of a team file is tried with."""

import types
from collections.abc import Iterator
from enum import Enum
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stacks.team.config import TeamConfig
from stacks.team.section import section_of
from stacks.team.values import MAX_NAME_LENGTH
from tests.stacks.shapes import CERTIFICATE, ELSEWHERE, KEY, OIDC, REPLICA, ZONE

ABSENT = object()
"""The key is not in the file."""


class Together(dict[str, object]):
    """Keys of one section that make sense with each other alone: one value, as of the first of them."""


_PAUSING = {"engine": "aurora-postgresql", "min_acu": 0, "max_acu": 32, "auto_pause_minutes": 60}
_TOGETHER = {"database.min_acu", "database.max_acu", "database.auto_pause_minutes"}
_EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "vpc_cidr": "10.1.0.0/16",
    "availability_zones": ["eu-west-1a", "eu-west-1b"],
    "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
}
_PRINCIPALS = {"allowed_principals": ["arn:aws:iam::444455556666:root"]}
_PUBLIC_SUBNETS = {"public_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]}

# Of keys that are neither yes or no nor one of a few words. A section whose keys need each other is one value.
_SAMPLES: dict[str, tuple[object, ...]] = {
    "name": ("a", "a" * MAX_NAME_LENGTH),
    "region": ("eu-west-1",),
    "domain": (ABSENT, ZONE, {"name": "mlflow.example.com", "certificate_arn": CERTIFICATE}),
    "oidc": (ABSENT, OIDC),
    "server.vcpu": (ABSENT, 2.0),
    "server.memory_mib": (ABSENT, 8192),
    "server.tasks": (ABSENT, 3),
    "server.max_tasks": (ABSENT, 6),
    "server.metrics_from": (ABSENT, ["10.30.0.0/16", "192.168.7.9/32"]),
    "database.instance_class": (ABSENT, "db.m7g.2xlarge"),
    "database.storage_gib": (ABSENT, 400),
    "database.engine": (ABSENT, "aurora-postgresql", Together(_PAUSING)),
    "database.backup_retention_days": (ABSENT, 35),
    "database.backup_window": (ABSENT, "02:00-03:00"),
    "database.maintenance_window": (ABSENT, "sun:04:00-sun:05:00"),
    "database.log_retention_days": (ABSENT, 365),
    "database.resource_id": (ABSENT, "db-ABCDEFGHIJKL01234"),
    "database.password_rotation_days": (ABSENT, 0),
    "backup.retention_days": (ABSENT, 0, 365),
    "backup.copy_to": (ABSENT, ELSEWHERE),
    "backup.copy_retention_days": (ABSENT, 90),
    "encryption.kms_key_arn": (ABSENT, KEY),
    "network.cidr": (ABSENT, "10.9.0.0/24"),
    "network.clients_from": (ABSENT, ["10.20.0.0/16", "192.168.7.9/32"]),
    "network.private_link": (ABSENT, _PRINCIPALS, _PRINCIPALS | {"acceptance_required": False}),
    "network.existing": (ABSENT, _EXISTING, _EXISTING | _PUBLIC_SUBNETS),
    "artifacts.retention_days": (ABSENT, 3650),
    "artifacts.garbage_collection_days": (ABSENT, 90),
    "artifacts.object_lock_days": (ABSENT, 365),
    "artifacts.replica": (ABSENT, REPLICA),
    "firewall.allowed_addresses": (ABSENT, ["198.51.100.0/24"]),
    "firewall.requests_per_second": (ABSENT, 900),
    "clients.trusted_arns": (ABSENT, ["arn:aws:iam::111122223333:role/people"]),
    "clients.ci": (
        ABSENT,
        {
            "provider_arn": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
            "subject": "repo:example/forecast:*",
        },
    ),
    "schedule.time_zone": (ABSENT, "Europe/Berlin"),
    "schedule.office_hours": (ABSENT, "mon-fri 07:00-19:00"),
    "alarms.email": (ABSENT, ["mlflow@example.com"]),
    "alarms.monthly_budget_usd": (ABSENT, 500),
    "tags": (ABSENT, {"cost-centre": "42"}),
}


def options() -> dict[str, tuple[object, ...]]:
    """Each key that a team file can have, with the values that are tried, the default first.

    Raises KeyError for a key that has no sample yet.
    """
    return {key: _values(key, field) for key, field in _fields(TeamConfig) if key not in _TOGETHER}


def document(choice: dict[str, object]) -> dict[str, Any]:
    """The team file that has these values."""
    made: dict[str, Any] = {}
    for key, value in choice.items():
        if value is not ABSENT:
            *sections, name = key.split(".")
            inner = made
            for section in sections:
                inner = inner.setdefault(section, {})
            inner.update(value if isinstance(value, Together) else {name: value})
    return made


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section and field.default is not None:
            yield from _fields(section, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _values(key: str, field: FieldInfo) -> tuple[object, ...]:
    if key in _SAMPLES:
        return _SAMPLES[key]
    kinds = get_args(field.annotation) if get_origin(field.annotation) in (Union, types.UnionType) else ()
    kind = next((kind for kind in kinds if kind is not type(None)), field.annotation)
    if kind is bool:
        return _default_first(field, (False, True))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _default_first(field, tuple(member.value for member in kind))
    raise KeyError(key)


def _default_first(field: FieldInfo, values: tuple[object, ...]) -> tuple[object, ...]:
    first = field.default if field.default in values else ABSENT
    return (first, *(value for value in values if value != first))
