"""The kinds of text of the section `artifacts`, each with its rule and the sentence that refuses it."""

from typing import Annotated

from stacks.team.values import matching

BucketArn = Annotated[
    str,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    matching(
        r"arn:aws(-[a-z-]+)?:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "is not a bucket's ARN; allowed: arn:aws:s3:::<bucket>",
    ),
]
