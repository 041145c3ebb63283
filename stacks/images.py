"""Container images in a cloud assembly, for an AWS that runs none."""

import json
from pathlib import Path

import aws_cdk as cdk


def synth(app: cdk.App, *, with_images: bool) -> None:
    """Writes the app's cloud assembly.

    Without images `cdk deploy` builds and publishes none, as an emulator needs it that runs no container or has no
    registry; the templates are the same, and name them.
    """
    assembly = Path(app.synth().directory)
    if with_images:
        return
    for path in assembly.glob("**/*.assets.json"):
        manifest = json.loads(path.read_text())
        manifest["dockerImages"] = {}
        path.write_text(json.dumps(manifest, indent=2))
