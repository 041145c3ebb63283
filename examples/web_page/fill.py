"""Something to look at: four trainings with their curves, a registered model, and traces of its use."""

from io import BytesIO

import matplotlib.image
import mlflow
import numpy as np
from mlflow.entities import SpanType
from mlflow.tracing.attachments import Attachment
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

pictures, digits = load_digits(return_X_y=True)
pictures = pictures / 16
seen, held_out, seen_digits, held_out_digits = train_test_split(pictures, digits, random_state=0)

client = mlflow.MlflowClient()
mlflow.set_experiment("postcode digits")
good = {}
for name, hidden, rate, color in (
    ("tiny", 8, 0.001, "#9467bd"),
    ("small", 32, 0.001, "#2ca02c"),
    ("large", 128, 0.001, "#ff7f0e"),
    ("fast", 32, 0.01, "#1f77b4"),
):
    # The page would give each run one of few colors, by chance.
    tags = {"mlflow.runColor": color, "mlflow.note.content": f"{hidden} neurons between picture and digit"}
    with mlflow.start_run(run_name=name, tags=tags):
        model = MLPClassifier((hidden,), learning_rate_init=rate, random_state=0)
        mlflow.log_params({"hidden": hidden, "learning_rate": rate, "batch_size": 200})
        for epoch in range(30):
            model.partial_fit(seen, seen_digits, classes=range(10))
            accuracy = model.score(held_out, held_out_digits)
            loss = log_loss(held_out_digits, model.predict_proba(held_out))
            measured = {"accuracy": accuracy, "loss": loss, "loss of training": model.loss_}
            mlflow.log_metrics(measured, step=epoch, synchronous=False)
        if accuracy < 0.9:
            continue
        version = mlflow.sklearn.log_model(
            model,
            name="digits",
            registered_model_name="postcode-digits",
            signature=mlflow.models.infer_signature(held_out, model.predict(held_out)),
            pip_requirements=["scikit-learn"],
            skops_trusted_types=["sklearn.neural_network._stochastic_optimizers.AdamOptimizer"],
        ).registered_model_version
        client.set_model_version_tag("postcode-digits", version, "accuracy", f"{accuracy:.3f}")
        client.update_model_version("postcode-digits", version, f"The run “{name}”")
        good[accuracy] = model, version

model, version = good[max(good)]
client.set_registered_model_alias("postcode-digits", "champion", version)
client.update_registered_model("postcode-digits", "Reads the digits of postcodes, one picture each.")


@mlflow.trace(name="classify", span_type=SpanType.TOOL)
def classify(position: int, points: list[float]) -> dict[str, float]:
    told = model.predict_proba([points])[0]
    return {"position": position, "digit": int(told.argmax()), "sure": round(float(told.max()), 3)}


@mlflow.trace(name="cut out", span_type=SpanType.PARSER)
def cut_out(letter: np.ndarray) -> list[list[float]]:
    return [digit.round(2).ravel().tolist() for digit in np.split(letter, 5, axis=1)]


def read(letter: np.ndarray, channel: str) -> str:
    with mlflow.start_span("read postcode", SpanType.CHAIN) as span:
        mlflow.update_current_trace(tags={"channel": channel})
        image = BytesIO()
        matplotlib.image.imsave(image, letter.repeat(8, axis=0).repeat(8, axis=1), cmap="gray_r", format="png")
        span.set_inputs({"letter": Attachment(content_type="image/png", content_bytes=image.getvalue())})
        answers = [classify(position, points) for position, points in enumerate(cut_out(letter))]
        postcode = "".join(str(answer["digit"]) for answer in answers)
        span.set_outputs({"postcode": postcode, "surely": min(answer["sure"] for answer in answers) > 0.9})
    return postcode


mlflow.set_experiment("postcodes read")
for number, channel in enumerate(("scanner", "scanner", "phone", "scanner", "phone", "scanner")):
    letter = np.hstack([points.reshape(8, 8) for points in held_out[5 * number : 5 * number + 5]])
    print(read(letter, channel), "".join(map(str, held_out_digits[5 * number : 5 * number + 5])))
