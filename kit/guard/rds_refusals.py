"""Changes of a DB instance or cluster that RDS refuses while the deployment is under way, and emulators take."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_ENGINES = {"AWS::RDS::DBInstance": "postgres", "AWS::RDS::DBCluster": "aurora-postgresql"}


def refused_by_rds(resource_type: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The ends of sentences that begin with the resource's name; none for another type or engine.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html and, for the disk,
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
    """
    if resource_type not in _ENGINES or not before.get("Engine") == after.get("Engine") == _ENGINES[resource_type]:
        return
    old, new = (str(properties.get("EngineVersion", "")) for properties in (before, after))
    if old and new:
        # zip: "18" stands for whichever minor version of 18 is there.
        pairs = list(zip(_numbers(old), _numbers(new), strict=False))
        change = f"cannot go from EngineVersion {old} to {new}"
        if [pair[1] for pair in pairs] < [pair[0] for pair in pairs]:
            yield f"{change}, for RDS takes no version back: set EngineVersion to {old} or newer."
        elif pairs[0][1] > pairs[0][0] and after.get("AllowMajorVersionUpgrade") is not True:
            yield (
                f"{change}, a major version, unasked: keep EngineVersion {old}, or take a snapshot and deploy once "
                "with AllowMajorVersionUpgrade on this resource."
            )
    storage = [int(properties.get("AllocatedStorage", 0)) for properties in (before, after)]
    if storage[1] < storage[0]:
        yield (
            f"has an AllocatedStorage of {storage[0]} GiB, and RDS never makes a disk smaller: "
            f"set database.storage_gib to {storage[0]} in the team file."
        )


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]
