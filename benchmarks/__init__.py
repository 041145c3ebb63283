"""The figures of docs/reference/performance.md, one command each: `.venv/bin/python -m benchmarks.<name>`.

They print and judge nothing by the clock: a slow machine is no failure.
"""
