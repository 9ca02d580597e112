"""Programs, run as ``python -m mxnet.tools.NAME``; ``--help`` tells what each takes."""
