"""What the processor is: compiled code is made for it and kept under its name."""

import os
import platform

__all__ = ["cpu_features", "cpu_info", "usable_cores"]


def cpu_info(*keys):
    """The first line of the kernel's description of the CPU for one of the keys, or ''."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                key, _, text = line.partition(":")
                if key.strip() in keys:
                    return text.strip()
    except OSError:
        pass
    return ""


def cpu_features():
    """The processor's features, which compilers may use, in words."""
    return cpu_info("flags", "Features") or platform.processor()


def usable_cores():
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
