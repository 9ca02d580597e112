"""Everything a training run consists of, in one file: parameters, optimizer, schedule, metrics,
random streams, epoch and position in the data.

The file is what ``nd.save`` writes: the parameters under ``param:<structure name>``, and as bytes
``trainer`` (:meth:`Updater.get_states`) and ``run`` (JSON).
"""

import json
import math
import random

import numpy as onp

from ...._engine.collective import gather, rank, size
from ...._engine.program import set_sightings, sightings
from ...._engine.segment import all_roots, clear, flush_all
from ...._engine.state import random_state, set_random_state
from ....error import FormatError, MXNetError
from ....metric import _metric_state, _set_metric_state
from ....ndarray import array
from ....ndarray._serialize import load as load_arrays
from ....ndarray._serialize import save as save_arrays

__all__ = ["save", "load", "streams", "set_streams", "of_all_processes"]

_VERSION = 1


def streams():
    """The state of all random streams that a data pipeline draws from, as values of JSON."""
    kind, keys, at, has_gauss, gauss = onp.random.get_state(legacy=True)  # noqa: NPY002
    version, internal, gauss_next = random.getstate()
    return {
        "mxnet": random_state(),
        "numpy": [kind, onp.asarray(keys).tolist(), int(at), int(has_gauss), float(gauss)],
        "python": [version, list(internal), gauss_next],
    }


def set_streams(state):
    """Put random streams into the state that :func:`streams` gave."""
    set_random_state(state["mxnet"])
    kind, keys, at, has_gauss, gauss = state["numpy"]
    onp.random.set_state((kind, onp.asarray(keys, onp.uint32), at, has_gauss, gauss))  # noqa: NPY002
    version, internal, gauss_next = state["python"]
    random.setstate((version, tuple(internal), gauss_next))


def _trainer_bytes(trainer):
    if not trainer._kv_initialized:
        trainer._init_kvstore()
    if trainer._update_on_kvstore:
        return trainer._kvstore._updater.get_states(dump_optimizer=True)
    return trainer._updaters[0].get_states(dump_optimizer=True)


def _set_trainer(trainer, data):
    if not trainer._kv_initialized:
        trainer._init_kvstore()
    if trainer._update_on_kvstore:
        updater = trainer._kvstore._updater
        updater.set_states(data)
    else:
        for updater in trainer._updaters:
            updater.set_states(data)
            updater.optimizer = trainer._updaters[0].optimizer
        updater = trainer._updaters[0]
    trainer._optimizer = updater.optimizer
    trainer._optimizer.param_dict = dict(enumerate(trainer._params))
    trainer._plans = None


def _bytes(data):
    return array(onp.frombuffer(data, onp.uint8), dtype="uint8")


def save(fname, net, trainer, run):
    """Write a run; the file is replaced whole or not at all.

    Parameters
    ----------
    fname : str or path
    net : Block
    trainer : Trainer
    run : dict of JSON's values     position, counts of handlers, random streams, metrics
    """
    flush_all()
    arrays = {f"param:{name}": p._reduce() for name, p in net._collect_params_with_prefix().items()}
    scaler = getattr(trainer, "_amp_loss_scaler", None)
    if scaler is not None:
        run = {**run, "amp": scaler.state()}
    arrays["trainer"] = _bytes(_trainer_bytes(trainer))
    # what was met often enough to be compiled is compiled at once by who goes on: the same bits
    run = {**run, "sightings": sightings(all_roots())}
    arrays["run"] = _bytes(json.dumps({"version": _VERSION, **run}).encode())
    save_arrays(fname, arrays)


def load(fname, net, trainer):
    """Read what :func:`save` wrote into a network and a trainer; returns ``run``.

    Raises
    ------
    OSError, MXNetError   the file cannot be read
    FormatError           it is something else, or of another network
    """
    found = load_arrays(fname)
    if not isinstance(found, dict) or "run" not in found or "trainer" not in found:
        raise FormatError(
            f"load_state: {fname!r} is no saved run: expected the records 'run' and 'trainer'. "
            "Hint: parameters alone are read by net.load_parameters."
        )
    try:
        run = json.loads(found["run"].asnumpy().tobytes())
        version = run["version"]
    except (ValueError, LookupError, TypeError, RecursionError) as e:
        raise FormatError(f"load_state: {fname!r}: the record 'run' cannot be read: {e}.") from None
    if version != _VERSION:
        raise FormatError(
            f"load_state: {fname!r}: expected version {_VERSION}, got {version!r}. Hint: it was "
            "written by a newer release."
        )
    run = _of_this_process(run, f"load_state: {fname!r}")
    params = net._collect_params_with_prefix()
    saved = {k[len("param:") :]: v for k, v in found.items() if k.startswith("param:")}
    if params.keys() != saved.keys():
        missing, extra = sorted(params.keys() - saved.keys()), sorted(saved.keys() - params.keys())
        raise FormatError(
            f"load_state: {fname!r} is of another network: it lacks {missing or 'nothing'} and has "
            f"{extra or 'nothing'} besides."
        )
    for name, p in params.items():
        p._load_init(saved[name], p.list_ctx())
    _set_trainer(trainer, found["trainer"].asnumpy().tobytes())
    flush_all()
    clear()
    set_sightings({str(k): int(n) for k, n in run.get("sightings", {}).items()})
    scaler = getattr(trainer, "_amp_loss_scaler", None)
    if scaler is not None and "amp" in run:
        scaler.set_state(run["amp"])
    return run


def of_all_processes(own):
    """What each process gives, by rank; values of JSON."""
    data = onp.frombuffer(json.dumps(own).encode(), onp.uint8)
    return [json.loads(x.tobytes()) for x in gather(data, "random streams and metrics")]


def _of_this_process(run, where):
    """A checked record, with what belongs to this process of those that have saved it."""
    _check(run, where)
    records = run.pop("ranks", [{}])
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise FormatError(f"{where}: the record 'run' is damaged: ranks.")
    if len(records) != size() and run["batch"]:
        raise MXNetError(
            f"{where}: it was saved by {len(records)} processes in the middle of an epoch: expected"
            f" as many, got {size()}. Hint: start as many, or save at the end of an epoch."
        )
    if rank() < len(records):
        run = {**run, **records[rank()]}
        _check(run, where)
        return run
    return {**run, "streams": streams()}  # one more than there were: it goes on with its own


def _check(run, where):
    """Refuse a record whose fields are not what :func:`save` writes, before anything is changed."""

    def need(good, field):
        if not good:
            raise FormatError(f"{where}: the record 'run' is damaged: {field}.")

    def whole(n):
        return type(n) is int and 0 <= n < 1 << 63

    for field in ("epoch", "batch"):
        need(whole(run.get(field)), field)
    need(run.get("order") is None or whole(run["order"]), "order")
    for field in ("streams", "epoch_streams"):
        need(field in run, field)
        if run[field] is not None or field == "streams" or run["batch"]:
            need(_are_streams(run[field]), field)
    for field in ("train_metrics", "val_metrics"):
        need(isinstance(run.get(field), list), field)
        for record in run[field]:
            need(isinstance(record, dict) and record.keys() == {"name", "state"}, field)
            need(_is_metric_state(record["state"]), f"{field} of {record['name']!r}")
    need(isinstance(run.get("handlers"), list), "handlers")
    for entry in run["handlers"]:
        need(isinstance(entry, list) and len(entry) == 2, "handlers")
        need(isinstance(entry[0], str) and isinstance(entry[1], dict), "handlers")
        for key, value in entry[1].items():
            need(isinstance(value, (bool, int, float)), f"{key} of {entry[0]}")
    counts = run.get("sightings", {})
    need(isinstance(counts, dict) and all(map(whole, counts.values())), "sightings")
    scale = run.get("amp", [1.0, 0])
    need(isinstance(scale, list) and len(scale) == 2 and _is_metric_state({"amp": scale}), "amp")


def _are_streams(state):
    """Whether random streams can be put into this state."""
    try:
        kind, keys, at, has_gauss, gauss = state["numpy"]
        found = onp.asarray(keys, onp.uint32), at, has_gauss, gauss
        onp.random.RandomState().set_state((kind, *found))
        version, internal, gauss_next = state["python"]
        random.Random().setstate((version, tuple(internal), gauss_next))
        return [int(n) for n in state["mxnet"]] == state["mxnet"] and len(state["mxnet"]) == 4
    except (TypeError, ValueError, LookupError, OverflowError):
        return False


def _is_metric_state(state):
    """Whether the sums of a metric can be numbers, or lists of numbers as long as each other."""
    try:
        for value in state.values():
            if value is not None and onp.asarray(value, "float64").dtype.kind != "f":
                return False
    except (TypeError, ValueError, AttributeError):
        return False
    return True


def metrics_of(metrics):
    """The sums of metrics, as values of JSON."""
    return [{"name": m.name, "state": _metric_state(m)} for m in metrics]


def set_metrics(metrics, saved, ctx):
    """Put saved sums into the metrics of the same names."""
    for m, record in zip(metrics, saved):
        if m.name == record["name"]:
            _set_metric_state(m, record["state"], ctx)


def numbers_of(handler):
    """The counts that a handler keeps: attributes that are plain numbers."""
    return {
        k: v
        for k, v in vars(handler).items()
        if isinstance(v, (bool, int, float)) and (isinstance(v, int) or math.isfinite(v))
    }
