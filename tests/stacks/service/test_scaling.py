"""How many tasks there are, and who says so."""

from typing import Any

from tests.stacks.shapes import team, template

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"


def properties(shape: str, resource_type: str) -> list[dict[str, Any]]:
    return [found["Properties"] for found in template(shape, "service").find_resources(resource_type).values()]


def test_a_team_without_room_for_more_tasks_has_as_many_as_its_size_says() -> None:
    (service,) = properties("usual", "AWS::ECS::Service")
    assert service["DesiredCount"] == team("usual").sizing.tasks
    assert properties("usual", TARGET) == []


def test_where_scaling_rules_no_deployment_sets_the_number_back() -> None:
    for shape in ("public", "temporary"):
        (service,) = properties(shape, "AWS::ECS::Service")
        assert "DesiredCount" not in service


def test_tasks_follow_cpu_memory_and_requests_between_the_sizes_number_and_the_most() -> None:
    (target,) = properties("public", TARGET)
    sizing = team("public").sizing
    assert (target["MinCapacity"], target["MaxCapacity"]) == (sizing.tasks, sizing.most_tasks)
    tracked = {
        p["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]
        for p in properties("public", POLICY)
    }
    assert tracked == {
        "ALBRequestCountPerTarget",
        "ECSServiceAverageCPUUtilization",
        "ECSServiceAverageMemoryUtilization",
    }


def test_the_database_has_connections_for_the_most_tasks_in_a_rollout() -> None:
    sizing = team("public").sizing
    of_each = sizing.workers * 3 * (sizing.pool_size + sizing.max_overflow)
    assert sizing.connections >= 2 * sizing.most_tasks * of_each


def test_office_hours_open_in_the_morning_and_close_at_night_in_the_teams_own_time() -> None:
    (target,) = properties("temporary", TARGET)
    actions = {
        action["Schedule"]: (action["Timezone"], action["ScalableTargetAction"])
        for action in target["ScheduledActions"]
    }
    tasks = team("temporary").sizing.tasks
    assert actions == {
        "cron(0 7 ? * MON,TUE,WED,THU,FRI *)": ("Europe/Berlin", {"MinCapacity": tasks, "MaxCapacity": tasks}),
        "cron(0 19 ? * MON,TUE,WED,THU,FRI *)": ("Europe/Berlin", {"MinCapacity": 0, "MaxCapacity": 0}),
    }
    assert properties("temporary", POLICY) == []


def test_spare_capacity_is_used_only_where_the_team_says_so() -> None:
    (service,) = properties("temporary", "AWS::ECS::Service")
    assert service["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
    assert "LaunchType" not in service
    (usual,) = properties("usual", "AWS::ECS::Service")
    assert usual["LaunchType"] == "FARGATE"
    assert "CapacityProviderStrategy" not in usual


def test_all_tasks_run_on_the_processor_that_the_team_names() -> None:
    for shape, architecture in (("usual", "X86_64"), ("temporary", "ARM64")):
        for definition in properties(shape, "AWS::ECS::TaskDefinition"):
            assert definition["RuntimePlatform"]["CpuArchitecture"] == architecture
