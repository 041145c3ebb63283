"""Brings all of a server into a folder, and all of a folder to a server.

    python transfer.py export FOLDER
    python transfer.py import FOLDER

The server is the one that `MLFLOW_TRACKING_URI` and its user and password lead to. The folder is one that MLflow makes
where there is no server, with `mlflow.db` and `mlruns`: `mlflow server` shows it, and `import` takes one that somebody
has worked in. Ids of experiments, runs and models are new on the other side; a file in the folder says which is which,
and a second start goes on where the first one was.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import mlflow
from journal import Journal
from mlflow import MlflowClient
from registry import move_registry
from tracking import Tracking

direction, folder = sys.argv[1:]
server = mlflow.get_tracking_uri()
if direction not in ("export", "import") or not server.startswith("http"):
    sys.exit(__doc__)
# It would name each run on the new server.
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
# MLflow keeps the artifacts of a store without a server below the working folder.
Path(folder).mkdir(parents=True, exist_ok=True)
os.chdir(folder)
uris = ["sqlite:///mlflow.db", server]
source, target = uris if direction == "import" else uris[::-1]

journal = Journal(Path(f"{direction} {urlsplit(server).netloc.replace(':', ' ')}.jsonl"))
# A store without a server asks for a version's model where MLflow's functions would.
mlflow.set_tracking_uri(target)
clients = MlflowClient(source, source), MlflowClient(target, target)
Tracking(*clients, journal).move()
move_registry(*clients, journal)
