"""Writes what a security review asks into docs/reference/security.md, from the templates; with `--check` compares."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk

import app
from kit.markdown import markdown_table
from kit.security_tables import Row, encryption, network, resource_policies, roles
from kit.security_ways import refusals, ways
from kit.template_words import Words
from stacks.team.config import TeamConfig

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "security.md"
_FROM, _TO = "<!-- From here `python -m kit.security_page` writes. -->", "<!-- To here. -->"
_TEAM: dict[str, Any] = {"name": "research", "region": "eu-west-1"}
_DOMAIN = {"name": "mlflow.example.com", "hosted_zone_id": "Z0123456789ABC", "hosted_zone_name": "example.com"}
# Each way to a server, as its team file says it; the first is the one that all other tables are about.
_WAYS: dict[str, dict[str, Any]] = {
    "`access: internal`": {},
    "`network.clients_from`": {"network": {"clients_from": ["10.20.0.0/16"]}},
    "`server.metrics_from`": {"server": {"metrics_from": ["10.30.0.0/16"]}},
    "`domain`, `network.private_link`": {
        "domain": _DOMAIN,
        "network": {"private_link": {"allowed_principals": ["arn:aws:iam::111122223333:root"]}},
    },
    "`access: public`": {"access": "public", "firewall": {"allowed_addresses": ["198.51.100.0/24"]}},
    "`access: public`, `domain`": {"access": "public", "domain": _DOMAIN},
    "`access: public`, `auth: iam`": {"access": "public", "auth": "iam", "artifacts": {"mode": "direct"}},
}
# What else gives people and programs rights of their own.
_OPTIONS: dict[str, dict[str, Any]] = {
    "`artifacts.mode: direct`, `clients.ci`": {
        "artifacts": {"mode": "direct"},
        "clients": {
            "ci": {
                "provider_arn": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
                "subject": "repo:example/forecast:ref:refs/heads/main",
            }
        },
    },
    "`artifacts.garbage_collection_days`": {"artifacts": {"garbage_collection_days": 90}},
    "`server.exec`": {"server": {"exec": True}},
    "`artifacts.replica`, `database.auth: iam`": {
        "artifacts": {
            "replica": {
                "bucket_arn": "arn:aws:s3:::mlflow-copies",
                "kms_key_arn": "arn:aws:kms:eu-central-1:111122223333:key/00000000-1111-2222-3333-444444444444",
            }
        },
        "database": {"auth": "iam"},
    },
    "`encryption.kms_key_arn`": {
        "encryption": {"kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/00000000-1111-2222-3333-555555555555"}
    },
}


def tables(by_way: Mapping[str, Path], by_option: Mapping[str, Path]) -> str:
    """All that is generated, from teams by what their files say of the way in, or of something else.

    Of the first team there is all, of the others what they have beyond it.
    """
    each = {said: Words(assembly) for said, assembly in by_way.items()}
    words, *_ = each.values()
    others = {said: Words(assembly) for said, assembly in by_option.items()} | each
    return "\n".join(
        [
            "### The ways in\n",
            *_table(("Team file", "From", "To", "Port", "TLS"), _of_each(each, ways)),
            "\n### What the firewall refuses\n",
            *_table(("Team file", "Rule", "Of what", "Does"), _of_each(each, refusals)),
            "\n### Who reaches whom\n",
            *_table(("Security group", "Way", "Peer", "Port", "For"), network(words)),
            "\n### What is encrypted with which key\n",
            *_table(("Resource", "Type", "Key"), encryption(words)),
            "\n### Who may do what\n",
            *_table(("Role", "Assumed by", "May", "On", "When"), roles(words)),
            "\n### What resources let others do\n",
            *_table(("Resource", "Who", "May", "When"), resource_policies(words)),
            "\n### What else there is to encrypt with some options\n",
            *_table(("Team file", "Resource", "Type", "Key"), _beyond(words, others, encryption)),
            "\n### Who may do what else with some options\n",
            *_table(("Team file", "Role", "Assumed by", "May", "On", "When"), _beyond(words, others, roles)),
        ]
    )


def _of_each(each: Mapping[str, Words], rows: Callable[[Words], Iterable[Row]]) -> Iterator[Row]:
    for said, words in each.items():
        for row in rows(words):
            yield said, *row


def _beyond(usual: Words, each: Mapping[str, Words], rows: Callable[[Words], Iterable[Row]]) -> Iterator[Row]:
    """What each has that the usual team has not, and none before it."""
    known = set(rows(usual))
    for said, *row in _of_each(each, rows):
        if tuple(row) not in known:
            known.add(tuple(row))
            yield said, *row


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for line in markdown_table(head, rows):
        # A lone asterisk would begin an emphasis.
        yield line.replace("*", r"\*")


def page(written: str, by_way: Mapping[str, Path], by_option: Mapping[str, Path]) -> str:
    """The page with the tables between its two marks made anew."""
    before, _, rest = written.partition(_FROM)
    _, _, after = rest.partition(_TO)
    return f"{before}{_FROM}\n\n{tables(by_way, by_option)}\n\n{_TO}{after}"


def main(arguments: list[str]) -> int:
    """Writes the page, or with `--check` says whether it is up to date."""
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    with tempfile.TemporaryDirectory() as folder:
        assemblies = {said: Path(folder, str(number)) for number, said in enumerate([*_WAYS, *_OPTIONS])}
        for said, changed in (_WAYS | _OPTIONS).items():
            team = TeamConfig.model_validate(_TEAM | changed)
            app.build(cdk.App(context=context, outdir=str(assemblies[said])), [team]).synth()
        written = PAGE.read_text(encoding="utf-8")
        made = page(written, *({said: assemblies[said] for said in teams} for teams in (_WAYS, _OPTIONS)))
    if arguments == ["--check"]:
        if made != written:
            print(f"{PAGE} is out of date: run python -m kit.security_page", file=sys.stderr)
        return int(made != written)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
