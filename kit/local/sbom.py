"""The image's software bill of materials: the packages of Python and of Debian that are in it, asked of itself.

CycloneDX: https://cyclonedx.org/specification/overview/
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from kit.local.errors import LocalError

_ASK = """
import json, subprocess
from importlib import metadata
debian = subprocess.run(["dpkg-query", "--show", "--showformat", "${Package} ${Version} ${Architecture}\\n"],
                        check=True, capture_output=True, text=True).stdout.splitlines()
print(json.dumps({
    "python": sorted({(found.name, found.version) for found in metadata.distributions()}),
    "debian": [line.split() for line in debian],
}))
"""
# Podman asks for more of both than a sandbox may have had.
_LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--network", "none", "--read-only")


def write_sbom(program: str, reference: str, file: Path) -> int:
    """Writes the bill of an image that the engine has, as CycloneDX JSON; returns how many packages it lists.

    Raises:
        LocalError: the image does not answer.
    """
    answer = subprocess.run(
        [program, "run", "--rm", *_LIMITS, reference, "python", "-c", _ASK], capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        said = answer.stderr.strip().splitlines() or ["nothing"]
        raise LocalError(f"The packages of {reference} cannot be listed: {said[-1]}")
    bom = Bom(components=list(_components(json.loads(answer.stdout))))
    name, _, tag = reference.rpartition(":")
    bom.metadata.component = Component(name=name, version=tag, type=ComponentType.CONTAINER, bom_ref=reference)
    bom.register_dependency(bom.metadata.component, bom.components)
    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(outputter.output_as_string(indent=2))
    return len(bom.components)


def _components(packages: dict[str, list[list[str]]]) -> Iterator[Component]:
    for name, version in packages["python"]:
        yield _component(PackageURL("pypi", None, name, version))
    for name, version, architecture in packages["debian"]:
        yield _component(PackageURL("deb", "debian", name, version, {"arch": architecture, "distro": "trixie"}))


def _component(purl: PackageURL) -> Component:
    return Component(
        name=purl.name, version=purl.version, type=ComponentType.LIBRARY, purl=purl, bom_ref=purl.to_string()
    )
