"""Values of CloudFormation templates as a person says them: which resource, of which stack, by its construct's path."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PSEUDO = {"AWS::AccountId": "ACCOUNT", "AWS::Region": "REGION", "AWS::Partition": "aws"}


@dataclass(frozen=True)
class Resource:
    """A resource of a stack, with what the template says of it."""

    stack: str
    logical_id: str
    body: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.body["Type"])

    @property
    def properties(self) -> dict[str, Any]:
        return dict(self.body.get("Properties", {}))


@dataclass(frozen=True)
class Named(Resource):
    """One that has a name for people: `data Database/Instance`."""

    name: str


class Words:
    """The resources of a cloud assembly, and how values of their templates read."""

    def __init__(self, assembly: Path) -> None:
        self._named: dict[tuple[str, str], Named] = {}
        self._exports: dict[str, tuple[str, Any]] = {}
        for file in sorted(assembly.glob("*.template.json")):
            stack = file.name.removesuffix(".template.json")
            template = json.loads(file.read_text(encoding="utf-8"))
            paths = construct_paths(file.with_name(f"{stack}.metadata.json"))
            for logical_id, body in template["Resources"].items():
                path = paths.get(logical_id, logical_id).removeprefix(f"{stack}/")
                # A construct's main resource, which is called so, is meant by the construct's own name.
                name = f"{stack.rsplit('-', 1)[1]} {re.sub('(/Default)+$', '', path)}"
                self._named[stack, logical_id] = Named(stack, logical_id, body, name)
            for output in template.get("Outputs", {}).values():
                if "Export" in output:
                    self._exports[output["Export"]["Name"]] = (stack, output["Value"])

    def resources(self, *types: str) -> Iterator[Named]:
        """Those of the types, of all stacks in the order of their names."""
        found = (named for named in self._named.values() if named.type in types)
        return iter(sorted(found, key=lambda named: named.name))

    def say(self, value: Any, stack: str) -> str:
        """A value of a template of `stack`: references become names, lists lines."""
        match value:
            case {"Ref": name} if name in _PSEUDO:
                return _PSEUDO[name]
            case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
                return self._named[stack, name].name if (stack, name) in self._named else str(name)
            case {"Fn::ImportValue": name}:
                producer, exported = self._exports[name]
                return self.say(exported, producer)
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(self.say(part, stack) for part in parts)
            case {"Fn::Sub": text}:
                for pseudo, word in _PSEUDO.items():
                    text = text.replace(f"${{{pseudo}}}", word)
                return str(text)
            case list():
                return "<br>".join(self.say(part, stack) for part in value)
            case _:
                return str(value)


def construct_paths(metadata: Path) -> dict[str, str]:
    """Logical id to construct path, the stack's first, of a stack; the CDK's own last part says nothing."""
    return {
        entry["data"]: path.strip("/").removesuffix("/Resource")
        for path, entries in json.loads(metadata.read_text(encoding="utf-8")).items()
        for entry in entries
        if entry["type"] == "aws:cdk:logicalId"
    }
