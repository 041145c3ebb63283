"""The kinds of text of the section `artifacts`, each with its rule and the sentence that refuses it."""

import re
from typing import Annotated

from pydantic import AfterValidator

from stacks.values import refuse

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"arn:aws(-[a-z-]+)?:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KEY = re.compile(r"arn:aws(-[a-z-]+)?:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+")


def _bucket_arn(value: str) -> str:
    if not _BUCKET.fullmatch(value):
        raise refuse("is not a bucket's ARN; allowed: arn:aws:s3:::<bucket>")
    return value


def _key_arn(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise refuse("is not a KMS key's ARN; allowed: arn:aws:kms:<region>:<account>:key/<id>, no alias")
    return value


BucketArn = Annotated[str, AfterValidator(_bucket_arn)]
KeyArn = Annotated[str, AfterValidator(_key_arn)]
