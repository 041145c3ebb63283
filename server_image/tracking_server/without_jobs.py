"""Refuses what needs MLflow's job runner, a tree of processes of its own that `serve` does not start."""

from tracking_server.middleware import Application, Receive, Scope, Send, refuse

SENTENCE = (
    "This server has no job runner, so it cannot score, evaluate, look for issues or optimize prompts by itself: call"
    " mlflow.genai.evaluate or mlflow.genai.optimize_prompts where your own code runs."
)

# MLflow itself takes the schedule of an online scorer, which then never runs, and starts a run before it finds no job
# runner; its error names a variable that only the server could set, with a status that its client asks again for
# minutes. See the callers of submit_job in mlflow/server/handlers.py (3.17.2).
REFUSED = frozenset(
    {
        ("POST", "/ajax-api/3.0/jobs"),
        ("POST", "/ajax-api/3.0/mlflow/genai/evaluate/invoke"),
        ("POST", "/ajax-api/3.0/mlflow/issues/invoke"),
        ("POST", "/ajax-api/3.0/mlflow/prompt-optimization/jobs"),
        ("POST", "/ajax-api/3.0/mlflow/scorer/invoke"),
        ("POST", "/api/3.0/mlflow/prompt-optimization/jobs"),
        ("PUT", "/ajax-api/3.0/mlflow/scorers/online-config"),
        ("PUT", "/api/3.0/mlflow/scorers/online-config"),
    }
)


class WithoutJobs:
    """Answers these calls with 501 and one sentence, as an error of MLflow's."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"].rstrip("/")) not in REFUSED:
            await self._application(scope, receive, send)
            return
        await refuse(send, 501, "NOT_IMPLEMENTED", SENTENCE)
