"""The text of `migrate --upgrade --dry-run`."""

from collections.abc import Iterator, Mapping, Sequence

from tracking_server.catalog import Change, Work


def report(
    mlflow: str, revisions: Mapping[str, Sequence[str]], changes: Sequence[Change], rows: Mapping[str, int]
) -> Iterator[str]:
    """The report's lines.

    Args:
        mlflow: the version that the upgrade leads to.
        revisions: what is applied to tracking and to auth.
        changes: what becomes of the tables.
        rows: how many rows each of them had before, by the name that it had.
    """
    for kind, applied in revisions.items():
        yield f"{kind}: {len(applied)} revisions to the schema of MLflow {mlflow}"
        yield from (f"  {revision}" for revision in applied)
    yield "tables:"
    for change in changes:
        if change.changes_table:
            yield from _table(change, rows)
    for blocks, what in (("reading", "reading and writing"), ("writing", "writing")):
        names = [change.before.name for change in changes if change.before and change.work.blocks == blocks]
        yield f"locked against {what} meanwhile: {', '.join(names) or 'no table'}"


def _table(change: Change, rows: Mapping[str, int]) -> Iterator[str]:
    before, after = change.before, change.after
    if before is None:
        yield f"  + {change.name}, {change.work.inserted:,} rows inserted"
    elif after is None:
        yield f"  - {before.name}, {rows[before.name]:,} rows"
    else:
        rewritten = ", rewritten" if change.is_rewritten else ""
        yield f"  ~ {before.name}, {rows[before.name]:,} rows: {_done(change.work)}{rewritten}"
        if before.name != after.name:
            yield f"      + name {after.name}"
        yield from (f"      - {part}" for part in sorted(before.parts - after.parts))
        yield from (f"      + {part}" for part in sorted(after.parts - before.parts))


def _done(work: Work) -> str:
    counts = {
        "inserted": work.inserted,
        "updated": work.updated,
        "deleted": work.deleted,
        "read": work.read,
    }
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "no row touched"
