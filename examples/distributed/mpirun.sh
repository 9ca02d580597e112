#!/bin/bash
# Open MPI 4 or 5, started on the machine that is first in hosts.txt ("node1 slots=2" a line).
mpirun -n 4 --hostfile hosts.txt --map-by slot \
    -x PATH -x PYTHONPATH -x OMP_NUM_THREADS=4 \
    python examples/distributed/train.py --folder /shared/checkpoints
