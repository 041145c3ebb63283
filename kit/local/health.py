"""Container health as ECS defines it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum

from kit.local.task_definition import HealthCheck

# Failures do not count in the start period, so asking often there only finds a healthy container sooner.
_START_INTERVAL_S = 1


class Health(StrEnum):
    """ECS's healthStatus."""

    UNKNOWN = "UNKNOWN"
    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"


async def watch(
    check: HealthCheck, probe: Callable[[], Awaitable[bool]], report: Callable[[Health], Awaitable[None]]
) -> None:
    """Probe for ever and report after each probe that decides something."""
    clock = asyncio.get_running_loop().time
    start_period_ends = clock() + check.start_period_s
    failures = 0
    while True:
        starting = clock() < start_period_ends
        await asyncio.sleep(min(_START_INTERVAL_S, check.interval_s) if starting else check.interval_s)
        if await probe():
            failures, start_period_ends = 0, clock()
            await report(Health.HEALTHY)
        elif clock() >= start_period_ends:
            failures += 1
            if failures >= check.retries:
                await report(Health.UNHEALTHY)
