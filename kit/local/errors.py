"""The one error of the laptop runtime."""


class LocalError(Exception):
    """Something on this machine is in the way; the message is one sentence that says what to do."""
