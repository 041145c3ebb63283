"""What has been moved, line by line in a file, so that a second start goes on where the first was interrupted."""

import json
import re
from pathlib import Path

_ID = re.compile(r"\b(?:m-)?[0-9a-f]{32}\b")


class Journal:
    """The new id of each experiment, run and model by its old one, and what is whole."""

    def __init__(self, file: Path) -> None:
        self.ids: dict[str, dict[str, str]] = {"experiment": {}, "run": {}, "model": {}}
        self._whole: set[tuple[str, str]] = set()
        if file.exists():
            # An interruption may have cut the last line.
            lines = file.read_text().splitlines(keepends=True)
            file.write_text("".join(line for line in lines if line.endswith("\n")))
            for line in lines:
                if line.endswith("\n"):
                    self._take(**json.loads(line))
        self._file = file.open("a", buffering=1)

    def add(self, kind: str, old: str, new: str) -> str:
        """Notes a new id as soon as there is one, and returns it."""
        return self._note(kind=kind, old=old, new=new)

    def is_whole(self, kind: str, old: str) -> bool:
        return (kind, old) in self._whole

    def whole(self, kind: str, old: str) -> None:
        self._note(kind=kind, old=old, whole=True)

    def renamed(self, text: str) -> str:
        """The text with the new ids of runs and models in it."""
        known = self.ids["run"] | self.ids["model"]
        return _ID.sub(lambda found: known.get(found[0], found[0]), text)

    def _note(self, **line) -> str:
        self._file.write(json.dumps(line) + "\n")
        return self._take(**line)

    def _take(self, kind: str, old: str, new: str = "", whole: bool = False) -> str:
        if whole:
            self._whole.add((kind, old))
        else:
            self.ids[kind][old] = new
        return new
