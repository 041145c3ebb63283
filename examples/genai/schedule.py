"""A judge that the server itself would call for each new trace: it has no job runner for that, and says so."""

import mlflow
from mlflow.genai.judges import make_judge
from mlflow.genai.scorers import ScorerSamplingConfig

mlflow.set_experiment("help desk")
judge = make_judge("polite", "Is {{ outputs }} polite?", model="openai:/gpt-4o-mini", feedback_value_type=bool)
registered = judge.register()
print("registered", registered.name)
try:
    registered.start(sampling_config=ScorerSamplingConfig(sample_rate=1))
except mlflow.MlflowException as error:
    print("not started", error.error_code, error.message)
