"""What ``run.py`` and ``gpu.py`` share: environments, worker processes, the plan, the report."""
