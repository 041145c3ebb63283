"""The help desk's answers, judged by scorers of one's own, which run here and need no language model."""

import mlflow
from help_desk import answer
from mlflow.entities import Feedback
from mlflow.genai.scorers import scorer


@scorer
def right_page(outputs: str, expectations: dict[str, str]) -> bool:
    return expectations["says"] in outputs


@scorer
def words(outputs: str) -> Feedback:
    count = len(outputs.split())
    return Feedback(value=count, rationale="short enough to read on a phone" if count < 30 else "too long for a phone")


questions = {
    "How many days of holidays do I have?": "28 days",
    "My laptop is broken. What now?": "the same day",
    "Who books tickets for a journey?": "The office",
    "When are my expenses paid?": "next salary",
    "Is the canteen open on Fridays?": "The canteen",
}
mlflow.set_experiment("help desk evaluated")
result = mlflow.genai.evaluate(
    data=[{"inputs": {"question": asked}, "expectations": {"says": says}} for asked, says in questions.items()],
    predict_fn=answer,
    scorers=[right_page, words],
)
print("run", result.run_id)
print("right", result.metrics["right_page/mean"])
