"""What a run can hold: source, parameters, a metric's history, tags, data, artifacts of any format, system metrics."""

import pickle
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import mlflow
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

table = load_breast_cancer(as_frame=True).frame
train, test = train_test_split(table, random_state=0)
scaler = StandardScaler().fit(train.drop(columns="target"))
features, test_features = scaler.transform(train.drop(columns="target")), scaler.transform(test.drop(columns="target"))

mlflow.set_experiment("tumours")
mlflow.set_system_metrics_sampling_interval(0.1)
with mlflow.start_run(run_name="linear", log_system_metrics=True, tags={"stage": "trial"}) as run:
    mlflow.log_input(mlflow.data.from_pandas(train, name="breast cancer", targets="target"), context="training")
    mlflow.log_params({"alpha": 0.001, "epochs": 30, "loss": "log_loss"})
    model = SGDClassifier(loss="log_loss", alpha=0.001, random_state=0)
    for epoch in range(30):
        model.partial_fit(features, train["target"], classes=[0, 1])
        mlflow.log_metric("accuracy", model.score(test_features, test["target"]), step=epoch)
    mlflow.set_tag("stage", "trained")

    figure, axes = plt.subplots()
    ConfusionMatrixDisplay.from_estimator(model, test_features, test["target"], ax=axes)
    mlflow.log_figure(figure, "plots/confusion.png")
    mlflow.log_image(np.uint8(abs(model.coef_.reshape(5, 6)) * 50), "plots/weights.png")
    mlflow.log_table({"feature": list(table.columns[:-1]), "weight": model.coef_[0].tolist()}, "weights.json")
    mlflow.log_dict({"classes": {"0": "malignant", "1": "benign"}}, "classes.yaml")
    mlflow.log_text("Scaled before training.\n", "notes/how.txt")
    with TemporaryDirectory() as folder:
        pd.DataFrame({"predicted": model.predict(test_features)}, test.index).to_parquet(f"{folder}/predicted.parquet")
        Path(folder, "model.pkl").write_bytes(pickle.dumps(model))
        mlflow.log_artifacts(folder, "results")
print(run.info.run_id)
