"""What a team file says of its artifacts."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from stacks.team.artifacts_values import BucketArn
from stacks.team.section import Section
from stacks.team.values import KeyArn


class ArtifactsMode(StrEnum):
    """The way that artifacts take between clients and the bucket."""

    PROXIED = "proxied"
    PRESIGNED = "presigned"
    DIRECT = "direct"


class ReplicaConfig(Section):
    """A bucket in another region that S3 copies every artifact to."""

    bucket_arn: Annotated[
        BucketArn,
        Field(description="The ARN of that bucket, which exists, has versions, and Object Lock where this one has it."),
    ]
    kms_key_arn: Annotated[KeyArn, Field(description="The ARN of the key of its region that the copies get.")]

    @property
    def region(self) -> str:
        """The key's, which is the bucket's."""
        return self.kms_key_arn.split(":")[3]


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
    intelligent_tiering: Annotated[
        bool,
        Field(
            description="Whether artifacts that nobody reads move to S3's cheaper tiers and back by themselves. "
            "Those below 128 KB stay where they are."
        ),
    ] = False
    object_lock_days: Annotated[
        int | None,
        Field(
            ge=1, le=3650,
            description="How many days nobody can delete or overwrite a version of an artifact for good, in S3's "
            "governance mode. Cannot be turned off again, and not with `presigned`.",
        ),
    ] = None  # fmt: skip
    replica: Annotated[
        ReplicaConfig | None, Field(description="A bucket in another region that gets a copy of each artifact.")
    ] = None
