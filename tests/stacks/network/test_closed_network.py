"""What a closed network needs is what docs/set-up/closed.md lists for whoever owns one."""

import re
from typing import Any

import pytest

from tests.stacks.shapes import ROOT, team, template

PAGE = ROOT / "docs" / "set-up" / "closed.md"
REGION = "eu-west-1"
EXEC = "`server.exec: true`"


def listed(*needed: str) -> set[tuple[str, str]]:
    """The endpoints that the page lists as needed then, each with its type."""
    rows = re.findall(r"^\| `([a-z0-9.]+)` \| (\w+) \| [^|]+ \| ([^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    assert {when for _, _, when in rows} == {"always", EXEC}
    return {(service, kind) for service, kind, when in rows if when in needed}


def made(shape: str) -> set[tuple[str, str]]:
    endpoints = template(shape, "network").find_resources("AWS::EC2::VPCEndpoint").values()
    return {
        (service(each["Properties"]["ServiceName"]), each["Properties"]["VpcEndpointType"].lower())
        for each in endpoints
    }


def service(name: Any) -> str:
    """What comes after the region."""
    last = name if isinstance(name, str) else name["Fn::Join"][1][-1]
    return str(last).rpartition(REGION)[2].removeprefix(".")


def images(shape: str) -> set[str]:
    definitions = template(shape, "service").find_resources("AWS::ECS::TaskDefinition").values()
    containers = [c for definition in definitions for c in definition["Properties"]["ContainerDefinitions"]]
    assert {container["Name"] for container in containers} >= {"migrate", "server", "rotate"}
    return {container["Image"]["Fn::Sub"] for container in containers}


def test_the_page_lists_the_endpoints_that_a_closed_network_is_given() -> None:
    assert not team("closed").server.exec
    assert made("closed") == listed("always")


def test_the_page_lists_those_of_sessions_too() -> None:
    assert team("public-closed").server.exec
    assert made("public-closed") == listed("always", EXEC)


@pytest.mark.parametrize("shape", ["closed", "public-closed"])
def test_every_task_pulls_from_the_one_repository_that_the_page_names(shape: str) -> None:
    (image,) = images(shape)
    repository = image.rpartition("/")[2].rpartition(":")[0]
    named = repository.replace("${AWS::AccountId}", "<account>").replace(REGION, "<region>")
    assert f"`{named}`" in PAGE.read_text()


def test_the_page_names_what_the_image_is_built_from() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "server_image" / "Dockerfile").read_text(), re.MULTILINE)
    assert set(re.findall(r"^\| `([^`]+:[^`]+)` \|", PAGE.read_text(), re.MULTILINE)) == set(bases)
