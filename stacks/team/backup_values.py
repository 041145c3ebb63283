"""The kinds of text of the section `backup`, each with its rule and the sentence that refuses it."""

from typing import Annotated

from stacks.team.values import matching

VaultArn = Annotated[
    str,
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
    matching(
        r"arn:aws(-[a-z-]+)?:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[a-zA-Z0-9_-]{2,50}",
        "is not the ARN of a vault of AWS Backup; allowed: arn:aws:backup:<region>:<account>:backup-vault:<name>",
    ),
]
