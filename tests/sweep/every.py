"""One operator called in all the ways that it can be."""

import numpy as onp

import mxnet as mx

KEPT = 60  # elements of an array that are kept one by one
REFUSED = "refused"
FLOATS = (onp.float16, onp.float32, onp.float64)


def guarded(function):
    """What a function gives, or that it raises, at the latest when its results are there."""
    try:
        found = function()
        mx.nd.waitall()
        return found
    except Exception:  # noqa: BLE001 - that it fails is the answer
        return REFUSED


def listed(y):
    return list(y) if isinstance(y, (list, tuple)) else [y]


def head(y):
    """A gradient that arrives, another number for each element."""
    return mx.nd.array((onp.arange(y.size).reshape(y.shape) % 7 - 2) / 2, dtype=y.dtype)


def whole(found):
    """Arrays with all their elements: the later ones of a large one as a sum with weights."""
    if isinstance(found, (list, tuple)):
        return [whole(x) for x in found]
    if not isinstance(found, mx.nd.NDArray) or found.size <= KEPT:
        return found
    late = found.asnumpy().astype("f8").ravel()[KEPT:]
    return [found, float((late * (1 + onp.arange(late.size) % 11)).sum())]


def same(wanted, found):
    """Whether lists of arrays are equal; if they are not, what was found."""
    if isinstance(wanted, str) or isinstance(found, str):
        return found if isinstance(found, str) else whole(found)
    if len(wanted) != len(found):
        return [len(found)]
    for x, y in zip(wanted, found):
        if x is None or y is None:
            if x is not y:
                return whole(found)
        elif (x.shape, x.dtype) != (y.shape, y.dtype) or not onp.allclose(
            x.asnumpy().astype("f8"), y.asnumpy().astype("f8"), 1e-2, 1e-3, True
        ):
            return whole(found)
    return True


def every(name, inputs, wrt=None, skip="", **attributes):
    """An operator's results and gradients, added ones too, through ``out``, texts and symbols.

    Parameters
    ----------
    name : str
        The operator below ``mx.nd`` and ``mx.sym``, as "contrib.ROIAlign".
    wrt : list of int
        Places of the inputs that gradients are asked of, by default all of a float type.
    skip : str
        Ways that are left out: "add", "sym", "run" or "first" (shapes and types from those of the
        first input).

    Returns
    -------
    dict   for each way whether it gives what the plain call gives, and otherwise what it gives
    """
    function, compose = mx.nd, mx.sym
    for part in name.split("."):
        function, compose = getattr(function, part), getattr(compose, part, None)
    if wrt is None:
        wrt = [i for i, x in enumerate(inputs) if x.dtype in FLOATS]
    names = [f"v{i}" for i in range(len(inputs))]

    def predict(attributes=attributes):
        mx.random.seed(3)
        xs = [x.copy() for x in inputs]
        ys = listed(function(*xs, **attributes))
        return ys, [x for x, old in zip(xs, inputs) if same([x], [old]) is not True]

    def learn(times=0):
        mx.random.seed(3)
        xs = [x.copy() for x in inputs]
        for i in wrt:
            xs[i].attach_grad("add" if times else "write")
        for _ in range(times or 1):
            with mx.autograd.record():
                ys = listed(function(*xs, **attributes))
            mx.autograd.backward(ys, [head(y) for y in ys])
        return ys, [xs[i].grad for i in wrt]

    def into(ys):
        mx.random.seed(3)
        outs = [mx.nd.ones(y.shape, dtype=y.dtype) for y in ys]
        xs = [x.copy() for x in inputs]
        found = listed(function(*xs, out=outs if len(outs) > 1 else outs[0], **attributes))
        return [found[0] is outs[0], same(ys, outs)]

    def symbol():
        return compose(*map(mx.sym.var, names), name="o", **attributes)

    def inferred(s, count):
        some = list(zip(names, inputs))[:count]
        return [
            guarded(lambda: s.infer_shape(**{n: x.shape for n, x in some})),
            guarded(lambda: s.infer_type(**{n: x.dtype for n, x in some})),
        ]

    def executed(s):
        mx.random.seed(3)
        given = {n: x.copy() for n, x in zip(names, inputs)}
        states = {n: given.pop(n) for n in s.list_auxiliary_states()}
        grads = {names[i]: mx.nd.zeros_like(inputs[i]) for i in wrt if names[i] in given}
        executor = s.bind(mx.cpu(), given, grads, dict.fromkeys(grads, "write"), states)
        ys = executor.forward(is_train=True)
        executor.backward([head(y) for y in ys])
        return ys, [grads.get(names[i]) for i in wrt]

    predicted = guarded(predict)
    ys, written = predicted if predicted is not REFUSED else (REFUSED, REFUSED)
    found = {"y": whole(ys), "written": whole(written)}
    found["text"] = same(
        ys, guarded(lambda: predict({k: str(v) for k, v in attributes.items()})[0])
    )
    if ys is not REFUSED:
        found["out"] = guarded(lambda: into(ys))
    learned = guarded(learn) if wrt else REFUSED
    if learned is not REFUSED:
        ys, gradients = learned
        found["train"], found["grad"] = same(ys, learned[0]), whole(gradients)
        if "add" not in skip:
            twice = guarded(lambda: learn(2)[1])
            found["add"] = same([2 * g for g in gradients], twice)
    if compose is None or "sym" in skip:
        return found
    s = guarded(symbol)
    if s is REFUSED:
        return {**found, "sym": s}
    found["sym"] = [s.list_arguments(), s.list_outputs(), s.list_auxiliary_states()]
    found["inferred"] = [inferred(s, n) for n in (1, len(inputs))[("first" in skip) :]]
    if "run" in skip:
        return found
    ran = guarded(lambda: executed(s))
    if ran is REFUSED:
        found["run"] = ran
    elif learned is REFUSED:
        found["run"] = same(ys, ran[0])
    else:
        found["run"] = [same(ys, ran[0]), same(gradients, ran[1])]
    return found
