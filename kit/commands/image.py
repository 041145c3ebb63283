"""`kit image`: the server's image, built here, and what is in it."""

import subprocess

from kit.environment import ROOT
from kit.local.engine import Engine
from kit.local.errors import LocalError
from kit.local.image import build_image
from kit.local.sbom import write_sbom
from kit.progress import Steps

SBOM = ROOT / ".kit" / "image.cdx.json"


def image(steps: Steps) -> str:
    """Builds the image, or finds it built, and writes its bill of materials. Returns what its user has to know.

    Raises:
        LocalError: no engine answers, or the image cannot be built.
    """
    program = Engine.find().program
    with steps.step("Image") as report:
        reference = build_image(program, report)
        megabytes = image_bytes(program, reference) / 1e6
        report(f"{megabytes:.0f} MB")
    with steps.step("Bill of materials") as report:
        count = write_sbom(program, reference, SBOM)
        report(f"{count} packages")
    return f"{reference}\n{SBOM.relative_to(ROOT)}"


def image_bytes(program: str, reference: str) -> int:
    """The size of all layers, not compressed. Raises LocalError when the engine does not have the image."""
    command = [program, "image", "inspect", "--format", "{{.Size}}", reference]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise LocalError(f"The engine has no image {reference}.")
    return int(answer.stdout)
