"""The image run as ECS runs it: the limits of the size `small`, and no right that it does not need."""

import gzip
import signal

from stacks.service.container import STOP_TIMEOUT_SECONDS
from tests.image.deployment import SMALL, ContainerDeployment
from tests.server_image.deployment import HOST, Server


def test_it_serves_within_the_limits_of_its_size(server: Server) -> None:
    assert server.get("/health").status == 200


def test_it_runs_as_nobody_with_no_rights(server: Server, deployment: ContainerDeployment) -> None:
    status = dict(line.split(":", 1) for line in deployment.exec("cat", "/proc/1/status").splitlines())
    assert status["Uid"].split() == ["10001"] * 4
    assert status["Gid"].split() == ["10001"] * 4
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"].strip() == "1"


def test_only_tmp_can_be_written_to_and_lies_on_the_disk(server: Server, deployment: ContainerDeployment) -> None:
    mounts = [line.split() for line in deployment.exec("cat", "/proc/mounts").splitlines()]
    assert next(options for _, path, _, options, *_ in mounts if path == "/").split(",")[0] == "ro"
    assert next(kind for _, path, kind, *_ in mounts if path == "/tmp") != "tmpfs"  # noqa: S108
    written = "touch /tmp/here && for path in / /app /root /var /etc; do touch $path/x 2>/dev/null && echo $path; done"
    assert deployment.exec("sh", "-c", f"{written}; true") == ""


def test_it_is_held_to_the_memory_and_the_cpu_of_its_size(server: Server, deployment: ContainerDeployment) -> None:
    form = "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}"
    memory, cpu = deployment.image.call("inspect", "--format", form, deployment.container).split()
    assert int(memory) == SMALL.memory_mib * 1024**2
    assert int(cpu) == SMALL.vcpu * 1e9


def test_browsers_are_sent_the_pages_scripts_compressed(server: Server, deployment: ContainerDeployment) -> None:
    found = deployment.exec(
        "sh", "-c", "cd /app/venv/lib/python3.*/site-packages/mlflow/server/js/build && ls static/js/main.*.js.gz"
    )
    script = f"/static-files/{found.strip().removesuffix('.gz')}"
    whole = server.get(script)
    compressed = server.get(script, **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(compressed.body) == whole.body
    assert len(compressed.body) < len(whole.body) / 2


def test_sigterm_ends_it_within_the_stop_timeout(deployment: ContainerDeployment) -> None:
    with deployment.serving(MLFLOW_SERVER_ALLOWED_HOSTS=HOST) as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(STOP_TIMEOUT_SECONDS) == 0
