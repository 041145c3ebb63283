"""pytest that ends while the server starts."""

import pytest

from tests.pytest_plugin.project import Project

TEST = "def test_log(mlflow_server): pass\n"


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["alone", "xdist"])
def test_ctrl_c_leaves_nothing(project: Project, arguments: tuple[str, ...]) -> None:
    project.write("test_it.py", TEST)
    started = project.start(*arguments)
    started.wait_for_step("cdk synth")
    started.press_ctrl_c()
    ended = started.finish()
    assert ended.code == 2, ended
    assert "KeyboardInterrupt" in ended.stdout
    assert "stopped, its data deleted" in ended.stderr
    assert project.left() == []


def test_sigterm_which_pytest_does_not_outlive_leaves_nothing(project: Project) -> None:
    project.write("test_it.py", TEST)
    started = project.start()
    started.wait_for_step("cdk synth")
    started.terminate()
    assert started.finish().code == -15
    assert project.left() == []
