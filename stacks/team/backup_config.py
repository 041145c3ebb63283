"""What a team file says of the backups beside the database's own."""

from typing import Annotated

from pydantic import Field

from stacks.team import backup_values
from stacks.team.section import Section


class BackupConfig(Section):
    """Daily snapshots in a vault of AWS Backup, which outlive the database and whoever may delete it."""

    retention_days: Annotated[
        int,
        Field(
            ge=0, le=3650,
            description="How many days a daily snapshot of the database stays in a vault of its own, from which nobody "
            "can delete it earlier. `0`: none is put there, as of a temporary team.",
        ),
    ] = 35  # fmt: skip
    copy_to: Annotated[
        backup_values.VaultArn | None,
        Field(description="The ARN of an existing vault in another region, which gets a copy of each snapshot."),
    ] = None
    copy_retention_days: Annotated[int, Field(ge=1, le=3650, description="How many days a copy stays there.")] = 35
