"""The smoke test: a stranger, a browser and MLflow's own client use one tracking server through its URL.

It leaves the experiment `kit-smoke`, which all smoke tests share, and in it two deleted runs and a deleted
logged model, which the next `mlflow gc` removes with their artifacts. The registered model is gone. With
`keep` everything stays for a person to look at, found by the tag `kit.smoke`.
"""

from kit.smoke.process import ClientProcess, client_process
from kit.smoke.report import SmokeReport, SmokeStep
from kit.smoke.run import run
from kit.smoke.scenario4 import ArtifactBucket, Database, Evidence, read_rows
from kit.smoke.signing import Signer

__all__ = [
    "ArtifactBucket",
    "ClientProcess",
    "Database",
    "Evidence",
    "Signer",
    "SmokeReport",
    "SmokeStep",
    "client_process",
    "read_rows",
    "run",
]
