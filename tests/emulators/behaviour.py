"""One row of the page about behaviour: what AWS documents, how to try it, and what asserts it otherwise."""

from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import ClientError, WaiterError

from tests.emulators.aws import Aws

GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
TEMPLATES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_TESTS = "../../tests/stacks"
STATEFUL_IDS = f"[test_stateful_ids.py]({_TESTS}/test_stateful_ids.py)"
DATA_STACK = f"[test_data_stack.py]({_TESTS}/data/test_data_stack.py)"
PROTECTION = f"[test_protection.py]({_TESTS}/test_protection.py)"
SERVICE_STACK = f"[test_service_stack.py]({_TESTS}/service/test_service_stack.py)"
RULE_PACKS = f"[test_rule_packs.py]({_TESTS}/test_rule_packs.py)"
NETWORK_STACK = f"[test_network_stack.py]({_TESTS}/network/test_network_stack.py)"
LOG_GROUPS = f"[test_log_groups.py]({_TESTS}/test_log_groups.py)"
TAGS = f"[test_tags.py]({_TESTS}/test_tags.py)"
RESOURCE_TYPES = f"[test_resource_types.py]({_TESTS}/test_resource_types.py)"
STATUS = "[`scripts/kit status`](../set-up/laptop.md#what-is-really-there), which asks the services"

NO_API = "no API"


@dataclass(frozen=True)
class Behaviour:
    """One row of the page.

    Attributes:
        aws: what AWS does, in the words that `probe` answers with.
        source: where AWS documents it.
        probe: what an emulator does.
        instead: what asserts it where an emulator answers otherwise; empty where nothing of the kit relies on it.
    """

    name: str
    aws: str
    source: str
    probe: Callable[[Aws], str]
    instead: str = ""


def no_answer(error: ClientError | WaiterError) -> str:
    """An API that is not there, or that fails."""
    response = getattr(error, "response", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    unknown = response.get("Error", {}).get("Code") in ("InvalidAction", "UnknownOperationException")
    return NO_API if status == 501 or unknown else "error"
