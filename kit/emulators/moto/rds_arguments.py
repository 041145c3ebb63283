"""Properties of CloudFormation's as moto's RDS takes them."""

from moto.core.utils import camelcase_to_underscores

from kit.emulators.moto.added import Json


def rds_arguments(properties: Json) -> Json:
    """Of a DB instance or cluster, under the names of moto's backend."""
    arguments = {camelcase_to_underscores(name): value for name, value in properties.items()}
    # CloudFormation takes a number in quotes, too.
    return arguments | {name: int(arguments[name]) for name in ("allocated_storage", "port") if name in arguments}
