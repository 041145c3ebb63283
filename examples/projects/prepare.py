"""The first step: makes the table that the next one trains with."""

from tempfile import TemporaryDirectory

import mlflow
from sklearn.datasets import load_diabetes

table = load_diabetes(as_frame=True).frame
with mlflow.start_run(), TemporaryDirectory() as folder:
    table[table["bmi"] > 0].to_parquet(f"{folder}/table.parquet")
    mlflow.log_artifact(f"{folder}/table.parquet")
