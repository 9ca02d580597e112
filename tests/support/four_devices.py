"""A pytest plugin that shows the host as four devices: ``mx.cpu(0)`` to ``mx.cpu(3)`` are apart.

``PYTHONPATH=tests python -m pytest -p support.four_devices FILES``; without it they are names of
one device.
"""

import os

FLAG = "--xla_force_host_platform_device_count=4"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {FLAG}"
