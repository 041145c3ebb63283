"""Answers SQL queries with JSON, run by the server's Python: it has a PostgreSQL driver, the kit's has none.

Standard input: {"connection": psycopg2's arguments, "queries": {name: SQL}, "values": what the SQL names}.
Standard output: {name: rows}.
"""

from __future__ import annotations

import json
import sys

import psycopg2

request = json.load(sys.stdin)
connection = psycopg2.connect(**request["connection"])
connection.set_session(readonly=True)
rows = {}
with connection.cursor() as cursor:
    for name, query in request["queries"].items():
        cursor.execute(query, request["values"])
        rows[name] = cursor.fetchall()
connection.close()
json.dump(rows, sys.stdout)
