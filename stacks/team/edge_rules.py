"""What must hold between the keys that say who gets in."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from stacks.network.prefix_lists import CLOUDFRONT_PREFIX_LISTS
from stacks.team.problem import Problem

if TYPE_CHECKING:
    from stacks.team.config import TeamConfig


def edge_problems(team: "TeamConfig") -> Iterator[Problem]:
    """Everything that is wrong between access, auth, domain and CloudFront."""
    yield from _access(team)
    yield from _gateway(team)
    yield from _domain(team)
    yield from _cloudfront(team)
    yield from _firewall(team)
    yield from _clients_from(team)
    yield from _private_link(team)


def _access(team: "TeamConfig") -> Iterator[Problem]:
    if team.access != "public":
        return
    if team.auth == "none":
        yield Problem(
            ("auth",),
            "none",
            "lets the whole internet in; allowed with access: public: basic, oidc, iam; try auth: basic",
        )


def _gateway(team: "TeamConfig") -> Iterator[Problem]:
    if not team.behind_gateway:
        return
    if team.access != "public":
        yield Problem(
            ("auth",),
            "iam",
            "gives the server a name of API Gateway's, which is on the internet and answers to whom IAM lets; "
            f"not allowed with access: {team.access}; try access: public",
        )
    if team.artifacts.mode != "direct":
        yield Problem(
            ("auth",),
            "iam",
            "lets no artifact through API Gateway, which takes 10 MB and 30 seconds; "
            f"not allowed with artifacts.mode: {team.artifacts.mode}; try artifacts.mode: direct",
        )
    if team.domain is not None:
        yield Problem(
            ("domain",),
            team.domain.name,
            "has no use with auth: iam: clients use API Gateway's own name, which outlives the service; remove it",
        )


def _domain(team: "TeamConfig") -> Iterator[Problem]:
    if (domain := team.domain) is None:
        return
    zone_id, zone, certificate = domain.hosted_zone_id, domain.hosted_zone_name, domain.certificate_arn
    if (zone_id is None) != (zone is None):
        missing, present = ("hosted_zone_id", "hosted_zone_name") if zone_id is None else (
            "hosted_zone_name", "hosted_zone_id")  # fmt: skip
        yield Problem(("domain", missing), None, f"is missing; {present} needs it; add domain.{missing}")
    elif zone_id is None and certificate is None:
        yield Problem(
            ("domain",),
            domain.name,
            "has no certificate; allowed: hosted_zone_id and hosted_zone_name, or certificate_arn; add them",
        )
    if zone is not None and domain.name != zone and not domain.name.endswith(f".{zone}"):
        label = domain.name.split(".")[0]
        yield Problem(
            ("domain", "name"),
            domain.name,
            f"is not in the zone {zone}; allowed: names that end in it; try {label}.{zone}",
        )
    if certificate is not None and (region := certificate.split(":")[3]) != team.region:
        yield Problem(
            ("domain", "certificate_arn"),
            certificate,
            f"is in {region}; allowed: a certificate of the team's region; make one in {team.region}",
        )


def _cloudfront(team: "TeamConfig") -> Iterator[Problem]:
    if team.behind_cloudfront and team.region not in CLOUDFRONT_PREFIX_LISTS:
        yield Problem(
            ("access",),
            "public",
            f"needs a domain in {team.region}; allowed without one: {', '.join(CLOUDFRONT_PREFIX_LISTS)}; "
            "add domain: or try internal",
        )


def _firewall(team: "TeamConfig") -> Iterator[Problem]:
    if team.has_firewall:
        return
    what = "access: public" if team.access != "public" else "firewall.enabled: true"
    if team.behind_gateway:
        what = "auth: basic, for API Gateway's HTTP APIs take no web ACL"
    for key in sorted(team.firewall.model_fields_set - {"enabled"}):
        yield Problem(("firewall", key), getattr(team.firewall, key), f"has no use; allowed with {what}; remove it")


def _clients_from(team: "TeamConfig") -> Iterator[Problem]:
    path, blocks = ("network", "clients_from"), team.network.clients_from
    if blocks and team.access != "internal":
        yield Problem(path, blocks, "leads to an internal server; allowed with access: internal; remove it")
    own = team.network.existing.vpc_cidr if team.network.existing else team.network.cidr
    for block in blocks:
        if IPv4Network(block).subnet_of(IPv4Network(own)):
            yield Problem(path, block, f"is inside the VPC's own block {own}, which always may; remove it")


def _private_link(team: "TeamConfig") -> Iterator[Problem]:
    if team.network.private_link is None:
        return
    path, given = ("network", "private_link"), team.network.private_link.model_dump()
    if team.access != "internal":
        yield Problem(path, given, "leads to an internal server; allowed with access: internal; remove it")
    elif team.domain is None:
        yield Problem(
            path,
            given,
            "needs a domain, for clients elsewhere cannot use the load balancer's name; add domain: or remove it",
        )
