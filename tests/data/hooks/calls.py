"""Which replaced methods are called, in what order: run by MXNet 1.9.1 to record ``calls.json``.

``python calls.py > calls.json``; the tests import it and compare.
"""

import json
import os
import sys

import numpy as onp

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.contrib import amp


def kind(x):
    """What is told of an argument: its type, and the value of plain ones."""
    if isinstance(x, (bool, int, str, type(None))):
        return str(x) if isinstance(x, str) else x
    if isinstance(x, float):
        return round(x, 4)
    if isinstance(x, (list, tuple)):
        return [kind(i) for i in x]
    if isinstance(x, dict):
        return {str(k): kind(v) for k, v in x.items()}
    return type(x).__name__.replace("Spy", "")


def spy(base, names, log):
    """A subclass of ``base`` whose methods ``names`` note that they were called."""

    def hook(name):
        method = getattr(base, name)

        def called(self, *args, **kwargs):
            log.append([name, kind(args), kind(kwargs)])
            return method(self, *args, **kwargs)

        return called

    return type("Spy" + base.__name__, (base,), {n: hook(n) for n in names if hasattr(base, n)})


TRAINER = (
    "_check_contexts _init_optimizer _init_kvstore _init_params _reset_kvstore step "
    "allreduce_grads update _allreduce_grads _update _row_sparse_pull _check_and_rescale_grad "
    "set_learning_rate save_states load_states"
).split()


def two_parameters(devices=1):
    params = gluon.ParameterDict("p_")
    made = [params.get(c, shape=(2, 2), init="ones") for c in "ab"]
    params.initialize(ctx=[mx.cpu(i) for i in range(devices)])
    return params, made


def backward(made):
    with autograd.record():
        loss = [sum(p.data(c).sum() for p in made) for c in made[0].list_ctx()]
    autograd.backward(loss)


def trainer(folder, devices, on_store, replaced=None):
    log = []
    params, made = two_parameters(devices)
    names = [n for n in TRAINER if n != replaced]
    t = spy(gluon.Trainer, names, log)(
        params, "sgd", {"learning_rate": 0.5}, update_on_kvstore=on_store
    )
    if replaced:
        setattr(type(t), replaced, lambda self, *args: log.append([replaced, kind(args), {}]))
    for _ in range(2):
        backward(made)
        t.step(2)
    if not on_store:
        backward(made)
        t.allreduce_grads()
        t.update(4, ignore_stale_grad=True)
    t.save_states(folder + "/states")
    t.load_states(folder + "/states")
    return {
        "calls": [c if "states" not in c[0] else c[:1] for c in log],
        "weights": [round(float(p.data().sum().asscalar()), 5) for p in made],
        "attributes": {
            "_kv_initialized": t._kv_initialized,
            "_update_on_kvstore": t._update_on_kvstore,
            "_kvstore": t._kvstore is not None,
            "_params_to_init": kind(t._params_to_init),
            "_contexts": len(t._contexts),
            "_updaters": len(t._updaters),
            "_param2idx": t._param2idx,
            "_scale": t._scale,
            "_states_to_load": hasattr(t, "_states_to_load"),
        },
    }


INITIALIZER = (
    "__call__ _init_weight _init_bias _init_gamma _init_beta _init_zero _init_one _init_default "
    "_init_bilinear _init_loc_bias _legacy_init set_verbosity dumps"
).split()
DESCRIBED = (
    "a_weight a_bias a_gamma a_beta a_min a_max a_moving_mean a_running_mean a_moving_var "
    "a_running_var a_moving_inv_var a_moving_avg upsampling_weight stn_loc_weight stn_loc_bias a"
).split()


def initializer(name, described):
    log = []
    init = spy(mx.init.Xavier, INITIALIZER, log)()
    arr = nd.ones((2, 2, 2, 2)) * 7
    try:
        init(mx.init.InitDesc(name) if described else name, arr)
    except ValueError:
        log.append(["ValueError"])
    random = any(c[0] == "_init_weight" for c in log)
    return {"calls": log, "values": None if random else arr.asnumpy().ravel().tolist()}


def stn_loc_bias():
    arr = nd.ones((6,))
    mx.init.Xavier()("stn_loc_bias", arr)
    return arr.asnumpy().tolist()


def initializer_of_a_net(how):
    log = []
    init = spy(mx.init.Normal, INITIALIZER, log)()
    if how == "gluon":
        net = gluon.nn.HybridSequential(prefix="n_")
        with net.name_scope():
            net.add(gluon.nn.Dense(3, in_units=2), gluon.nn.BatchNorm(in_channels=3))
        net.initialize(init)
    elif how == "weight":
        net = gluon.nn.Dense(3, in_units=2, prefix="n_", weight_initializer=init)
        net.initialize()
    elif how == "bias":
        net = gluon.nn.Dense(3, in_units=2, prefix="n_", bias_initializer=init)
        net.initialize()
    else:
        x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc")
        x = mx.sym.BatchNorm(x, name="bn")
        m = mx.mod.Module(x, label_names=None)
        m.bind([("data", (4, 2))])
        m.init_params(init)
    return log


METRIC = (
    "update update_dict get get_global reset reset_local get_name_value get_global_name_value "
    "get_config"
).split()
METRICS = {
    "Accuracy": {},
    "TopKAccuracy": {"top_k": 2},
    "F1": {},
    "MCC": {},
    "MAE": {},
    "MSE": {},
    "RMSE": {},
    "CrossEntropy": {},
    "NegativeLogLikelihood": {},
    "Perplexity": {"ignore_label": None},
    "PearsonCorrelation": {},
    "PCC": {},
    "Loss": {},
    "CustomMetric": {"feval": lambda label, pred: float((label - pred[:, 0]).sum())},
}


def as_number(x):
    return [x[0], None if x[1] != x[1] else round(float(x[1]), 4)]


def metric(name):
    log, seen = [], []
    m = spy(getattr(mx.metric, name), METRIC, log)(**METRICS[name])
    label = nd.array([0, 1, 1, 0])
    pred = nd.array([[0.7, 0.3], [0.4, 0.6], [0.8, 0.2], [0.9, 0.1]])
    if name in ("MAE", "MSE", "RMSE", "PearsonCorrelation"):
        pred = pred[:, 1]

    def note():
        seen.append([as_number(m.get()), as_number(m.get_global())])
        seen.append([as_number(x) for x in m.get_name_value() + m.get_global_name_value()])
        seen.append([int(m.num_inst), int(m.global_num_inst)])

    note()
    m.update([label], [pred])
    note()
    m.update_dict({"softmax_label": label}, {"output": pred})
    m.reset_local()
    note()
    m.update([label[:2]], [pred[:2]])
    note()
    m.reset()
    note()
    str(m)
    return {"calls": log, "seen": seen}


class Own(mx.metric.EvalMetric):
    """Only local sums, as users write them."""

    def update(self, labels, preds):
        self.sum_metric += 3
        self.num_inst += 2


def own_metric(local):
    m = Own("own", has_global_stats=True) if not local else Own("own")
    out = []
    for _ in range(2):
        m.update(None, None)
        out.append([as_number(m.get()), as_number(m.get_global())])
        m.reset_local()
        out.append([as_number(m.get()), as_number(m.get_global())])
    return out


def composite():
    log = []
    parts = [spy(mx.metric.Accuracy, METRIC, log)(), spy(mx.metric.MSE, METRIC, log)()]
    whole = spy(mx.metric.CompositeEvalMetric, METRIC, log)(parts)
    log.append("made")
    label, pred = nd.array([0, 1]), nd.array([0.2, 0.7])
    whole.update([label], [pred])
    whole.update_dict({"l": label}, {"o": pred})
    for read in METRIC[2:8]:
        log.append("-> " + read)
        getattr(whole, read)()
    return log


ITER = (
    "reset next iter_next getdata getlabel getindex getpad __next__ __iter__ provide_data"
).split()
MODULE = (
    "bind init_params init_optimizer forward backward forward_backward update update_metric "
    "get_outputs prepare score fit get_params set_params install_monitor"
).split()


class Rows(mx.io.DataIter):
    """Three batches, by iter_next and getdata."""

    def __init__(self):
        super().__init__(2)
        self.at = -1
        self.provide_data = [mx.io.DataDesc("data", (2, 3))]
        self.provide_label = [mx.io.DataDesc("softmax_label", (2,))]

    def reset(self):
        self.at = -1

    def iter_next(self):
        self.at += 1
        return self.at < 3

    def getdata(self):
        return [nd.ones((2, 3)) * self.at]

    def getlabel(self):
        return [nd.ones((2,))]

    def getindex(self):
        return onp.arange(2)

    def getpad(self):
        return 0


def iterator(how):
    log = []
    it = spy(Rows, ITER[:-1], log)()
    if how == "for":
        for batch in it:
            log.append(["batch", kind(batch.data), kind(batch.pad), kind(batch.index)])
    elif how == "resize":
        for _ in mx.io.ResizeIter(it, 5):
            log.append(["batch"])
    elif how == "ndarrayiter":
        log = []
        it = spy(mx.io.NDArrayIter, ITER[:-1], log)(onp.ones((5, 2)), onp.ones(5), 2)
        log.append("made")
        for _ in it:
            log.append(["batch"])
        it.reset()
        it.next()
    return log


def network():
    fc = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc")
    return mx.sym.SoftmaxOutput(fc, name="softmax")


def fit():
    log = []

    def note(name):
        def callback(*args):
            if len(args) == 1:
                p = args[0]
                log.append(
                    [name, p.epoch, p.nbatch, type(p.eval_metric).__name__, sorted(p.locals)[:0]]
                    + [list(p._fields) if hasattr(p, "_fields") else None]
                    + [[n in p.locals for n in LOCALS]]
                )
            else:
                log.append([name, kind(args)])

        return callback

    data = spy(Rows, ITER[:-1], log)()
    evals = spy(Rows, ["reset", "next"], log)()
    m = spy(mx.mod.Module, MODULE, log)(network())
    m.fit(
        data,
        evals,
        eval_metric=spy(mx.metric.Accuracy, METRIC, log)(),
        num_epoch=2,
        epoch_end_callback=[note("epoch_end"), note("second")],
        batch_end_callback=note("batch_end"),
        eval_end_callback=note("eval_end"),
        eval_batch_end_callback=note("eval_batch_end"),
        optimizer_params={"learning_rate": 0.1, "lr_scheduler": spied_schedule(log)},
        initializer=mx.init.One(),
    )
    return log


LOCALS = "self train_data eval_metric epoch nbatch data_batch begin_epoch num_epoch".split()


def spied_schedule(log):
    return spy(mx.lr_scheduler.FactorScheduler, ["__call__", "get_warmup_lr"], log)(
        step=2, factor=0.5, warmup_steps=1
    )


def schedule(how):
    log = []
    s = spied_schedule(log)
    params, made = two_parameters()
    if how == "trainer":
        t = gluon.Trainer(params, "adam", {"learning_rate": 0.1, "lr_scheduler": s})
        for _ in range(3):
            backward(made)
            t.step(1)
        log.append(round(t.learning_rate, 5))
    return log


BLOCK = (
    "__call__ forward hybrid_forward hybridize cast initialize infer_shape infer_type "
    "register_child collect_params save_parameters load_parameters apply _alias _build_cache "
    "_clear_cached_op __setattr__"
).split()


def block(base, how):
    log = []
    names = [n for n in BLOCK if n not in ("__setattr__", "_build_cache", "_clear_cached_op")]
    cls = spy(getattr(gluon.nn, base), names, log)
    layer = {
        "Dense": lambda: cls(2),
        "Conv2D": lambda: cls(2, 1),
        "BatchNorm": lambda: cls(),
        "HybridSequential": lambda: cls(),
    }[base]()
    del log[:]
    outer = gluon.nn.HybridSequential()
    outer.add(layer)
    if base == "HybridSequential":
        layer.add(spy(gluon.nn.Dense, names, log)(2))
    log.append("added")
    outer.initialize()
    log.append("initialized")
    if how == "hybrid":
        outer.hybridize()
        log.append("hybridized")
    layer.register_forward_pre_hook(lambda b, i: log.append(["pre", kind(i)]))
    layer.register_forward_hook(lambda b, i, o: log.append(["post", kind(i), kind(o)]))
    x = nd.ones((2, 3, 4, 4))
    outer(x)
    log.append("first")
    outer(x)
    log.append("second")
    outer.cast("float16")
    log.append("cast")
    outer.apply(lambda b: None)
    outer.collect_params()
    return [c if c[0] != "collect_params" else c[:1] for c in log]


LOSS = "__call__ forward hybrid_forward".split()


def loss(base):
    log = []
    made = spy(getattr(gluon.loss, base), LOSS, log)()
    made(nd.ones((2, 3)), nd.ones((2,)) if "Softmax" in base else nd.ones((2, 3)))
    return log


def loader(workers):
    log = []
    data = spy(gluon.data.ArrayDataset, ["__getitem__", "__len__"], log)(nd.arange(5))
    sampler = spy(gluon.data.SequentialSampler, ["__iter__", "__len__"], log)(5)
    batches = spy(gluon.data.BatchSampler, ["__iter__", "__len__"], log)(sampler, 2, "keep")
    made = gluon.data.DataLoader(
        data,
        batch_sampler=batches,
        batchify_fn=lambda some: log.append(["batchify", len(some)]) or nd.array(some),
        num_workers=workers,
    )
    log.append("made")
    log.append(len(made))
    for _ in made:
        log.append("batch")
    return log


STORE = (
    "init push pull pushpull broadcast row_sparse_pull set_optimizer set_gradient_compression "
    "save_optimizer_states load_optimizer_states _set_updater is_capable"
).split()


def own_store():
    """A store of the user's own, as ``KVStoreBase`` describes it."""
    log = []

    class Mine(mx.kv.KVStoreBase):
        def broadcast(self, key, value, out, priority=0):
            log.append(["broadcast", kind(key), kind(value), kind(out), priority])

        def pushpull(self, key, value, out=None, priority=0):
            log.append(["pushpull", kind(key), kind(value), kind(out), priority])

        @staticmethod
        def is_capable(capability):
            log.append(["is_capable", capability])
            return False

        rank, num_workers, type = 0, 1, "mine"

    params, made = two_parameters(2)
    t = gluon.Trainer(params, "sgd", {"learning_rate": 0.5}, kvstore=Mine())
    for _ in range(2):
        backward(made)
        t.step(2)
    return log


def value_was_set(how, on_store):
    """Values written between steps: where the store updates, it must learn of them."""
    params, made = two_parameters(2)
    t = gluon.Trainer(
        params, "sgd", {"learning_rate": 0.5, "momentum": 0.9}, update_on_kvstore=on_store
    )
    out = []
    for step in range(4):
        backward(made)
        t.step(2)
        out.append([round(float(p.data().sum().asscalar()), 4) for p in made])
        if step == 1:
            if how == "set":
                made[0].set_data(nd.ones((2, 2)) * 10)
            elif how == "load":
                params.load_dict({"p_a": nd.ones((2, 2)) * 5, "p_b": nd.ones((2, 2))})
            elif how == "reinitialize":
                params.initialize(force_reinit=True, ctx=[mx.cpu(0), mx.cpu(1)])
            out.append([t._kv_initialized, len(t._params_to_init), t._update_on_kvstore])
    return out


class Shaped(gluon.nn.HybridBlock):
    """Tells the shape of its parameter itself."""

    def __init__(self, log):
        super().__init__()
        self.log = log
        with self.name_scope():
            self.weight = self.params.get("weight", allow_deferred_init=True, init="ones")

    def infer_shape(self, x):
        self.log.append(["infer_shape", kind(x), list(x.shape)])
        self.weight.shape = (x.shape[1],)

    def hybrid_forward(self, F, x, weight):
        return F.broadcast_mul(x, F.reshape(weight, (1, -1)))


class Frozen(gluon.nn.Dense):
    """Keeps its parameters to itself."""

    def collect_params(self, select=None):
        return gluon.ParameterDict(self.prefix)


def replaced_in_a_block(how):
    log = []
    net = gluon.nn.HybridSequential(prefix="net_")
    with net.name_scope():
        if how.startswith("shape"):
            net.add(Shaped(log))
        else:
            net.add(Frozen(2, in_units=3), gluon.nn.Dense(3, in_units=2))
            return sorted(net.collect_params()) + sorted(net.collect_params(".*weight"))
    net.initialize()
    if how == "shape/hybrid":
        net.hybridize()
    for _ in range(2):
        log.append(net(nd.ones((2, 3))).asnumpy().tolist())
    return log


SOURCE = (
    "reset hard_reset next iter_next getdata getlabel getindex getpad _getdata _shuffle_data "
    "_concat _batchify"
).split()


def of_arrays(handle, shuffle):
    """What NDArrayIter calls on itself, over two epochs, and what its batches hold."""
    log = []
    cls = spy(mx.io.NDArrayIter, ["reset", *SOURCE[1:]], log)
    it = cls(onp.arange(10.0).reshape(5, 2), onp.arange(5), 2, shuffle, handle)
    log.append("made")
    for _ in range(2):
        for batch in it:
            log.append(["batch", batch.pad, len(batch.data), batch.data[0].shape[0]])
        it.reset()
        log.append("reset")
    it.hard_reset()
    return [c if isinstance(c, str) or c[0] == "batch" else c[0] for c in log]


class Tens(mx.io.NDArrayIter):
    """Replaces one method, as users do; ``replaced`` says which."""


def replaced_of_arrays(name, handle):
    def getdata(self):
        return [x * 10 for x in mx.io.NDArrayIter.getdata(self)]

    def getlabel(self):
        return [x + 100 for x in mx.io.NDArrayIter.getlabel(self)]

    def iter_next(self):  # every second batch
        return mx.io.NDArrayIter.iter_next(self) and mx.io.NDArrayIter.iter_next(self)

    def next(self):
        batch = mx.io.NDArrayIter.next(self)
        batch.data = [x - 1 for x in batch.data]
        return batch

    def reset(self):  # a subclass's attributes are not there yet when the base's __init__ runs
        self.resets = getattr(self, "resets", 0) + 1
        mx.io.NDArrayIter.reset(self)

    replaced = {
        "getdata": getdata,
        "getlabel": getlabel,
        "getpad": lambda self: 7,
        "getindex": lambda self: [5],
        "iter_next": iter_next,
        "next": next,
        "reset": reset,
        "provide_data": property(lambda self: [mx.io.DataDesc("own", (9, 9))]),
    }
    it = type("Tens", (Tens,), {name: replaced[name]})(
        onp.arange(10.0).reshape(5, 2), onp.arange(5), 2, False, handle
    )
    out = []
    for _ in range(2):
        for b in it:
            out.append([b.data[0].asnumpy().tolist(), b.label[0].asnumpy().tolist(), b.pad])
            out.append([kind(b.index), [d.name for d in it.provide_data]])
        it.reset()
    return [out, getattr(it, "resets", None)]


def around(how):
    """ResizeIter and PrefetchingIter of the user's own, around an iterator of the user's own."""
    inner, outer = [], []
    source = spy(Rows, ITER[:-1], inner)()
    made = {
        "resize": lambda: spy(mx.io.ResizeIter, ITER[:-1], outer)(source, 5),
        "resize_kept": lambda: spy(mx.io.ResizeIter, ITER[:-1], outer)(source, 2, False),
        "prefetch": lambda: spy(mx.io.PrefetchingIter, ITER[:-1], outer)(source),
        "prefetch_two": lambda: spy(mx.io.PrefetchingIter, ITER[:-1], outer)(
            [source, spy(Rows, ITER[:-1], [])()],
            [{"data": "a"}, {"data": "b"}],
            [{"softmax_label": "c"}, {"softmax_label": "d"}],
        ),
    }[how]()
    outer.append("made")
    for _ in range(2):
        for batch in made:
            outer.append(["batch", batch.pad, len(batch.data)])
        made.reset()
        outer.append("reset")
    made.iter_next()
    outer.append([len(made.getdata()), len(made.getlabel()), made.getpad(), kind(made.getindex())])
    return {
        "outer": [c if isinstance(c, str) or c[0] not in ITER else c[0] for c in outer],
        "inner": [c[0] for c in inner],
    }


SAMPLERS = {
    "SequentialSampler": lambda cls: cls(5),
    "RandomSampler": lambda cls: cls(5),
    "FilterSampler": lambda cls: cls(lambda x: x < 4, gluon.data.SimpleDataset(list(range(6)))),
}


def sampler(name, replaced, last):
    """A sampler's methods, noted or replaced, under BatchSampler and the loader."""
    log = []
    base = getattr(gluon.data, name)
    if replaced == "__iter__":
        cls = type("Own", (base,), {"__iter__": lambda self: iter([4, 2, 0])})
    elif replaced == "__len__":
        cls = type("Own", (base,), {"__len__": lambda self: 3})
    else:
        cls = spy(base, ["__iter__", "__len__"], log)
    made = SAMPLERS[name](cls)
    batches = spy(gluon.data.BatchSampler, ["__iter__", "__len__"], log)(made, 2, last)
    data = gluon.data.ArrayDataset(nd.arange(8))
    loader = gluon.data.DataLoader(data, batch_sampler=batches)
    out = [len(loader)]
    for _ in range(2):
        seen = [b.asnumpy().tolist() for b in loader]
        drawn = name == "RandomSampler" and replaced != "__iter__"
        out.append([len(b) for b in seen] if drawn else seen)
    calls = [c[0] for c in log]
    direct = gluon.data.DataLoader(data, 2, sampler=made, last_batch=last)
    out.append(len(direct))
    out.append([len(b) for b in direct])
    out.append(
        sorted(gluon.data.ArrayDataset(nd.arange(8)).sample(made)[i] for i in range(2))
        if name != "RandomSampler"
        else None
    )
    return [calls, json.loads(json.dumps(out, default=float))]


def batch_sampler(replaced, workers, threads):
    """A BatchSampler with one method replaced, read by workers."""
    cls = {
        "__iter__": lambda: type(
            "Own", (gluon.data.BatchSampler,), {"__iter__": lambda self: iter([[0, 3], [1]])}
        ),
        "__len__": lambda: type("Own", (gluon.data.BatchSampler,), {"__len__": lambda self: 9}),
    }[replaced]()
    batches = cls(gluon.data.SequentialSampler(5), 2)
    data = gluon.data.ArrayDataset(nd.arange(5), nd.arange(5) * 2)
    made = gluon.data.DataLoader(
        data, batch_sampler=batches, num_workers=workers, thread_pool=threads
    )
    return [len(made), [[x.asnumpy().tolist() for x in b] for b in made]]


class Squares(gluon.data.ArrayDataset):
    def __getitem__(self, idx):
        return super().__getitem__(idx) ** 2


class Few(gluon.data.ArrayDataset):
    def __len__(self):
        return 3


class Simple(gluon.data.SimpleDataset):
    def __getitem__(self, idx):
        return super().__getitem__(idx) + 1


class Halved(gluon.data.vision.transforms.ToTensor):
    def hybrid_forward(self, F, x):
        return super().hybrid_forward(F, x) / 2


class Shifted(gluon.data.vision.transforms.Normalize):
    def forward(self, x):
        return super().forward(x) + 1


def data_set(name, workers, threads):
    """A data set, or a transform, with one method replaced."""
    images = nd.arange(4 * 2 * 2 * 3).reshape((4, 2, 2, 3)).astype("uint8")
    numbers = nd.arange(4).astype("float32").reshape((4, 1))
    transforms = gluon.data.vision.transforms
    made = {
        "array": lambda: Squares(numbers),
        "length": lambda: Few(numbers),
        "simple": lambda: Simple(numbers),
        "pair": lambda: gluon.data.ArrayDataset(numbers, Squares(numbers)),
        "take": lambda: Squares(numbers).take(3),
        "first": lambda: gluon.data.ArrayDataset(images, numbers).transform_first(Halved()),
        "of_mine": lambda: Simple(images).transform(transforms.ToTensor()),
        "composed": lambda: gluon.data.SimpleDataset(images).transform(
            transforms.Compose([Halved(), Shifted(0.5, 0.5)])
        ),
    }[name]()
    loader = gluon.data.DataLoader(made, 2, num_workers=workers, thread_pool=threads)

    def told(b):
        return [told(x) for x in b] if isinstance(b, (list, tuple)) else number(b)

    def number(x):
        return [round(float(v), 4) for v in x.asnumpy().ravel()]

    return [len(loader), [told(b) for b in loader]]


def with_workers(threads):
    """What is called on the samplers when workers read ahead: before the first batch, and after."""
    log = []
    order = spy(gluon.data.SequentialSampler, ["__iter__", "__len__"], log)(9)
    batches = spy(gluon.data.BatchSampler, ["__iter__", "__len__"], log)(order, 2, "keep")
    made = gluon.data.DataLoader(
        gluon.data.SimpleDataset(list(range(9))),
        batch_sampler=batches,
        num_workers=1,
        thread_pool=threads,
    )
    log.append(["made"])
    log.append([len(made)])
    for _ in range(2):
        for b in made:
            log.append(["batch", b.asnumpy().tolist()])
    return [c if c[0] == "batch" else c[0] for c in log]


class Counting(mx.kv.KVStoreBase):
    """A store of the user's own that sums, and may run the optimizer."""

    log, capable = [], False

    def __init__(self):
        self.values, self.updater = {}, None

    def broadcast(self, key, value, out, priority=0):
        self.log.append(["broadcast", kind(key), kind(value), kind(out), priority])
        self.values[key] = value.copy()
        for o in out if isinstance(out, list) else [out]:
            o[:] = value

    def pushpull(self, key, value, out=None, priority=0):
        self.log.append(["pushpull", kind(key), kind(value), kind(out), priority])
        some = value if isinstance(value, list) else [value]
        total = sum(float(v.asnumpy().ravel()[0]) for v in some)
        if self.updater is not None:
            self.updater(key, nd.ones(some[0].shape) * total, self.values[key])
        for o in some if out is None else out if isinstance(out, list) else [out]:
            o[:] = total if self.updater is None else self.values[key].as_in_context(o.context)

    def set_optimizer(self, optimizer):
        self.log.append(["set_optimizer", type(optimizer).__name__])
        self.updater = mx.optimizer.get_updater(optimizer)

    @classmethod
    def is_capable(cls, capability):
        cls.log.append(["is_capable", capability])
        return cls.capable

    def set_gradient_compression(self, params):
        self.log.append(["set_gradient_compression", kind(params)])

    def save_optimizer_states(self, fname, dump_optimizer=False):
        self.log.append(["save_optimizer_states", dump_optimizer])

    def load_optimizer_states(self, fname):
        self.log.append(["load_optimizer_states"])

    @property
    def type(self):
        self.log.append(["type"])
        return "mine"

    @property
    def rank(self):
        return 0

    @property
    def num_workers(self):
        return 1


def with_module(store, devices, on_store, log, folder):
    os.environ["MXNET_UPDATE_ON_KVSTORE"] = "01"[on_store is not False]
    try:
        m = mx.mod.Module(network(), context=[mx.cpu(i) for i in range(devices)])
        m.bind([("data", (2, 3))], [("softmax_label", (2,))])
        m.init_params(mx.init.One())
        m.init_optimizer(store, "sgd", {"learning_rate": 0.5})
    finally:
        del os.environ["MXNET_UPDATE_ON_KVSTORE"]
    log.append(["made"])
    for _ in range(2):
        m.forward_backward(mx.io.DataBatch([nd.ones((2, 3))], [nd.array([0, 1])]))
        m.update()
        log.append(["stepped"])
    m.save_optimizer_states(folder + "/module_store")
    m.load_optimizer_states(folder + "/module_store")
    return [round(float(v.sum().asscalar()), 4) for _, v in sorted(m.get_params()[0].items())]


def users_store(how, devices, on_store, capable, folder):
    """A registered store: by name or as an object, in a trainer or a module."""
    log = []
    cls = mx.kv.KVStoreBase.register(
        type("CountingStore", (Counting,), {"log": log, "capable": capable})
    )
    given = "countingstore" if how.endswith("name") else cls()
    out = []
    if how.startswith("trainer"):
        params, made = two_parameters(devices)
        t = gluon.Trainer(
            params, "sgd", {"learning_rate": 0.5}, kvstore=given, update_on_kvstore=on_store
        )
        log.append(["made"])
        for _ in range(2):
            backward(made)
            t.step(2)
            log.append(["stepped"])
        out = [round(float(p.data().sum().asscalar()), 5) for p in made]
        t.save_states(folder + "/own_store")
        if t._update_on_kvstore:
            try:
                t.load_states(folder + "/own_store")
            except AttributeError:
                log.append(["AttributeError"])
    else:
        out = with_module(cls(), devices, on_store, log, folder)
    return [[c for c in log if c[0] != "type"], out]


STORED = (
    "init push pull pushpull broadcast row_sparse_pull set_optimizer set_gradient_compression "
    "save_optimizer_states load_optimizer_states _set_updater"
).split()


def spied_store(log, name="device"):
    """A store of the library's, of a subclass."""
    store = mx.kv.create(name)
    store.__class__ = spy(type(store), STORED, log)
    return store


def subclass_of_store(how, devices, on_store, folder):
    log = []
    store = spied_store(log)
    if how == "module":
        log.append([with_module(store, devices, on_store, log, folder)])
        return [c if "states" not in str(c[0]) else c[:1] for c in log]
    params, made = two_parameters(devices)
    t = gluon.Trainer(
        params, "sgd", {"learning_rate": 0.5}, kvstore=store, update_on_kvstore=on_store
    )
    log.append(["made"])
    for _ in range(2):
        backward(made)
        t.step(2)
        log.append(["stepped"])
    t.save_states(folder + "/store")
    t.load_states(folder + "/store")
    log.append([round(float(p.data().sum().asscalar()), 5) for p in made])
    return [c if "states" not in str(c[0]) else c[:1] for c in log]


def replaced_in_a_store(name, on_store):
    """A store's subclass that doubles what passes."""
    store = mx.kv.create("device")
    base = type(store)

    def doubled(x):
        return [doubled(v) for v in x] if isinstance(x, (list, tuple)) else x * 2

    def push(self, key, value, priority=0):
        assert not isinstance(key, (list, tuple))
        base.push(self, key, doubled(value), priority)

    def pushpull(self, key, value, out=None, priority=0):
        assert not isinstance(key, (list, tuple))
        base.pushpull(self, key, doubled(value), out, priority)

    def pull(self, key, out=None, priority=0, ignore_sparse=True):
        base.pull(self, key, out, priority, ignore_sparse)
        for o in out if isinstance(out, (list, tuple)) else [out]:
            o += 1

    store.__class__ = type("Doubling", (base,), {name: locals()[name]})
    params, made = two_parameters(2)
    t = gluon.Trainer(
        params, "sgd", {"learning_rate": 0.5}, kvstore=store, update_on_kvstore=on_store
    )
    out = []
    for _ in range(2):
        backward(made)
        t.step(2)
        out.append(
            [round(float(p.data(c).sum().asscalar()), 5) for p in made for c in p.list_ctx()]
        )
    return out


RULES = (
    "_get_lr _get_wd _get_lrs _get_wds update update_multi_precision create_state "
    "create_state_multi_precision _update_count _set_current_context"
).split()


def prepare(trainer):
    """amp.init_trainer, without amp.init, which changes every operator."""
    amp.amp._amp_initialized = True
    amp.amp._loss_scaler = amp.loss_scaler.LossScaler()
    try:
        amp.init_trainer(trainer)
    finally:
        amp.amp._amp_initialized = False


def rule(name, where, replaced):
    """An optimizer of the user's own: in the store, or where AMP guards the update."""
    log = []
    base = getattr(mx.optimizer, name)
    hooks = {
        "_get_lr": lambda self, i: 0.5 * (i + 1),
        "_get_lrs": lambda self, some: [0.5 * (i + 1) for i in some],
        "_get_wd": lambda self, i: 0.3,
        "update": lambda self, i, w, g, s: w.__iadd__(1),
        "update_multi_precision": lambda self, i, w, g, s: [
            x.__iadd__(2) for x in (w if isinstance(w, (list, tuple)) else [w])
        ],
        "create_state": lambda self, i, w: (
            log.append(["create_state", i]) or base.create_state(self, i, w)
        ),
    }
    if replaced == "all":
        cls = spy(base, [r for r in RULES if r != "update" or name == "Adam"], log)
    else:
        cls = type("Own", (base,), {replaced: hooks[replaced]})
    params, made = two_parameters(2 if where == "store" else 1)
    options = {"learning_rate": 0.1}
    t = gluon.Trainer(params, cls(**options), update_on_kvstore=True if where == "store" else None)
    out = []
    if where == "store":
        for _ in range(2):
            backward(made)
            t.step(2)
            out.append([round(float(p.data().sum().asscalar()), 3) for p in made])
    else:
        prepare(t)
        for step in range(3):
            with autograd.record():
                loss = sum(p.data().sum() for p in made)
                with amp.scale_loss(loss, t) as scaled:
                    if step == 1:
                        scaled = scaled * float("inf")
                    autograd.backward(scaled)
            t.step(1)
            out.append([round(float(p.data().sum().asscalar()), 3) for p in made])
            log.append("stepped")
    return [
        [
            c
            if isinstance(c, str)
            else c[:1] + [c[1][0] if isinstance(c[1], list) and c[1] else c[1]]
            for c in log
        ],
        out,
    ]


def scaler(replaced):
    """A loss scaler of the user's own."""
    log = []
    base = amp.loss_scaler.LossScaler
    if replaced == "all":
        cls = spy(base, ["has_overflow"], log)
    else:
        cls = type(
            "Own",
            (base,),
            {"has_overflow": lambda self, params: log.append(len(list(params))) or len(log) == 2},
        )
    params, made = two_parameters(1)
    t = gluon.Trainer(params, "sgd", {"learning_rate": 0.1})
    prepare(t)
    t._amp_loss_scaler = cls()
    out = []
    for _ in range(3):
        with autograd.record():
            loss = sum(p.data().sum() for p in made)
            with amp.scale_loss(loss, t) as scaled:
                autograd.backward(scaled)
        t.step(1)
        out.append([round(float(p.data().sum().asscalar()), 3) for p in made])
        out.append(t._amp_loss_scaler.loss_scale)
    return [[c if isinstance(c, int) else c[0] for c in log], out]


def more_cases(folder):
    for handle in ("pad", "discard", "roll_over"):
        for shuffle in (False, True):
            yield f"of_arrays/{handle}/{shuffle}", lambda h=handle, s=shuffle: of_arrays(h, s)
        for name in "getdata getlabel getpad getindex iter_next next reset provide_data".split():
            yield (
                f"replaced_of_arrays/{name}/{handle}",
                lambda n=name, h=handle: replaced_of_arrays(n, h),
            )
    for how in ("resize", "resize_kept", "prefetch", "prefetch_two"):
        yield f"around/{how}", lambda h=how: around(h)
    for name in SAMPLERS:
        for replaced in ("__iter__", "__len__", "none"):
            for last in ("keep", "discard", "rollover"):
                yield (
                    f"sampler/{name}/{replaced}/{last}",
                    lambda n=name, r=replaced, x=last: sampler(n, r, x),
                )
    for workers, threads in ((0, False), (2, True), (2, False)):
        for replaced in ("__iter__", "__len__"):
            yield (
                f"batch_sampler/{replaced}/{workers}/{threads}",
                lambda r=replaced, w=workers, t=threads: batch_sampler(r, w, t),
            )
        for name in "array length simple pair take first of_mine composed".split():
            if threads and name == "composed":
                continue  # fails there
            yield (
                f"data_set/{name}/{workers}/{threads}",
                lambda n=name, w=workers, t=threads: data_set(n, w, t),
            )
    for threads in (True, False):
        yield f"with_workers/{threads}", lambda t=threads: with_workers(t)
    for how in ("trainer", "trainer/name"):
        for devices in (1, 2):
            for on in (None, True, False):
                for capable in (True, False):
                    yield (
                        f"users_store/{how}/{devices}/{on}/{capable}",
                        lambda h=how, d=devices, o=on, c=capable: users_store(h, d, o, c, folder),
                    )
    for devices in (1, 2):
        for on in (True, False):
            yield (
                f"subclass_of_store/module/{devices}/{on}",
                lambda d=devices, o=on: subclass_of_store("module", d, o, folder),
            )
            for capable in (True, False):
                yield (
                    f"users_store/module/{devices}/{on}/{capable}",
                    lambda d=devices, o=on, c=capable: users_store("module", d, o, c, folder),
                )
        for on in (None, True, False):
            yield (
                f"subclass_of_store/trainer/{devices}/{on}",
                lambda d=devices, o=on: subclass_of_store("trainer", d, o, folder),
            )
    for name in ("push", "pushpull", "pull"):
        for on in (True, False):
            yield f"replaced_in_a_store/{name}/{on}", lambda n=name, o=on: replaced_in_a_store(n, o)
    for where in ("store", "amp"):
        for name in ("SGD", "Adam"):
            for replaced in (
                "all",
                "_get_lr",
                "_get_lrs",
                "_get_wd",
                "update_multi_precision",
                "update",
                "create_state",
            ):
                if name == "SGD" and replaced == "update":
                    continue  # 1.9.1 never calls it
                yield (
                    f"rule/{where}/{name}/{replaced}",
                    lambda n=name, w=where, r=replaced: rule(n, w, r),
                )
    for replaced in ("all", "has_overflow"):
        yield f"scaler/{replaced}", lambda r=replaced: scaler(r)


def cases(folder):
    for how in ("set", "load", "reinitialize"):
        for on in (True, False):
            yield f"value_was_set/{how}/{on}", lambda h=how, o=on: value_was_set(h, o)
    for how in ("shape/plain", "shape/hybrid", "collect_params"):
        yield f"replaced_in_a_block/{how}", lambda h=how: replaced_in_a_block(h)
    yield "initializer/stn_loc_bias/of_six", stn_loc_bias
    for devices in (1, 2):
        for on in (None, False) if devices == 1 else (None, True, False):
            yield f"trainer/{devices}/{on}", lambda d=devices, o=on: trainer(folder, d, o)
    for name in ("_allreduce_grads", "_update", "_check_and_rescale_grad", "step"):
        for devices in (1, 2):
            yield (
                f"trainer/{devices}/False/{name}",
                lambda d=devices, n=name: trainer(folder, d, False, n),
            )
    for name in DESCRIBED:
        for described in (True, False):
            yield (
                f"initializer/{name}/{described}",
                lambda n=name, d=described: initializer(n, d),
            )
    for how in ("gluon", "weight", "bias", "module"):
        yield f"initializer_of_a_net/{how}", lambda h=how: initializer_of_a_net(h)
    for name in METRICS:
        yield f"metric/{name}", lambda n=name: metric(n)
    for local in (True, False):
        yield f"own_metric/{local}", lambda x=local: own_metric(x)
    yield "composite", composite
    for how in ("for", "resize", "ndarrayiter"):
        yield f"iterator/{how}", lambda h=how: iterator(h)
    yield "fit", fit
    yield "schedule/trainer", lambda: schedule("trainer")
    for base in ("Dense", "Conv2D", "BatchNorm", "HybridSequential"):
        for how in ("plain", "hybrid"):
            yield f"block/{base}/{how}", lambda b=base, h=how: block(b, h)
    for base in ("L2Loss", "L1Loss", "SoftmaxCELoss", "HuberLoss"):
        yield f"loss/{base}", lambda b=base: loss(b)
    yield "loader/0", lambda: loader(0)
    yield "own_store", own_store
    yield from more_cases(folder)


def answer(case):
    """What a case gives, as JSON gives it back."""
    return json.loads(json.dumps(case()))


if __name__ == "__main__":
    import tempfile

    out = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, case in cases(folder):
            try:
                out[name] = answer(case)
            except Exception as e:
                out[name] = f"{type(e).__name__}: {e}".split("\n")[0]
    json.dump(out, sys.stdout, indent=None, sort_keys=True, separators=(",", ":"))
