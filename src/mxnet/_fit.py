"""What the ways of training share: a batch's end, and how parameters are updated."""

import os
from collections import namedtuple

import numpy as onp

from . import kvstore as kvs
from .kvstore import KVStoreBase
from .kvstore._processes import same_bits, spans_processes, takes_lists

__all__ = [
    "BatchEndParam",
    "as_list",
    "call",
    "require",
    "_create_kvstore",
    "_initialize_kvstore",
    "_update_params",
    "_update_params_on_kvstore",
]

BatchEndParam = BatchEndParams = namedtuple(
    "BatchEndParams", ["epoch", "nbatch", "eval_metric", "locals"]
)
BatchEndParam.__doc__ = """What callbacks at the end of a batch get.

Parameters
----------
epoch, nbatch : int
eval_metric : EvalMetric or None
locals : dict      the local variables of the training loop
"""


def as_list(x):
    """``x`` if it is a list or tuple, else a list of it."""
    return x if isinstance(x, (list, tuple)) else [x]


def call(callbacks, *args):
    """Call one callback or each of a list; None: nobody."""
    if callbacks is not None:
        for callback in as_list(callbacks):
            callback(*args)


def require(holds, message):
    """AssertionError unless ``holds``: what MXNet 1.x raises where steps are left out."""
    if not holds:
        raise AssertionError(message)


_LARGE = 1 << 24  # elements; larger parameters are not kept in a local store


def _create_kvstore(kvstore, num_device, arg_params):
    """The store that updates parameters, and whether it runs the optimizer.

    Parameters
    ----------
    kvstore : KVStore, str or None     a name needs no store where there is one device
    num_device : int
    arg_params : dict of str to NDArray

    Returns
    -------
    (KVStore or None, bool)

    Raises
    ------
    TypeError   something else
    """
    on_store = bool(int(os.environ.get("MXNET_UPDATE_ON_KVSTORE", "1")))
    if kvstore is None or isinstance(kvstore, KVStoreBase):
        store = kvstore
    elif not isinstance(kvstore, str):
        raise TypeError(f"kvstore must be KVStore, str or None, got {kvstore!r}.")
    elif num_device == 1 and not spans_processes(kvstore):
        store = None
    else:
        store = kvs.create(kvstore)
        if kvstore == "local":
            largest = max([onp.prod(p.shape) for p in arg_params.values()], default=0)
            on_store = on_store and largest <= _LARGE
    if store is None:
        return None, False
    return store, on_store and store.is_capable(KVStoreBase.OPTIMIZER)


def _initialize_kvstore(kvstore, param_arrays, arg_params, param_names, update_on_kvstore):
    """Put the parameters' values into a store, and where it updates them, back on all devices."""
    if takes_lists(kvstore):
        kvstore.init(param_names, [arg_params[name] for name in param_names])
        if update_on_kvstore or kvstore.num_workers > 1:
            kvstore.pull(param_names, [list(arrays) for arrays in param_arrays])
        return
    for name, arrays in zip(param_names, param_arrays):
        if update_on_kvstore or not hasattr(kvstore, "init"):
            kvstore.broadcast(name, arg_params[name], out=arrays)  # what every store must have
            continue
        kvstore.init(name, arg_params[name])


def _trained(param_arrays, grad_arrays):
    """(number, arrays, gradients) of the parameters that have gradients."""
    for i, (arrays, grads) in enumerate(zip(param_arrays, grad_arrays)):
        if grads[0] is not None:
            yield i, arrays, grads


def _update_params_on_kvstore(param_arrays, grad_arrays, kvstore, param_names):
    """Send gradients to a store that runs the optimizer, and fetch the parameters."""
    found = list(_trained(param_arrays, grad_arrays))
    names = [param_names[i] for i, _, _ in found]
    if not takes_lists(kvstore):
        for i, arrays, grads in found:
            kvstore.pushpull(param_names[i], grads, out=arrays, priority=-i)
    elif names:
        kvstore._exchange(
            names, [list(grads) for _, _, grads in found], [list(arrays) for _, arrays, _ in found]
        )


def _update_params(param_arrays, grad_arrays, updater, num_device, kvstore=None, param_names=None):
    """Update parameters here, with gradients that a store sums over the devices if there is one."""
    by_device = [([], [], []) for _ in range(num_device)]
    found = list(_trained(param_arrays, grad_arrays))
    if kvstore is not None and not takes_lists(kvstore):
        for i, _, grads in found:
            key = i if param_names is None else param_names[i]
            kvstore.pushpull(key, grads, priority=-i)
    elif kvstore is not None and found:  # all at once: one program sums them
        keys = [i if param_names is None else param_names[i] for i, _, _ in found]
        grads = [list(grads) for _, _, grads in found]
        kvstore._exchange(keys, grads, grads)
    for i, arrays, grads in found:
        for k, (w, g) in enumerate(zip(arrays, grads)):
            indices, gradients, weights = by_device[k]
            indices.append(i * num_device + k)
            gradients.append(g)
            weights.append(w)
    with same_bits(kvstore):
        for indices, gradients, weights in by_device:
            if indices:
                updater(indices, gradients, weights)
