"""What a team file says of its artifacts."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stacks.section import Section


class ArtifactsMode(StrEnum):
    """The way that artifacts take between clients and the bucket."""

    PROXIED = "proxied"
    PRESIGNED = "presigned"
    DIRECT = "direct"


class ArtifactsConfig(Section):
    """Models, plots and files that runs log."""

    mode: Annotated[
        ArtifactsMode,
        Field(
            strict=False,
            description="`proxied`: through the server; clients need no AWS credentials. `presigned`: the "
            "server hands out links to S3. `direct`: clients use their own AWS role.",
        ),
    ] = ArtifactsMode.PROXIED
    retention_days: Annotated[
        int,
        Field(ge=1, le=3650, description="How many days deleted and overwritten artifacts can be restored."),
    ] = 30
