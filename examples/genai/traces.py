"""Traces of the help desk, made by a decorator: found again, judged by who asked, and read in whole."""

import mlflow
from help_desk import HANDBOOK, answer
from mlflow.entities import AssessmentSource, SpanType
from mlflow.tracing.attachments import Attachment

handbook = "\n".join(f"# {page}\n{text}" for page, text in HANDBOOK.items())
experiment = mlflow.set_experiment("help desk")
traces = {}
for channel, question in {
    "chat": "How many days of holidays do I have?",
    "mail": "My laptop is broken. What now?",
    "phone": "Which football team is best?",
}.items():
    with mlflow.start_span("request", SpanType.CHAIN) as span:
        mlflow.update_current_trace(tags={"channel": channel})
        span.set_inputs({"question": question})
        # Files go to the bucket.
        read = Attachment(content_type="text/markdown", content_bytes=handbook.encode())
        span.set_outputs({"answer": answer(question), "handbook": read})
    traces[channel] = span.trace_id

# They are sent in the background.
mlflow.flush_trace_async_logging()
for channel, trace_id in traces.items():
    asked = AssessmentSource(source_type="HUMAN", source_id=channel)
    mlflow.log_feedback(trace_id=trace_id, name="helpful", value=channel != "phone", source=asked)

where = {"locations": [experiment.experiment_id], "return_type": "list"}
print("asked", len(mlflow.search_traces(**where)))
print("by mail", len(mlflow.search_traces(**where, filter_string="tags.channel = 'mail'")))
(unhelpful,) = mlflow.search_traces(**where, filter_string="feedback.helpful = 'false'")
print("unhelpful", unhelpful.data.spans[0].inputs["question"], [span.name for span in unhelpful.data.spans])
