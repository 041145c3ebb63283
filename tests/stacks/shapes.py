"""The shapes of team that the templates are checked for, and their templates, each made once a run."""

import functools
import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import cx_api
from aws_cdk.assertions import Template

import app
from stacks.team.config import StackKind, TeamConfig

ROOT = Path(__file__).parents[2]
CONTEXT = json.loads((ROOT / "cdk.json").read_text())["context"]
ZONE = {"name": "mlflow.example.com", "hosted_zone_id": "Z0123456789ABC", "hosted_zone_name": "example.com"}
PRINCIPAL = "arn:aws:iam::444455556666:root"
CERTIFICATE = "arn:aws:acm:eu-west-1:111122223333:certificate/00000000-1111-2222-3333-444444444444"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/00000000-1111-2222-3333-555555555555"
REPLICA = {
    "bucket_arn": "arn:aws:s3:::mlflow-copies",
    "kms_key_arn": "arn:aws:kms:eu-central-1:111122223333:key/00000000-1111-2222-3333-444444444444",
}
OIDC = {
    "issuer": "https://login.example.com/tenant",
    "client_id": "mlflow",
    "client_secret_arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:mlflow-client-AbCdEf",
    "allowed_groups": ["data, science"],
    "admin_groups": ["platform"],
}
ELSEWHERE = "arn:aws:backup:eu-central-1:111122223333:backup-vault:mlflow-copies"

_SHAPES: dict[str, dict[str, Any]] = {
    "smallest": {"size": "dev"},
    "usual": {},
    "cheap": {"size": "dev", "network": {"egress": "public-ip"}, "database": {"password_rotation_days": 0}},
    "closed": {
        "size": "medium",
        "network": {"egress": "endpoints"},
        "artifacts": {"mode": "presigned", "garbage_collection_days": 90},
    },
    "public": {
        "size": "large",
        "access": "public",
        "domain": ZONE,
        "tags": {"cost-centre": "42"},
        "database": {
            "insights": "advanced",
            "backup_window": "02:00-03:00",
            "maintenance_window": "sun:04:00-sun:05:00",
        },
        "backup": {"copy_to": ELSEWHERE, "copy_retention_days": 90},
        "artifacts": {"intelligent_tiering": True, "object_lock_days": 365, "replica": REPLICA},
        "server": {"max_tasks": 4},
        "alarms": {"email": ["mlflow@example.com"], "monthly_budget_usd": 500},
    },
    "public-closed": {
        "access": "public",
        "server": {"exec": True, "metrics_from": ["10.30.0.0/16"]},
        "network": {"egress": "endpoints"},
        "firewall": {"allowed_addresses": ["198.51.100.0/24"]},
    },
    "temporary": {
        "size": "dev",
        "temporary": True,
        "artifacts": {"mode": "direct"},
        "tracking_store": "mlflow",
        "clients": {
            "trusted_arns": ["arn:aws:iam::111122223333:role/people"],
            "ci": {
                "provider_arn": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
                "subject": "repo:example/forecast:*",
            },
        },
        "database": {"password_rotation_days": 0},
        "server": {"spot": True, "architecture": "arm64"},
        "schedule": {"office_hours": "mon-fri 07:00-19:00", "time_zone": "Europe/Berlin"},
    },
    "signed": {
        "size": "dev",
        "access": "public",
        "auth": "iam",
        "artifacts": {"mode": "direct"},
        "database": {"password_rotation_days": 0},
    },
    "pausing": {
        "size": "dev",
        "database": {"engine": "aurora-postgresql", "min_acu": 0, "max_acu": 1, "auto_pause_minutes": 30},
        "network": {"egress": "public-ip"},
    },
    "growing": {
        "size": "large",
        "database": {
            "engine": "aurora-postgresql",
            "auth": "iam",
            "resource_id": "cluster-ABCDEFGHIJKL01234",
            "insights": "advanced",
            "backup_window": "02:00-03:00",
            "maintenance_window": "sun:04:00-sun:05:00",
        },
        "backup": {"retention_days": 0},
        "network": {"egress": "endpoints"},
    },
    "guest": {
        "database": {"auth": "iam"},
        "auth": "oidc",
        "oidc": OIDC,
        "domain": {"name": "mlflow.example.com", "certificate_arn": CERTIFICATE},
        "encryption": {"kms_key_arn": KEY},
        "network": {
            "clients_from": ["10.20.0.0/16"],
            "private_link": {"allowed_principals": [PRINCIPAL]},
            "existing": {
                "vpc_id": "vpc-0123456789abcdef0",
                "vpc_cidr": "10.1.0.0/16",
                "availability_zones": ["eu-west-1a", "eu-west-1b"],
                "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            },
        },
    },
}
SHAPES = tuple(_SHAPES)


def team(shape: str) -> TeamConfig:
    return TeamConfig.model_validate({"name": shape, "region": "eu-west-1", **_SHAPES[shape]})


def synthesize(*teams: TeamConfig) -> cx_api.CloudAssembly:
    """The teams' cloud assembly; raises when a rule finds an error."""
    return app.build(cdk.App(context=CONTEXT), teams).synth()


@functools.cache
def assembly(shape: str) -> cx_api.CloudAssembly:
    return synthesize(team(shape))


@functools.cache
def templates(shape: str) -> dict[str, dict[str, Any]]:
    """The shape's templates by stack name."""
    return {stack.stack_name: stack.template for stack in assembly(shape).stacks}


def template(shape: str, kind: StackKind) -> Template:
    return Template.from_json(templates(shape)[team(shape).stack_name(kind)])
