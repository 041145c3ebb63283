"""What is common to writing and reading a database; imported by an MLflow's Python, old or new, from this folder."""

import sys
import types
from pathlib import Path
from typing import Any

import mlflow

IS_3 = int(mlflow.__version__.split(".")[0]) >= 3
EXPERIMENT = "cats"
MODEL = "cat-finder"
PASSWORDS = {"root": "canary-root-password", "ana": "canary-ana-password", "ben": "canary-ben-password"}


def auth_store(url: str) -> Any:
    """MLflow's own store of users and permissions.

    Its package is the whole server, and importing that wants Flask, pandas and more; the store needs none of them.
    """
    for name in ("mlflow.server", "mlflow.server.auth"):
        package = types.ModuleType(name)
        package.__path__ = [str(Path(mlflow.__path__[0]).joinpath(*name.split(".")[1:]))]
        sys.modules.setdefault(name, package)
    from mlflow.server.auth.sqlalchemy_store import SqlAlchemyStore

    store = SqlAlchemyStore()
    store.init_db(url)
    return store
