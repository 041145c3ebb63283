"""`serve` over HTTP, against a real PostgreSQL."""

import base64
from pathlib import Path

import psutil
import pytest

from kit.local.ports import free_port
from tests.server_image.deployment import HOST, Deployment, Server, wait_until

SEARCH = "/api/2.0/mlflow/experiments/search?max_results=5"
SERVER_INFO = "/api/3.0/mlflow/server-info"


def basic(server: Server, password: str | None = None) -> str:
    credentials = f"admin:{password or server.deployment.admin_password}"
    return "Basic " + base64.b64encode(credentials.encode()).decode()


def processes(server: Server) -> list[psutil.Process]:
    parent = psutil.Process(server.process.pid)
    return [parent, *parent.children(recursive=True)]


def test_without_credentials_only_health_answers(server: Server) -> None:
    assert server.get("/health").status == 200
    assert server.get(SEARCH).status == 401
    assert server.get("/").status == 401
    assert server.get(SEARCH, Authorization=basic(server, "wrong-password")).status == 401


def test_the_administrator_may_create_and_read(server: Server) -> None:
    authorization = basic(server)
    created = server.post("/api/2.0/mlflow/experiments/create", {"name": "first"}, Authorization=authorization)
    assert created.status == 200, created.body
    names = [found["name"] for found in server.get(SEARCH, Authorization=authorization).json()["experiments"]]
    assert "first" in names


@pytest.mark.parametrize("host", [HOST, HOST.lower(), HOST.upper(), f"{HOST.lower()}:443"])
def test_the_public_host_is_allowed_in_any_case_and_with_a_port(server: Server, host: str) -> None:
    assert server.get(SEARCH, host, Authorization=basic(server)).status == 200


@pytest.mark.parametrize("host", ["other.example.com", f"{HOST.lower()}.example.com", "10.0.0.1"])
def test_any_other_host_is_refused_but_for_health(server: Server, host: str) -> None:
    assert server.get(SEARCH, host, Authorization=basic(server)).status == 403
    assert server.get("/health", host).status == 200


@pytest.mark.parametrize(("origin", "status"), [(f"https://{HOST.lower()}", 200), ("https://other.example.com", 403)])
def test_a_page_of_the_public_host_may_write_and_no_other(server: Server, origin: str, status: int) -> None:
    content = {"name": f"from {origin}"}
    headers = {"Authorization": basic(server), "Origin": origin}
    assert server.post("/ajax-api/2.0/mlflow/experiments/create", content, **headers).status == status


def test_a_forged_address_does_not_open_the_assistant(server: Server) -> None:
    """MLflow lets loopback addresses use it, and its tools run commands on the server."""
    assistant = "/ajax-api/3.0/mlflow/assistant/config"
    forged = {"X-Forwarded-For": "127.0.0.1, 203.0.113.9", "Authorization": basic(server)}
    assert server.get(assistant, **forged).status == 403


def test_one_worker_is_one_process(server: Server) -> None:
    assert len(processes(server)) == 1


def test_proxied_artifacts_offer_no_presigned_transfers(server: Server) -> None:
    flags = server.get(SERVER_INFO).json()
    assert (flags["multipart_uploads_enabled"], flags["multipart_downloads_enabled"]) == (False, False)
    assert server.get("/ajax-api" + SERVER_INFO.removeprefix("/api")).json() == flags
    assert flags["store_type"] == "SqlStore"


def test_no_secret_is_in_an_argument_a_log_or_a_left_file(server: Server) -> None:
    server.get(SEARCH, Authorization=basic(server))
    arguments = " ".join(argument for process in processes(server) for argument in process.cmdline())
    assert "canary" not in arguments
    assert "canary" not in server.deployment.said()
    opened = {file.path for process in processes(server) for file in process.open_files()}
    assert not [path for path in opened if "canary" in Path(path).read_text(errors="replace")]


def test_presigned_artifacts_keep_mlflows_offer(deployment: Deployment) -> None:
    with deployment.serving(TRACKING_ARTIFACTS="presigned", TRACKING_AUTH="none") as server:
        flags = server.get(SERVER_INFO).json()
        assert (flags["multipart_uploads_enabled"], flags["multipart_downloads_enabled"]) == (True, True)
        assert server.get(SEARCH).status == 200


def test_direct_artifacts_go_to_the_bucket_and_the_server_serves_none(deployment: Deployment) -> None:
    root = "s3://team-bucket/artifacts"
    with deployment.serving(
        TRACKING_ARTIFACTS="direct", TRACKING_AUTH="none", MLFLOW_DEFAULT_ARTIFACT_ROOT=root
    ) as server:
        flags = server.get(SERVER_INFO).json()
        assert (flags["multipart_uploads_enabled"], flags["multipart_downloads_enabled"]) == (False, False)
        created = server.post("/api/2.0/mlflow/experiments/create", {"name": "direct"}).json()
        found = server.get(f"/api/2.0/mlflow/experiments/get?experiment_id={created['experiment_id']}").json()
        assert found["experiment"]["artifact_location"].startswith(root)
        assert server.get("/api/2.0/mlflow-artifacts/artifacts?path=").status != 200


def test_a_rotated_password_needs_no_restart_and_sigterm_ends_with_0(
    deployment: Deployment, kept_password: None
) -> None:
    with deployment.serving(TRACKING_AUTH="none") as server:
        assert server.get(SEARCH).status == 200
        deployment.put_password("canary-rotated-password")
        deployment.postgres.execute("ALTER ROLE mlflow_server PASSWORD 'canary-rotated-password'")
        # The pool finds its connections closed and makes new ones.
        deployment.postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", deployment.database
        )
        assert server.get(SEARCH).status == 200
        server.process.terminate()
        assert server.process.wait(60) == 0
    assert "canary" not in deployment.said()
    assert "Traceback" not in deployment.said()


def test_several_workers_serve_and_sigterm_ends_all_of_them(deployment: Deployment) -> None:
    with deployment.serving(MLFLOW_WORKERS="2") as server:
        assert server.get(SEARCH, Authorization=basic(server)).status == 200
        children = processes(server)
        server.process.terminate()
        assert server.process.wait(60) == 0
        wait_until(lambda: not any(child.is_running() for child in children))


def test_a_wrong_password_is_one_sentence_without_the_password(deployment: Deployment) -> None:
    deployment.put_password("canary-wrong-password")
    done = deployment.run("serve", MLFLOW_PORT=str(free_port()))
    assert done.returncode == 1
    assert "did not accept mlflow_server" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "canary" not in done.stderr + done.stdout
