"""The kinds of text that a team file holds, each with its rule and the sentence that refuses it."""

import re
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from stacks.team.sizes import INSTANCE_CLASSES

MAX_NAME_LENGTH = 63 - len("mlflow--") - len("20261123-112600")
"""The tightest name made from a team's: `mlflow-<team>-<date>-<time>`, the database instance a restore makes
beside the old one. RDS allows 63 characters, no two hyphens in a row and none at the end:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.Constraints
Stack names have more room (128), and CloudFormation shortens the names that it makes up from them."""

MAX_TAGS = 40
"""AWS allows 50 on a resource; the rest is left to CloudFormation, the kit and the owner of the account."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

TEAM_TAG = "team"
"""Every resource has this tag, with the team's name."""

_NAME = re.compile(r"[a-z](-?[a-z0-9])*")
_REGION = re.compile(r"\b[a-z]{2,4}(-[a-z]+)+-[0-9]")
# China, the European Sovereign Cloud and the isolated ones call services by other names in policies.
# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
_OTHER_PARTITION = re.compile(r"cn-|eusc-|[a-z]{2}-iso[a-z]?-")
_HOST_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_TAG = re.compile(r"[\w\s+\-=.:/@]*")


def refuse(sentence: str) -> PydanticCustomError:
    """What follows the key and its value in the message: what is wrong, what is allowed, and what to try."""
    return PydanticCustomError("refused", "{sentence}", {"sentence": sentence})


def matching(pattern: str, sentence: str) -> AfterValidator:
    """The rule for a text that a pattern describes as a whole; `sentence` refuses any other."""
    whole = re.compile(pattern)

    def check(value: str) -> str:
        if not whole.fullmatch(value):
            raise refuse(sentence)
        return value

    return AfterValidator(check)


def _team_name(value: str) -> str:
    allowed = f"allowed: a to z, 0 to 9 and single hyphens between them, a letter first, at most {MAX_NAME_LENGTH}"
    if len(value) > MAX_NAME_LENGTH:
        raise refuse(f"is too long for a team's name; {allowed}; try {value[:MAX_NAME_LENGTH].rstrip('-')}")
    if not _NAME.fullmatch(value):
        better = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-0123456789")
        raise refuse(f"cannot be a team's name; {allowed}" + (f"; try {better}" if better else ""))
    return value


def _region(value: str) -> str:
    if _OTHER_PARTITION.match(value):
        raise refuse("is of a partition whose names the kit does not know; allowed: regions of aws and aws-us-gov")
    if _REGION.fullmatch(value):
        return value
    better = re.search(_REGION, value.lower().replace("_", "-"))
    raise refuse(f"is not an AWS region; allowed: one such as eu-west-1; try {better[0] if better else 'eu-west-1'}")


def _host_name(value: str) -> str:
    if not _HOST_NAME.fullmatch(value):
        better = re.sub(r"^https?://|[/:].*$|\.$", "", value.lower())
        hint = f"; try {better}" if _HOST_NAME.fullmatch(better) else ""
        raise refuse(f"is not a host name; allowed: lower-case labels with dots, such as mlflow.example.com{hint}")
    return value


def _server_name(value: str) -> str:
    """https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html#ACM-RequestCertificate-request-DomainName"""
    if len(_host_name(value)) > 64:
        raise refuse("is too long; allowed: 64 characters, as certificates do; take a shorter name")
    return value


def _instance_class(value: str) -> str:
    if value not in INSTANCE_CLASSES:
        families = ", ".join(dict.fromkeys(name.split(".")[1] for name in INSTANCE_CLASSES))
        near = get_close_matches(value, INSTANCE_CLASSES, n=1, cutoff=0)[0]
        raise refuse(f"is not a class of RDS for PostgreSQL known here; allowed: sizes of {families}; try {near}")
    return value


def _tags(tags: dict[str, str]) -> dict[str, str]:
    """https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices"""
    if len(tags) > MAX_TAGS:
        raise refuse(f"are {len(tags)} tags; allowed: {MAX_TAGS}; remove {len(tags) - MAX_TAGS}")
    seen: dict[str, str] = {}
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise refuse(f"has a tag of the wrong length, {key[:40]!r}; allowed: keys of 1 to 128, values of up to 256")
        if key.lower().startswith("aws:"):
            raise refuse(f"has the tag {key!r}; allowed: keys that do not start with aws:; take another prefix")
        if not _TAG.fullmatch(key) or not _TAG.fullmatch(value):
            raise refuse(f"has a tag with other signs, {key!r}; allowed: letters, digits, spaces and + - = . _ : / @")
        if key.lower() == TEAM_TAG:
            raise refuse(f"has the tag {key!r}, which every resource has already; remove it")
        # IAM takes them for one key: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
        if other := seen.get(key.lower()):
            raise refuse(f"has the tags {other!r} and {key!r}; allowed: keys that differ by more than case; keep one")
        seen[key.lower()] = key
    return tags


TeamName = Annotated[str, AfterValidator(_team_name)]
Region = Annotated[str, AfterValidator(_region)]
ServerName = Annotated[str, AfterValidator(_server_name)]
ZoneName = Annotated[str, AfterValidator(_host_name)]
HostedZoneId = Annotated[
    str,
    matching(
        r"Z[0-9A-Z]{1,31}",
        "is not a Route 53 zone's id; allowed: an id such as Z0123456789ABCDEFGHIJ, without /hostedzone/",
    ),
]
CertificateArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z-]+)?:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]{36}",
        "is not an ACM certificate's ARN; allowed: "
        "arn:aws:acm:<region>:<account>:certificate/<id>, as the ACM console shows it",
    ),
]
KeyArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z-]+)?:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+",
        "is not a KMS key's ARN; allowed: arn:aws:kms:<region>:<account>:key/<id>, no alias",
    ),
]
InstanceClass = Annotated[str, AfterValidator(_instance_class)]
Tags = Annotated[dict[str, str], AfterValidator(_tags)]
