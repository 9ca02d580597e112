"""The machine, as far as a reader of the figures needs to know it: no names, no paths."""

import contextlib
import datetime
import os
import platform


def pin(threads):
    """Keep this process and its children on ``threads`` cores, where the system can do that."""
    if threads and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def describe(threads):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cpu": cpu_model(),
        "cores_used": cores,
        "cores": os.cpu_count(),
        "threads": threads or "library defaults",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def cpu_model():
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def today():
    return datetime.datetime.now(datetime.UTC).date().isoformat()
