"""docs/use/genai.md: traces by MLflow and by OpenTelemetry, prompts, evaluations, and what the server refuses."""

import base64
import json
from urllib.parse import quote

import pytest

from tests.e2e.examples.conftest import RunExample
from tests.e2e.examples.stores import Stores
from tests.e2e.examples.user import User


@pytest.fixture
def prompt(run_example: RunExample, stores: Stores) -> None:
    """Registered once: each further run of the example would add two versions."""
    if not stores.rows("SELECT name FROM registered_models WHERE name = 'help-desk'"):
        assert run_example("genai/prompts.py").splitlines() == [
            "live 2 ['page', 'question', 'text']",
            "first {{ text }}",
            "found ['help-desk']",
        ]


def experiment_id(stores: Stores, name: str) -> str:
    found = stores.get(f"experiments/get-by-name?experiment_name={quote(name)}")
    return str(found["experiment"]["experiment_id"])


@pytest.mark.usefixtures("prompt")
def test_a_prompt_has_versions_with_tags_and_an_alias(stores: Stores) -> None:
    tags = """SELECT version, description, t.value FROM model_versions JOIN model_version_tags t USING (name, version)
        WHERE name = 'help-desk' AND t.key = 'tone' ORDER BY version"""
    assert stores.rows(tags) == [[1, "The page alone", "dry"], [2, "Say which page it is", "friendly"]]
    live = stores.get("registered-models/alias?name=help-desk&alias=live")["model_version"]
    assert live["version"] == "2"
    assert {"key": "mlflow.prompt.is_prompt", "value": "true"} in live["tags"]


@pytest.mark.usefixtures("prompt")
def test_decorated_functions_leave_traces_that_are_found_by_tags_and_by_feedback(
    run_example: RunExample, stores: Stores
) -> None:
    assert run_example("genai/traces.py").splitlines() == [
        "asked 3",
        "by mail 1",
        "unhelpful Which football team is best? ['request', 'help desk', 'look_up', 'write']",
    ]
    experiment = int(experiment_id(stores, "help desk"))
    found = """SELECT i.request_id, t.value, a.value, p.value, l.value FROM trace_info i
        JOIN trace_tags t ON t.request_id = i.request_id AND t.key = 'channel'
        JOIN assessments a ON a.trace_id = i.request_id AND a.source_type = 'HUMAN'
        JOIN trace_tags l ON l.request_id = i.request_id AND l.key = 'mlflow.artifactLocation'
        LEFT JOIN trace_tags p ON p.request_id = i.request_id AND p.key = 'mlflow.linkedPrompts'
        WHERE i.experiment_id = %(id)s AND i.status = 'OK' ORDER BY 2"""
    rows = stores.rows(found, id=experiment)
    live = '[{"name": "help-desk", "version": "2"}]'
    assert [row[1:4] for row in rows] == [["chat", "true", live], ["mail", "true", live], ["phone", "false", None]]
    spans = "SELECT name, type FROM spans WHERE trace_id = %(id)s ORDER BY start_time_unix_nano"
    for trace_id, *_, where in rows:
        assert stores.rows(spans, id=trace_id) == [
            ["request", "CHAIN"],
            ["help desk", "CHAIN"],
            ["look_up", "RETRIEVER"],
            ["write", "PARSER"],
        ]
        (attachment,) = (path for path in stores.objects(where) if path.startswith("attachments/"))
        assert stores.read(where, attachment).startswith(b"# holidays\n")


def test_traces_of_opentelemetry_come_in_by_otlp(run_example: RunExample, user: User, stores: Stores) -> None:
    experiment = stores.post("experiments/create", name="by OpenTelemetry")["experiment_id"]
    trace_id = run_example("genai/otlp.py", experiment)
    spans = """SELECT experiment_id, name, content::json -> 'attributes' ->> 'mlflow.chat.tokenUsage' FROM spans
        WHERE trace_id = %(id)s ORDER BY start_time_unix_nano"""
    request, chat = stores.rows(spans, id=trace_id)
    assert request == [int(experiment), "translate question", None]
    assert chat[:2] == [int(experiment), "chat small-model"]
    assert json.loads(chat[2]) == {"input_tokens": 31, "output_tokens": 9, "total_tokens": 40}
    status, answer = stores.team.request("GET", f"/api/3.0/mlflow/traces/{trace_id}", stores.password)
    assert (status, json.loads(answer)["trace"]["trace_info"]["tags"]["service.name"]) == (200, "translator")

    # As the page says, without code.
    program = """from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
provider.get_tracer("settings").start_span("by settings").end()"""
    password = base64.b64encode(f"admin:{stores.password}".encode()).decode()
    user.run(
        *("python", "-c", program),
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{stores.team.url}/v1/traces",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS=f"x-mlflow-experiment-id={experiment},Authorization=Basic%20{password}",
    )
    assert stores.rows("SELECT experiment_id FROM spans WHERE name = 'by settings'") == [[int(experiment)]]


@pytest.mark.usefixtures("prompt")
def test_an_evaluation_is_a_run_with_a_trace_and_the_scorers_word_for_each_question(
    run_example: RunExample, stores: Stores
) -> None:
    said = run_example("genai/evaluation.py").splitlines()
    assert said[-1] == "right 0.8"
    run = stores.get(f"runs/get?run_id={said[-2].removeprefix('run ')}")["run"]
    assert run["info"]["experiment_id"] == experiment_id(stores, "help desk evaluated")
    assert {metric["key"]: metric["value"] for metric in run["data"]["metrics"]}["right_page/mean"] == 0.8
    judged = """SELECT a.value, count(*) FROM assessments a JOIN trace_info i ON i.request_id = a.trace_id
        WHERE i.experiment_id = %(id)s AND a.source_type = 'CODE' AND a.name = 'right_page' GROUP BY 1 ORDER BY 1"""
    assert stores.rows(judged, id=int(run["info"]["experiment_id"])) == [["false", 1], ["true", 4]]


def test_a_judge_that_the_server_would_have_to_call_is_refused_with_what_to_do_instead(
    run_example: RunExample, stores: Stores
) -> None:
    registered, refused = run_example("genai/schedule.py").splitlines()
    assert registered == "registered polite"
    assert refused.startswith("not started NOT_IMPLEMENTED")
    assert "mlflow.genai.evaluate" in refused
    assert stores.rows("SELECT scorer_name FROM scorers") == [["polite"]]
    assert stores.rows("SELECT count(*) FROM online_scoring_configs") == [[0]]
