"""Which changes would lose what a team keeps, told from the templates before anything is deployed.

With a resource's identity changed, CloudFormation keeps the old one, and the team gets another, empty one. Emulators
do not judge this as AWS does: some delete the old one, some change in place what AWS replaces.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from kit.guard.create_only import create_only, plain, values_at
from kit.guard.kept import Resource, ResourceKey, Template, kept, resources
from kit.guard.rds_refusals import refused_by_rds
from kit.guard.references import References
from kit.local.errors import LocalError

Templates = Mapping[str, Template]
"""Templates by the names of their stacks."""
_ANOTHER = "another, empty one"
# A log that its stack leaves behind is whole: what is written from then on goes elsewhere, or nothing is.
_LEFT_BEHIND = ("AWS::Logs::LogGroup",)


def refuse_replacements(deployed: Templates, planned: Templates) -> None:
    """Raises LocalError with every finding of `data_replacements`."""
    if findings := data_replacements(deployed, planned):
        raise LocalError(
            "Nothing is deployed, for AWS would not keep what docs/reference/stateful-resources.md says:"
            + "".join(f"\n  {finding}" for finding in findings)
        )


def data_replacements(deployed: Templates, planned: Templates) -> list[str]:
    """One sentence for each change with which AWS would replace, drop or refuse what `guarded` names.

    A team whose deployed stacks keep nothing, a temporary one, may change as it likes.
    """
    old, new = resources(deployed), resources(planned)
    # AWS's schemas take two seconds to read: only where something differs that they may be about.
    if all(_same(old[key], new.get(key)) for key in _reached(deployed, lambda resource: [resource.get("Properties")])):
        return []
    return [sentence for key in sorted(guarded(deployed)) for sentence in _findings(key, old[key], new.get(key))]


def guarded(deployed: Templates) -> set[ResourceKey]:
    """What the stacks keep, and what that depends on for its identity.

    A kept resource is replaced with any that it names in a property that AWS cannot change, as a database is with
    its subnet group.
    """
    return _reached(
        deployed,
        lambda resource: [
            value for path in create_only(resource["Type"]) for value in values_at(resource.get("Properties", {}), path)
        ],
    )


def _reached(deployed: Templates, values: Callable[[Resource], Iterable[object]]) -> set[ResourceKey]:
    """What the stacks keep, and whatever `values` of that name, and so on."""
    known, references = resources(deployed), References(deployed)
    found: set[ResourceKey] = set()
    waiting = [key for key, resource in kept(deployed).items() if resource["Type"] not in _LEFT_BEHIND]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += references.of(key.stack, list(values(known[key])))
    return found


def _same(old: Resource, new: Resource | None) -> bool:
    return new is not None and all(old.get(part) == new.get(part) for part in ("Type", "Properties"))


def _findings(key: ResourceKey, old: Resource, new: Resource | None) -> Iterator[str]:
    this = f"{key.stack}: {key.logical_id} ({old['Type']})"
    if new is None:
        yield (
            f"{this} is not in the new template, so that the team would get {_ANOTHER} or none: "
            "give the construct its logical id back, or the team file what it said."
        )
        return
    if new["Type"] != old["Type"]:
        yield f"{this} would become {_ANOTHER} of type {new['Type']}: give it its type back."
        return
    before, after = old.get("Properties", {}), new.get("Properties", {})
    for path in create_only(old["Type"]):
        if plain([*values_at(before, path)]) != plain([*values_at(after, path)]):
            yield (
                f"{this} would be replaced by {_ANOTHER}, for AWS cannot change {'.'.join(path)}: "
                "take that change back, or make a new team and move the data."
            )
    if old["Type"] == "AWS::SecretsManager::Secret" and _generates(before) != _generates(after):
        yield (
            f"{this} would get another value with another GenerateSecretString, and the old one is what is in use: "
            "take that change back."
        )
    for sentence in refused_by_rds(old["Type"], before, after):
        yield f"{this} {sentence}"


def _generates(properties: Mapping[str, object]) -> object:
    return properties.get("GenerateSecretString")
