"""Statements that make a run and change it."""

from tracking_server.store.reads import INFO

# MLflow appends to the experiment's location as to a URL. For locations of this form that is plain text.
PLAIN_LOCATION = "^(s3://[A-Za-z0-9.-]+|mlflow-artifacts:)(/[A-Za-z0-9._=-]+)+$"

CREATE_RUN = """
    WITH experiment AS (
        SELECT experiment_id, artifact_location FROM experiments
        WHERE experiment_id = %(experiment_id)s AND lifecycle_stage = 'active'
        AND artifact_location ~ %(plain_location)s
    ), run AS (
        INSERT INTO runs (
            run_uuid, name, experiment_id, user_id, status, start_time, lifecycle_stage, artifact_uri,
            source_type, source_name, source_version, entry_point_name
        )
        SELECT
            %(run_id)s, %(name)s, experiment_id, %(user_id)s, 'RUNNING', %(start_time)s, 'active',
            artifact_location || '/' || %(run_id)s || '/artifacts', 'UNKNOWN', '', '', ''
        FROM experiment
        RETURNING run_uuid, artifact_uri
    ), new_tags AS (
        INSERT INTO tags (run_uuid, key, value)
        SELECT run_uuid, tag ->> 0, tag ->> 1 FROM run, json_array_elements(%(tags)s) AS tag
    )
    SELECT artifact_uri FROM run
"""

MADE_RUN = "SELECT artifact_uri FROM runs WHERE run_uuid = %(run_id)s"

# The run's name is a tag as well.
UPDATE_RUN = f"""
    WITH runs AS (
        UPDATE runs SET
            status = coalesce(%(status)s, status),
            end_time = coalesce(%(end_time)s, end_time),
            name = coalesce(%(name)s, name)
        WHERE run_uuid = %(run_id)s AND lifecycle_stage = 'active'
        RETURNING {INFO}
    ), name_tag AS (
        INSERT INTO tags (run_uuid, key, value)
        SELECT run_uuid, 'mlflow.runName', name FROM runs WHERE %(name)s IS NOT NULL
        ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value
    )
    SELECT {INFO} FROM runs
"""  # noqa: S608
