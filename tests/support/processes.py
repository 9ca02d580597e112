"""What a new process would begin with, without one."""

from mxnet._engine import program, segment


def forget_what_was_met():
    """Make the engine forget paths, programs and how often they were met."""
    segment.flush_all()
    segment.clear()
    program.set_sightings({})
