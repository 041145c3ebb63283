"""A team on moto's server."""

from tests.changes import Changes


class TestOnMoto(Changes):
    """Deploy, change, deploy again, destroy."""
