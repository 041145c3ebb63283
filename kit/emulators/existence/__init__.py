"""Whether the resources of a deployed stack exist for real: asked of each service, never of CloudFormation.

An emulator's CloudFormation may record a resource, and answer CREATE_COMPLETE for it, that no service of the
emulator has made.
"""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from kit.emulators.existence import (
    access,
    addresses,
    alarms,
    backups,
    balancing,
    cloudfront,
    containers,
    databases,
    encryption,
    firewall,
    gateway,
    names,
    networks,
    routing,
    schedules,
    storage,
)
from kit.emulators.existence.question import Answer, Existence, Question, Resource
from kit.emulators.template import Clients, DeployedStack
from kit.local.errors import LocalError

QUESTIONS: dict[str, Question] = {
    **access.QUESTIONS,
    **addresses.QUESTIONS,
    **backups.QUESTIONS,
    **alarms.QUESTIONS,
    **balancing.QUESTIONS,
    **cloudfront.QUESTIONS,
    **containers.QUESTIONS,
    **databases.QUESTIONS,
    **encryption.QUESTIONS,
    **firewall.QUESTIONS,
    **gateway.QUESTIONS,
    **names.QUESTIONS,
    **networks.QUESTIONS,
    **routing.QUESTIONS,
    **schedules.QUESTIONS,
    **storage.QUESTIONS,
}
"""By CloudFormation type, for every type of this kit's templates but custom resources."""

NO_API = "the emulator has no such API"
"""The reason of an answer where nobody can have the resource."""

# What the services answer about something that they do not have, or whose id is not one of theirs.
_UNKNOWN_THING = (
    "NotFound",
    "NoSuch",
    "DoesNotExist",
    "Nonexistent",
    "Malformed",
    "Validation",
    "InvalidParameter",
    "InvalidArgument",
)
# ECS and S3's HEAD have no better words.
_UNKNOWN_THING_CODES = {"404", "ClientException", "InvalidArnException"}


def has_question(resource_type: str) -> bool:
    """Whether `ask` can answer for a type."""
    return resource_type in QUESTIONS or _is_custom(resource_type)


def ask_all(stack: DeployedStack, client: Clients) -> Iterator[tuple[Resource, Answer]]:
    """Asks for each resource of the stack, in the template's order. Raises as `ask`."""
    for logical_id in stack.template["Resources"]:
        resource = Resource(stack, logical_id, client)
        yield resource, ask(resource)


def recorded_only(stack: DeployedStack, client: Clients) -> set[str]:
    """The types of the stack's resources that no service has. Raises as `ask`."""
    return {resource.type for resource, answer in ask_all(stack, client) if answer.existence == Existence.RECORDED_ONLY}


def ask(resource: Resource) -> Answer:
    """Whether the resource exists.

    Raises LocalError for a type without a question, ClientError or BotoCoreError when the service neither
    confirms nor denies.
    """
    if _is_custom(resource.type):
        return Answer(Existence.NO_QUESTION, "a custom resource is CloudFormation's alone: no API knows it")
    if resource.type not in QUESTIONS:
        raise LocalError(f"There is no question whether a resource of type {resource.type} exists.")
    if not resource.physical_id:
        return Answer(Existence.RECORDED_ONLY, "CloudFormation has no id for it")
    try:
        real = QUESTIONS[resource.type](resource)
    except ClientError as error:
        return Answer(Existence.RECORDED_ONLY, _denial(error))
    except ParamValidationError:
        return Answer(Existence.RECORDED_ONLY, f"{resource.physical_id} is no id of the service")
    return Answer(Existence.REAL) if real else Answer(Existence.RECORDED_ONLY, "the service does not have it")


def _is_custom(resource_type: str) -> bool:
    return resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"


def _denial(error: ClientError) -> str:
    """Why the resource is not there, in a few words. Raises the error when it does not say that."""
    code = str(error.response["Error"]["Code"])
    metadata: dict[str, Any] = error.response["ResponseMetadata"]
    # AWS names every error: MiniStack answers a bare 400 where it has no such service, and EC2's own word for a call.
    if metadata["HTTPStatusCode"] == 501 or code in ("400", "InvalidAction"):
        return NO_API
    if code in _UNKNOWN_THING_CODES or any(word in code for word in _UNKNOWN_THING):
        return f"{error.operation_name} answers {code}"
    raise error
