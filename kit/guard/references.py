"""Which resources a value in a template names, in its own stack and, by exports, in others."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kit.guard.kept import ResourceKey, Template

_IN_SUB = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")


class References:
    """What values name in the templates, which are given by the names of their stacks."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._known = {(stack, name) for stack, template in templates.items() for name in template.get("Resources", {})}
        self._exports = {
            json.dumps(output["Export"]["Name"]): (stack, output["Value"])
            for stack, template in templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def of(self, stack: str, value: Any) -> Iterator[ResourceKey]:
        """The resources that `value`, which stands in the template of `stack`, refers to."""
        for name in _logical_ids(value):
            if (stack, name) in self._known:
                yield ResourceKey(stack, name)
        for name in _imports(value):
            if json.dumps(name) in self._exports:
                yield from self.of(*self._exports[json.dumps(name)])


def _logical_ids(value: Any) -> Iterator[str]:
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from _IN_SUB.findall(text)
        case {"Fn::Sub": [str(text), variables]}:
            yield from _IN_SUB.findall(text)
            yield from _logical_ids(variables)
        case dict():
            for entry in value.values():
                yield from _logical_ids(entry)
        case list():
            for entry in value:
                yield from _logical_ids(entry)


def _imports(value: Any) -> Iterator[Any]:
    match value:
        case {"Fn::ImportValue": name}:
            yield name
        case dict():
            for entry in value.values():
                yield from _imports(entry)
        case list():
            for entry in value:
                yield from _imports(entry)
