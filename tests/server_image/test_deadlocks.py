"""A deadlock is in the log in the words that the alarm counts: stacks/alarms/of_tasks.py."""

from concurrent.futures import ThreadPoolExecutor

from tests.server_image.deployment import Deployment, wait_until

ANONYMOUS = {"TRACKING_AUTH": "none"}
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def test_a_transaction_that_postgresql_gives_up_is_logged_and_may_be_tried_again(deployment: Deployment) -> None:
    # Whoever has waited that long looks for a deadlock: the server, and never the other session.
    deployment.postgres.execute(f"ALTER DATABASE {deployment.database} SET deadlock_timeout = '5s'")
    with deployment.serving(**ANONYMOUS) as server, ThreadPoolExecutor() as threads:
        experiment = server.post("/api/2.0/mlflow/experiments/create", {"name": "e"}).json()["experiment_id"]
        server.post("/api/2.0/mlflow/runs/create", {"experiment_id": experiment})
        other = deployment.postgres.connect(deployment.database)
        other.autocommit = False
        with other.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '1h'")
            cursor.execute("UPDATE runs SET name = name")
            deleting = threads.submit(server.post, "/api/2.0/mlflow/experiments/delete", {"experiment_id": experiment})
            wait_until(lambda: deployment.query(WAITING))
            cursor.execute("UPDATE experiments SET name = name")
        other.close()
        assert deleting.result().status == 503
    assert "deadlock detected" in deployment.said()
