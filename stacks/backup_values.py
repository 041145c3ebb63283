"""The kinds of text of the section `backup`, each with its rule and the sentence that refuses it."""

import re
from typing import Annotated

from pydantic import AfterValidator

from stacks.values import refuse

# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html
_VAULT = re.compile(r"arn:aws(-[a-z-]+)?:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[a-zA-Z0-9_-]{2,50}")


def _vault_arn(value: str) -> str:
    if not _VAULT.fullmatch(value):
        raise refuse(
            "is not the ARN of a vault of AWS Backup; allowed: arn:aws:backup:<region>:<account>:backup-vault:<name>"
        )
    return value


VaultArn = Annotated[str, AfterValidator(_vault_arn)]
