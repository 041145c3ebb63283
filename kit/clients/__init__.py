"""The lines with which a client in each language finds a team's server. None has a password in it."""

from collections.abc import Callable, Mapping

from kit.clients import github_actions, java, python, r, sagemaker, shell
from kit.clients.server import TeamServer, find

__all__ = ["LINES", "TeamServer", "find"]

LINES: Mapping[str, Callable[[TeamServer], str]] = {
    "shell": shell.lines,
    "python": python.lines,
    "notebook": python.notebook,
    "sagemaker": sagemaker.lines,
    "github-actions": github_actions.lines,
    "r": r.lines,
    "java": java.lines,
}
"""By what they are for; each raises LocalError where such a client cannot reach the server, or lacks a role."""
