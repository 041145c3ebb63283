"""A model with a gibibyte of weights, which are never in memory as a whole."""

import zlib
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.pyfunc import PythonModel

GIB = 2**30


class Weights(PythonModel):
    """Answers with the weight that stands at each place."""

    def load_context(self, context: Any) -> None:
        self.weights = np.load(context.artifacts["weights"], mmap_mode="r")

    def predict(self, context: Any, model_input: list[int]) -> list[float]:
        return [float(self.weights[place]) for place in model_input]


def checksum(path: Path) -> int:
    total = 0
    with path.open("rb") as file:
        while part := file.read(2**22):
            total = zlib.crc32(part, total)
    return total


made = Path("weights.npy")
weights = np.lib.format.open_memmap(made, mode="w+", dtype=np.float32, shape=(GIB // 4,))
random = np.random.default_rng(7)
for start in range(0, len(weights), 2**22):
    weights[start : start + 2**22] = random.random(2**22, dtype=np.float32)
weights.flush()

mlflow.set_experiment("large")
with mlflow.start_run():
    logged = mlflow.pyfunc.log_model(
        name="large", python_model=Weights(), artifacts={"weights": str(made)}, pip_requirements=["numpy"]
    )
arrived = Path(mlflow.artifacts.download_artifacts(logged.model_uri))
model = mlflow.pyfunc.load_model(str(arrived))
print("same", checksum(arrived / "artifacts" / made.name) == checksum(made))
print("answers", model.predict([0, len(weights) - 1]) == [float(weights[0]), float(weights[-1])])
print(logged.model_id)
