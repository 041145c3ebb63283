"""Reads `teams/*.yaml`. Every problem of every file is told at once."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from stacks.team.clashes import clashes_of, network_of
from stacks.team.config import TeamConfig
from stacks.team.errors import TeamFileError, line_of, problem_of

__all__ = ["TeamFileError", "load_teams"]


def load_teams(folder: Path, only: str | None = None) -> tuple[TeamConfig, ...]:
    """Reads and checks the teams of `folder`, sorted by name.

    Args:
        folder: holds one `<team>.yaml` for each team; files with other endings are none of ours.
        only: the one team to return. Mistakes in other teams' files do not stop it, but clashes with them do.

    Raises:
        TeamFileError: a file is wrong, two teams clash, or there is no such team.
    """
    files = sorted(folder.glob("*.y*ml"), key=lambda path: (path.stem, path.suffix))
    files = [path for path in files if path.suffix in {".yaml", ".yml"}]
    if not any(path.suffix == ".yaml" for path in files):
        raise TeamFileError([f"{folder}: has no team file; allowed: <team>.yaml; copy the example there"])
    if only is not None and (folder / f"{only}.yaml") not in files:
        raise TeamFileError([_unknown(only, folder, files)])
    teams: list[TeamConfig] = []
    problems: list[str] = []
    for path in files:
        try:
            teams.append(_read(path, files))
        except TeamFileError as error:
            if only in (None, path.stem):
                problems += error.problems
    taken = [network_of(team) for team in teams]
    for index, team in enumerate(teams):
        if only in (None, team.name):
            others = teams[:index] if only is None else [other for other in teams if other is not team]
            problems += [line_of(folder / f"{team.name}.yaml", clash) for clash in clashes_of(team, others, taken)]
    if problems:
        raise TeamFileError(problems)
    return tuple(team for team in teams if only in (None, team.name))


def _read(path: Path, files: Sequence[Path]) -> TeamConfig:
    if path.suffix == ".yml":
        raise TeamFileError([f"{path}: ends in .yml; allowed: .yaml; rename it to {path.stem}.yaml"])
    twin = path.with_name(path.name.lower())
    if twin != path and twin in files:
        raise TeamFileError([f"{path}: differs from {twin.name} by case only; allowed: one file a team; remove one"])
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise TeamFileError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise TeamFileError([f"{path}: is not UTF-8 text; save it as UTF-8"]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" line {mark.line + 1}:" if mark else ""
        raise TeamFileError([f"{path}:{line} {error.problem or error.context}"]) from None
    except (yaml.YAMLError, ValueError) as error:
        # A ValueError is PyYAML's for what looks like a date or a number and is none.
        raise TeamFileError([f"{path}: {str(error).splitlines()[0]}"]) from None
    if document is None:
        raise TeamFileError([f"{path}: is empty; allowed: at least a region; try region: eu-west-1"])
    if not isinstance(document, dict):
        raise TeamFileError([f"{path}: is not a mapping of keys to values; try region: eu-west-1"])
    problems = [f"{path}: name: is the file's name already; remove the key"] if "name" in document else []
    try:
        team = TeamConfig.model_validate(document | {"name": path.stem})
    except ValidationError as error:
        problems += [line_of(path, problem_of(detail)) for detail in error.errors()]
    if problems:
        raise TeamFileError(problems)
    return team


def _unknown(only: str, folder: Path, files: Sequence[Path]) -> str:
    names = [path.stem for path in files if path.suffix == ".yaml"]
    near = get_close_matches(only, names, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{folder}: there is no team {only!r}; allowed: {', '.join(names)}{hint}"


# PyYAML's loader in C takes a tenth of the time; not every build of it has one.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """Plain YAML without a key that is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        seen: set[str] = set()
        for key in keys:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} is given twice; keep one", key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping
