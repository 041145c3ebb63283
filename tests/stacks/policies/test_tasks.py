"""A schedule starts its own task and gives it away to nobody."""

from tests.stacks.policies.statements import CLUSTER, statement


def test_a_task_is_started_in_its_own_cluster_only() -> None:
    assert statement("tasks.run")["Condition"] == {"ArnEquals": {"ecs:cluster": CLUSTER}}


def test_a_task_that_runs_already_is_not_tagged() -> None:
    assert statement("tasks.tag_new")["Condition"] == {"StringEquals": {"ecs:CreateAction": "RunTask"}}


def test_a_task_s_roles_are_passed_to_ecs_only() -> None:
    passed = statement("tasks.pass_roles")["Condition"]
    assert passed == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
