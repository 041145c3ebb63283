"""A measured figure beside its goal, and the machine that it was measured on."""

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

import psutil

_GIB = 2**30


def show_machine() -> None:
    """Prints what a figure depends on. The load is the mean count of processes at work in the last minute."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"machine   {cores} cores, {psutil.virtual_memory().total / _GIB:.0f} GiB, {_cpu_model()}")
    print(f"system    {platform.system()} {platform.release()}, Python {platform.python_version()}")
    print(f"load      {os.getloadavg()[0]:.1f} at the start")


def show(name: str, measured: Sequence[float], unit: str, goal: float | None = None) -> None:
    """Prints the median of `measured`, the least and the most of several, and the goal where there is one."""
    middle = statistics.median(measured)
    spread = f"{min(measured):.2f} to {max(measured):.2f} in {len(measured)} runs" if len(measured) > 1 else ""
    judgement = "" if goal is None else f"goal {goal:g} {unit}: {'reached' if middle <= goal else 'missed'}"
    print(f"{name:<36}{middle:8.2f} {unit:<3} {judgement:<24} {spread} (load {os.getloadavg()[0]:.1f})", flush=True)


def _cpu_model() -> str:
    description = Path("/proc/cpuinfo")
    if description.exists():
        for line in description.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
