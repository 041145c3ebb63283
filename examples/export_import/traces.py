"""Traces, which keep their ids."""

from pathlib import Path
from tempfile import TemporaryDirectory

from files import download, names, upload
from journal import Journal
from mlflow import MlflowClient
from mlflow.entities import Span, TraceInfo
from mlflow.entities.trace_location import TraceLocation
from mlflow.tracing.client import TracingClient

FILES = "mlflow.artifactLocation"
SPANS_IN_DATABASE = "mlflow.trace.spansLocation"
SPANS = "traces.json"


class Traces:
    """Moves traces with their times, spans and files, and with what was said of them."""

    def __init__(self, source: MlflowClient, target: MlflowClient, journal: Journal) -> None:
        self.source, self.target, self.journal = source, target, journal

    def move(self, info: TraceInfo, experiment_id: str) -> None:
        spans = self._spans(info)
        of_source = info.tags.pop(FILES, None)
        info.trace_location = TraceLocation.from_experiment_id(experiment_id)
        info.trace_metadata = {key: self.journal.renamed(value) for key, value in info.trace_metadata.items()}
        tracing = TracingClient(self.target.tracking_uri)
        made = tracing.start_trace(info)
        tracing.log_spans(experiment_id, spans)
        if of_source:
            self._move_files(of_source, made.tags[FILES])

    def _spans(self, info: TraceInfo) -> list[Span]:
        """MLflow before 3.5 keeps them in a file, which is not there when its client was interrupted."""
        if SPANS_IN_DATABASE not in info.tags and SPANS not in names(info.tags[FILES], self.source):
            return []
        return self.source.get_trace(info.trace_id).data.spans

    def _move_files(self, before: str, location: str) -> None:
        """Pictures and the like, which belong to spans."""
        if not names(before, self.source) - {SPANS}:
            return
        with TemporaryDirectory() as folder:
            download(before, self.source, folder)
            Path(folder, SPANS).unlink(missing_ok=True)
            upload(folder, location, self.target)
