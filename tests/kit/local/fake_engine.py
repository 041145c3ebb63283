"""A command of an engine that writes down what it is asked, and answers as told; real ones are in tests/containers."""

import json
import sys
from pathlib import Path
from typing import Any

from kit.local.engine import Engine, Kind, LocalImage

_PROGRAM = """\
#!{python} -SE
import json, os, sys
folder = {folder!r}
words = sys.argv[1:]
with open(folder + "/calls", "a") as calls:
    calls.write(json.dumps([words, {{**os.environ, "PWD": os.getcwd()}}]) + "\\n")
with open(folder + "/answers") as answers:
    told = json.load(answers)
answer = next((a for start, a in told if words[: len(start)] == start), ["", "", 0])
sys.stdout.write(answer[0])
sys.stderr.write(answer[1])
sys.exit(answer[2])
"""


class FakeEngine:
    """The program `name` in `folder`, which is made for it alone."""

    def __init__(self, folder: Path, name: str = "podman") -> None:
        folder.mkdir(exist_ok=True)
        self.program, self._folder = folder / name, folder
        self._answers: list[Any] = []
        self.program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
        self.program.chmod(0o700)
        self.answer("--version", stdout=f"{name} version 5.4.2\n")
        self.answer("info", stdout="5.4.2\n")
        self.answer("container", "inspect", stdout='{"Running": false, "ExitCode": 0}')

    def answer(self, *words: str, stdout: str = "", stderr: str = "", code: int = 0) -> None:
        """What a command that begins with the words is answered from now on."""
        self._answers.insert(0, [words, [stdout, stderr, code]])
        (self._folder / "answers").write_text(json.dumps(self._answers))

    def calls(self, *words: str) -> list[tuple[list[str], dict[str, str]]]:
        """The arguments and the environment of the commands so far that begin with the words."""
        file = self._folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(argv, env) for argv, env in map(json.loads, lines) if argv[: len(words)] == list(words)]

    def image(self, kind: Kind = Kind.PODMAN, **environment: str) -> LocalImage:
        """An image of this engine, whose command has the environment."""
        engine = Engine(kind=kind, program=str(self.program), version="5.4.2", environment=environment)
        return LocalImage(engine=engine, reference="localhost/image")
