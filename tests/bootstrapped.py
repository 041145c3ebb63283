"""What `cdk bootstrap` leaves, for templates that are deployed without it."""

from typing import Any


def say_bootstrapped(ssm: Any) -> None:
    """The version that every template of the CDK asks for."""
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True)
