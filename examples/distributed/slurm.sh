#!/bin/bash
#SBATCH --job-name=train
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=4
#SBATCH --time=01:00:00
#SBATCH --requeue
# Each task of srun joins the others by Slurm's variables. Code 75 says that a peer was lost: the
# tasks have saved, and the job goes back into the queue.
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
srun --kill-on-bad-exit=0 --wait=60 python examples/distributed/train.py --folder "$SLURM_SUBMIT_DIR/checkpoints"
status=$?
if [ "$status" -eq 75 ] || [ "$status" -gt 128 ]; then
    scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
