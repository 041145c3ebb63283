"""The same model elsewhere: as its own flavour, as a function of a table, and over a table too large for memory."""

import mlflow
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.datasets import load_wine

features = load_wine(as_frame=True).data
uri = "models:/cultivar/1"

# Its own flavour: a scikit-learn pipeline with all that it can.
pipeline = mlflow.sklearn.load_model(uri)
print("steps", [name for name, _ in pipeline.steps])

# A pyfunc: whatever it was trained with, it predicts from a table, which is checked against the signature.
model = mlflow.pyfunc.load_model(uri)
assert list(model.predict(features)) == list(pipeline.predict(features))
print("inputs", len(model.metadata.signature.inputs))
try:
    model.predict(features.drop(columns="alcohol"))
except mlflow.MlflowException as error:
    print("refused", "alcohol" in error.message)

# In batches: file in, file out, fifty rows in memory at a time.
features.to_parquet("wines.parquet")
with pq.ParquetWriter("cultivars.parquet", pa.schema([("cultivar", pa.int64())])) as out:
    for batch in pq.ParquetFile("wines.parquet").iter_batches(batch_size=50):
        out.write_batch(pa.record_batch({"cultivar": model.predict(batch.to_pandas())}))
print("predicted", pq.read_metadata("cultivars.parquet").num_rows)
