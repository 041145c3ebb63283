"""Failures that end a command with one sentence, each with its own exit code."""


class TrackingServerError(Exception):
    """A failure whose text is one sentence that says what to do; it never holds a secret."""

    exit_code = 1


class SettingsError(TrackingServerError):
    """Environment variables are missing or invalid; the text names every one of them."""

    exit_code = 2


class SchemaOlderError(TrackingServerError):
    """The database's schema is older than the image; `migrate --upgrade` is needed."""

    exit_code = 3


class SchemaNewerError(TrackingServerError):
    """The database's schema has a revision that the image does not know."""

    exit_code = 4
