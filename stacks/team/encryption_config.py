"""What a team file says of the key that encrypts what the team keeps."""

from typing import Annotated

from pydantic import Field

from stacks.team.section import Section
from stacks.team.values import KeyArn


class EncryptionConfig(Section):
    """The key of the database, artifacts, secrets, backups, logs and alarms: the team's own, or one that exists."""

    kms_key_arn: Annotated[
        KeyArn | None,
        Field(
            description="The ARN of an existing KMS key of the team's region, instead of keys of the team's own. Its "
            "policy must let the team use it, and another key is another database."
        ),
    ] = None
