"""EventBridge Scheduler."""

from kit.emulators.existence.question import Question, Resource, has


def _schedule(resource: Resource) -> bool:
    name, group = resource.physical_id, resource.property("GroupName", "default")
    found = resource.client("scheduler").get_schedule(Name=name, GroupName=group)
    return has([found], Name=name, ScheduleExpression=resource.property("ScheduleExpression"))


def _group(resource: Resource) -> bool:
    name = resource.physical_id
    return has([resource.client("scheduler").get_schedule_group(Name=name)], Name=name)


QUESTIONS: dict[str, Question] = {
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Scheduler::ScheduleGroup": _group,
}
