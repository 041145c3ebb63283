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
    garbage_collection_days: Annotated[
        int | None,
        Field(
            ge=1, le=3650,
            description="After how many days what users deleted in MLflow is deleted for good, each night. Without it "
            "it stays, and can be restored in MLflow.",
        ),
    ] = None  # fmt: skip
