"""``mx.mon.Monitor``: observes what executors compute."""

import logging
import re
from math import sqrt

from .ndarray import NDArray

__all__ = ["Monitor"]


class Monitor:
    r"""Statistics of outputs, gradients and parameters of executors, every few batches.

    Between :meth:`tic` and :meth:`toc` the executors it is installed on tell what each of their
    operators gave; ``toc`` adds their arguments and auxiliary states. Batches in between run as
    usual.

    Parameters
    ----------
    interval : int           batches from one observation to the next
    stat_func : callable, optional
        ``NDArray -> NDArray`` or list of NDArray; default: the root of the mean square.
    pattern : str            regular expression: names that are observed (matched from their
                             start)
    sort : bool              by name, otherwise in order of computation
    monitor_all : bool       observe operators' inputs too

    Example
    -------
    >>> mon = mx.mon.Monitor(1, pattern=".*output")
    >>> x = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2, name="fc")
    >>> exe = x.simple_bind(mx.cpu(), data=(3, 2))
    >>> mon.install(exe)
    >>> mon.tic()
    >>> _ = exe.forward()
    >>> mon.toc()
    [(1, 'fc_output', '0.0\t')]
    """

    def __init__(self, interval, stat_func=None, pattern=".*", sort=False, monitor_all=False):
        self.stat_func = _root_mean_square if stat_func is None else stat_func
        self.interval = interval
        self.activated = False
        self.queue = []
        self.step = 0
        self.exes = []
        self.re_prog = re.compile(pattern)
        self.sort = sort
        self.monitor_all = monitor_all

    def stat_helper(self, name, array):
        """What executors call with each result."""
        if self.activated and self.re_prog.match(name):
            self.queue.append((self.step, name, self.stat_func(array)))

    def install(self, exe):
        """Observe an executor.

        Parameters
        ----------
        exe : Executor
        """
        exe.set_monitor_callback(self.stat_helper, self.monitor_all)
        self.exes.append(exe)

    def tic(self):
        """Start observing, if it is this batch's turn. Call it before ``forward``."""
        if self.step % self.interval == 0:
            self.queue = []
            self.activated = True
        self.step += 1

    def toc(self):
        """Stop observing.

        Returns
        -------
        list of (number of the batch from 1, name, text)   empty where it was not its turn

        Raises
        ------
        AssertionError   the statistic is no NDArray
        """
        if not self.activated:
            return []
        for exe in self.exes:
            named = [
                *zip(exe._symbol.list_arguments(), exe.arg_arrays),
                *zip(exe._symbol.list_auxiliary_states(), exe.aux_arrays),
            ]
            for name, array in named:
                if array is not None:
                    self.stat_helper(name, array)
        self.activated = False
        queue = sorted(self.queue, key=lambda x: x[1]) if self.sort else self.queue
        self.queue = []
        return [(n, name, _text(name, found)) for n, name, found in queue]

    def toc_print(self):
        """Stop observing, and log the result."""
        for n, name, text in self.toc():
            logging.info("Batch: %7d %-30s %s", n, name, text)


def _root_mean_square(x):
    return x.norm() / sqrt(x.size)


def _text(name, found):
    found = [found] if isinstance(found, NDArray) else found
    if not isinstance(found, list) or not all(isinstance(x, NDArray) for x in found):
        raise AssertionError(
            f"Monitor: stat_func of {name!r}: expected an NDArray or a list of them, got {found!r}."
        )
    return "".join(str(x.asscalar() if x.shape == (1,) else x.asnumpy()) + "\t" for x in found)
