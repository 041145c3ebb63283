"""Traces of a program that has OpenTelemetry and not MLflow: `otlp.py EXPERIMENT_ID`, sent by OTLP over HTTP."""

import base64
import os
import sys

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

user = f"{os.environ['MLFLOW_TRACKING_USERNAME']}:{os.environ['MLFLOW_TRACKING_PASSWORD']}"
exporter = OTLPSpanExporter(
    endpoint=f"{os.environ['MLFLOW_TRACKING_URI']}/v1/traces",
    headers={
        "x-mlflow-experiment-id": sys.argv[1],
        "Authorization": f"Basic {base64.b64encode(user.encode()).decode()}",
    },
)
provider = TracerProvider(resource=Resource.create({"service.name": "translator"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("translator")

# https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
with tracer.start_as_current_span("translate question") as request:
    request.set_attribute("tenant", "office")
    with tracer.start_as_current_span("chat small-model") as chat:
        chat.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.request.model": "small-model"})
        chat.set_attributes({"gen_ai.usage.input_tokens": 31, "gen_ai.usage.output_tokens": 9})
provider.shutdown()
print(f"tr-{request.get_span_context().trace_id:032x}")
