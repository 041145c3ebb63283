"""Tables of the pages that are written from the code."""

from collections.abc import Iterable, Iterator


def markdown_table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    """Line by line."""
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(map(str, cells))} |"
