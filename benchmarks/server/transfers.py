"""Run by MLflow's client: a file up and down through the team's server, and the same by plain boto3, in turn.

    python -m benchmarks.server.transfers TRACKING_URI S3_ENDPOINT BUCKET BYTES ROUNDS

Prints one JSON object: seconds by client and way.
"""

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

# What a client may say of the size of the parts that it downloads; MLflow's default is 100 MiB.
_PART_SIZE = "MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE"
_PART_SIZES_MIB = (8, 16, 32)


def main() -> None:
    tracking_uri, endpoint, bucket, size, rounds = sys.argv[1:]
    import boto3
    import mlflow

    mlflow.set_tracking_uri(tracking_uri)
    experiment = mlflow.set_experiment("transfers")
    client = mlflow.MlflowClient()
    s3 = boto3.client("s3", endpoint_url=endpoint)
    seconds: dict[str, dict[str, list[float]]] = {"kit": defaultdict(list), "boto3": defaultdict(list)}
    with tempfile.TemporaryDirectory(prefix="kit-transfers-") as folder:
        source = Path(folder, "weights.bin")
        with source.open("wb") as file:
            for _ in range(int(size) // 2**20):
                file.write(os.urandom(2**20))
        for number in range(int(rounds)):
            run = client.create_run(experiment.experiment_id).info.run_id
            target = Path(folder, str(number))
            target.mkdir()
            seconds["kit"]["up"].append(_timed(client.log_artifact, run, str(source)))
            seconds["boto3"]["up"].append(_timed(s3.upload_file, str(source), bucket, "plain"))
            seconds["kit"]["down"].append(_timed(client.download_artifacts, run, source.name, str(target)))
            seconds["boto3"]["down"].append(_timed(s3.download_file, bucket, "plain", str(target / "plain")))
            for size_mib in _PART_SIZES_MIB:
                os.environ[_PART_SIZE] = str(size_mib * 2**20)
                taken = _timed(client.download_artifacts, run, source.name, str(target))
                seconds["kit"][f"down in parts of {size_mib} MiB"].append(taken)
                del os.environ[_PART_SIZE]
            for file_there in target.iterdir():
                file_there.unlink()
    print(json.dumps(seconds))


def _timed(call: Callable[..., object], *arguments: object) -> float:
    started = time.monotonic()
    call(*arguments)
    return time.monotonic() - started


if __name__ == "__main__":
    main()
