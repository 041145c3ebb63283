"""What PostgreSQL's catalogs say of the tables, and what its statistics say a transaction has done to them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TABLES = """
    SELECT oid, relname, relfilenode FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
# An index of a constraint is told with the constraint; NOT NULL, from PostgreSQL 18 on a constraint, with the column.
_PARTS = """
    SELECT attrelid, 'column ' || attname || ' ' || format_type(atttypid, atttypmod)
        || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
        || coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
    WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT conrelid, 'constraint ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype <> 'n'
    UNION ALL
    SELECT indrelid, 'index ' || relname || ' ' || substring(pg_get_indexdef(indexrelid) FROM 'USING .*')
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
"""
# https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ALL-TABLES-VIEW
_WORK = """
    SELECT relid, seq_tup_read + coalesce(idx_tup_fetch, 0), n_tup_ins, n_tup_upd, n_tup_del
    FROM pg_stat_xact_user_tables
"""
_LOCKS = "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
# https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
_AGAINST_READING = {"AccessExclusiveLock"}
_AGAINST_WRITING = {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock"}


@dataclass(frozen=True)
class Table:
    """One table as the catalogs describe it.

    Attributes:
        file: the number of its file, another one after the table was rewritten.
        parts: columns, constraints and indexes, each with its definition.
    """

    name: str
    file: int
    parts: frozenset[str]


@dataclass(frozen=True)
class Work:
    """What one transaction has done to one table, in rows; a row that is written twice counts twice.

    Attributes:
        read: also for building an index, checking a constraint or rewriting the table.
        blocks: "reading", which includes writing, "writing", or nothing of what others do.
    """

    read: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    blocks: str = ""


Catalog = dict[int, Table]


@dataclass(frozen=True)
class Change:
    """One table before and after a transaction; None where it was not there."""

    name: str
    before: Table | None
    after: Table | None
    work: Work

    @property
    def changes_table(self) -> bool:
        written = self.work.inserted or self.work.updated or self.work.deleted
        return self.before != self.after or written > 0

    @property
    def is_rewritten(self) -> bool:
        return self.before is not None and self.after is not None and self.before.file != self.after.file


def read_catalog(connection: Any) -> Catalog:
    """The tables of schema public by object id, as the connection's transaction sees them."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS)
        parts = defaultdict(set)
        for table, part in cursor.fetchall():
            parts[table].add(part)
        cursor.execute(_TABLES)
        return {oid: Table(name, file, frozenset(parts[oid])) for oid, name, file in cursor.fetchall()}


def read_work(connection: Any) -> dict[int, Work]:
    """What the connection's transaction has done so far, by the table's object id; nothing of dropped tables."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKS)
        modes = defaultdict(set)
        for relation, mode in cursor.fetchall():
            modes[relation].add(mode)
        cursor.execute(_WORK)
        return {
            oid: Work(read, inserted, updated, deleted, _blocks(modes[oid]))
            for oid, read, inserted, updated, deleted in cursor.fetchall()
        }


def changes(before: Catalog, after: Catalog, work: Mapping[int, Work]) -> list[Change]:
    """The tables that are not as they were, or that were locked or written to, by name."""
    found = [
        Change(table.name, before.get(oid), after.get(oid), work.get(oid, Work()))
        for oid, table in (before | after).items()
    ]
    return sorted((each for each in found if each.changes_table or each.work.blocks), key=lambda change: change.name)


def _blocks(modes: set[str]) -> str:
    if modes & _AGAINST_READING:
        return "reading"
    return "writing" if modes & _AGAINST_WRITING else ""
