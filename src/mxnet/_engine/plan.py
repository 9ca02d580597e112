"""Equations run by NumPy: the rule of each primitive, applied once per shapes.

What of the equations does not depend on sizes is made once, a :class:`Template`: which variables
each step reads and writes, when they may be dropped, which results may lie in an operand's memory.
A :class:`Plan` adds a function for each step, by the rules for certain shapes (``numpy_rules.py``,
``_ops/kernels/host.py``; ``direct.py`` for native kernels; else JAX's primitive, compiled alone).

Formulas keep plans for arrays of certain shapes: the evaluator (``evaluate.py``) and ``light.py``
pass them :func:`plan`, or :func:`gradient_plan` for an operator and its pullback.
"""

import math
from typing import Any

import numpy as onp

from .._graph.equations import NUMBERS, Equations
from .._graph.families import formula_of
from .._graph.symbols import FEWEST
from .._ops._spec import Bound, refilled, without_sizes
from .._ops.kernels import direct, host
from .._tables import table
from .numpy_rules import RULES, UNSIZED, Joined, foreign

__all__ = ["Plan", "TooLong", "gradient_plan", "plan"]

_MOST_STEPS = 50_000  # equations that a loop may run: compiled, it takes less time


class TooLong(Exception):
    """A loop has too many iterations to be run step by step."""


class Template:
    """Some equations made ready to be run, but for what depends on sizes.

    Attributes
    ----------
    places : list of (numbers of the arguments, number or numbers of the results, numbers that
        nothing reads any more), one for each equation
    values : list       of all variables: constants, and None
    again : dict        see :func:`_overwritten`
    apart : set         inputs that may be :class:`Joined`: they are only taken apart
    joins : set         numbers of the steps that make such, where the plan's user allows them
    functions : list    of the steps: None where sizes decide it, and all of them before the first
        plan was made
    moving : list       numbers of the steps whose function sizes decide; None before that
    """

    __slots__ = (
        *("equations", "steps", "inputs", "outputs", "values", "places", "again", "apart", "joins"),
        *("functions", "moving"),
    )

    def __init__(self, equations, steps, inputs, outputs, joins=False):
        self.equations, self.steps = equations, steps
        self.inputs, self.outputs = inputs, outputs
        self.values = [None] * equations.n
        for number, value in equations.constants.items():
            self.values[number] = value
        last, kept = {}, set(outputs)
        for at, e in enumerate(steps):
            for number in (*e.inputs, *e.outputs):
                if number not in kept and number not in equations.constants:
                    last[number] = at
        dead = [[] for _ in steps]
        for number, at in last.items():
            dead[at].append(number)
        self.places = [
            (tuple(e.inputs), tuple(e.outputs) if e.primitive.multiple_results else e.outputs[0],
             tuple(gone)) for e, gone in zip(steps, dead)
        ]  # fmt: skip
        self.apart, self.joins = _taken_apart(steps, inputs, kept, joins)
        self.again = _overwritten(steps, dead, equations.shapes)
        self.functions: Any = [None] * len(steps)
        self.moving: Any = None

    def plan(self, sizes):
        """The :class:`Plan` for certain sizes."""
        equations, steps = self.equations, self.steps
        known = equations.known(sizes)
        moving = self.moving  # read first: once it is there, so are the functions
        functions, avals = self.functions.copy(), {}
        for at in range(len(steps)) if moving is None else moving:
            e = steps[at]
            for number in (*e.inputs, *e.outputs):
                if number not in avals:
                    avals[number] = equations.aval(number, known)
            functions[at] = _function_of(e, sizes, known, avals)
            if at in self.joins and _is_large(avals[e.outputs[0]]):
                functions[at] = _join
        if moving is None:
            moving = [at for at, e in enumerate(steps) if self._depends(e)]
            kept = functions.copy()
            for at in moving:
                kept[at] = None
            self.functions, self.moving = kept, moving
        for at, place in self.again.items():
            functions[at] = _in_place(functions[at], place, steps[at].outputs[0], equations, known)
        return Plan(self, functions, sizes)

    def _depends(self, e):
        """Whether an equation's function is another one for other sizes."""
        shapes = self.equations.shapes
        if e.fillers:
            return True
        return e.primitive.name not in UNSIZED and any(
            d < 0 for number in (*e.inputs, *e.outputs) for d in shapes[number].shape
        )


class Plan:
    """Equations for certain sizes, as calls of functions of NumPy arrays."""

    __slots__ = ("template", "functions", "sizes")

    def __init__(self, template, functions, sizes):
        self.template, self.functions, self.sizes = template, functions, sizes

    def __call__(self, args):
        """Results for the arrays ``args``."""
        template = self.template
        env = template.values.copy()
        for number, value in zip(template.inputs, args):
            if value.__class__ is Joined and number not in template.apart:
                value = value.whole()
            env[number] = value
        for function, (ins, outs, gone) in zip(self.functions, template.places):
            found = function(*[env[i] for i in ins])
            if outs.__class__ is int:
                env[outs] = found
            else:
                for number, value in zip(outs, found):
                    env[number] = value
            for number in gone:
                env[number] = None
        return [env[i] for i in template.outputs]

    def trace(self, args):
        """The same for JAX's arrays and tracers."""
        t = self.template
        return t.equations.trace(self.sizes, args, t.steps, t.inputs, t.outputs)


def _taken_apart(steps, inputs, kept, joins):
    """Inputs that are only split, and numbers of the steps that join vectors into an output."""
    readers = {}
    for e in steps:
        for i in e.inputs:
            readers.setdefault(i, []).append(e.primitive.name)
    apart = {i for i in inputs if i not in kept and set(readers.get(i, ())) == {"split"}}
    made = set()
    for at, e in enumerate(steps) if joins else ():
        out = e.outputs[0] if e.primitive.name == "concatenate" else None
        if out in kept and out not in readers and len(e.avals_out[0].shape) == 1:
            made.add(at)
    return apart, made


def _join(*parts):
    return Joined(parts)


# Primitives whose results are new arrays, and those whose results are their operand's memory, all
# of it, or a copy.
_NEW = frozenset(
    "mxnet_product dot_general add add_any sub mul div neg max min abs exp log tanh sqrt "
    "square".split()
)
_SHAPED = frozenset("reshape squeeze expand_dims".split())
# Memory that is taken again is larger than all that light paths work on.
_LARGE = 1 << 17  # bytes


def _overwritten(steps, dead, shapes):
    """Which operand an elementwise function may write its result to: number of the step -> place.

    One that nothing reads any more, whose memory was allocated by these steps and nothing else has
    a part of.
    """
    found = {}
    owner, users = {}, {}  # value -> the one that its memory was allocated for -> who has it now
    for at, (e, gone) in enumerate(zip(steps, dead)):
        name = e.primitive.name
        if name in _NEW:
            out = e.outputs[0]
            for k, i in enumerate(e.inputs):
                mine = users.get(owner.get(i)) == {i} and e.inputs.count(i) == 1
                if mine and i in gone and shapes[i] == shapes[out]:
                    found[at] = k
                    break
            owner[out], users[out] = out, {out}
        elif name in _SHAPED:
            owner[e.outputs[0]] = owner.get(e.inputs[0])
            users.get(owner.get(e.inputs[0]), set()).add(e.outputs[0])
        else:  # what it gives may be a part of an operand
            for i in e.inputs:
                users.pop(owner.get(i), None)
        for i in gone:
            users.get(owner.get(i), set()).discard(i)
    return found


def _is_large(aval):
    shape, dtype = aval
    return isinstance(dtype, onp.dtype) and math.prod(shape) * dtype.itemsize >= _LARGE


def _in_place(function, place, number, equations, known):
    """A function that writes its result, variable ``number``, to its operand at ``place``, where
    that is worth it.
    """
    if function.__class__ is not onp.ufunc or not _is_large(equations.aval(number, known)):
        return function
    if place:
        return lambda a, b: function(a, b, out=b)
    return lambda a, *rest: function(a, *rest, out=a)


def _function_of(e, sizes, known, avals):
    """The function of one equation; ``known``: numbers of all symbols."""
    name = e.primitive.name
    control = _CONTROL.get(name)
    if control is not None:
        return control(e, sizes)
    params = e.numeric(sizes, known)
    if name == "dim_as_value":
        value = onp.asarray(params["dim"], e.avals_out[0].dtype)
        return lambda: value
    ins = [avals[i] for i in e.inputs]
    outs = [avals[i] for i in e.outputs]
    rule = RULES.get(name) or host.RULES.get(name)

    def by_numpy():
        function = rule(params, ins, outs) if rule is not None else None
        if function is None and name.startswith("mxnet_"):
            function = _by_definition(e.primitive, params, ins)
        return function or foreign(e.primitive, params, e.avals_in)

    return direct.chosen(e.primitive, params, ins, outs, by_numpy)


class _Definition(Bound):
    """A kernel of ours by its formula in JAX, as an operator."""

    def __init__(self, primitive, params):
        super().__init__()
        self.primitive, self.attrs, self.name = primitive, params, primitive.name

    def run(self, inputs, scalars):
        found = self.primitive.impl(*inputs, **self.attrs)
        return found if self.primitive.multiple_results else (found,)

    def sized(self, fewest):
        found = []
        rest = [(k, without_sizes(v, fewest, found)) for k, v in sorted(self.attrs.items())]
        return (self.primitive, *rest), tuple(found)

    def with_sizes(self, sizes):
        left = iter(sizes)
        attrs = {k: refilled(v, FEWEST, left) for k, v in sorted(self.attrs.items())}
        return _Definition(self.primitive, attrs)


_definitions = table()


def _by_definition(primitive, params, ins):
    """A kernel of ours by its formula in JAX."""
    key = (primitive, tuple(sorted(params.items(), key=lambda p: p[0])))
    bound = _definitions.get(key)
    if bound is None:
        bound = _definitions[key] = _Definition(primitive, params)
    found = formula_of(bound, len(ins)).plan(ins, _arrays)
    if primitive.multiple_results:
        function = lambda *a: found(a)  # noqa: E731
    else:
        function = lambda *a: found(a)[0]  # noqa: E731
    function.plan = found
    return function


# ---------------------------------------------------------------------------------- control flow


def _inside(e, name, closed, sizes):
    """The plan of what a loop or a branch holds: ``closed``, which ``name`` stands for in it."""
    template = e.insides.get(name)
    if template is None:
        equations = Equations(closed, bool(e.fillers) or sizes is not NUMBERS)
        template = e.insides[name] = Template(
            equations, equations.steps, equations.inputs, equations.outputs
        )
    return template.plan(sizes)


def _scan(e, sizes):
    params = e.params
    body = _inside(e, "jaxpr", params["jaxpr"], sizes)
    n_consts, n_carry = params["num_consts"], params["num_carry"]
    length, backwards = sizes.number(params["length"]), params["reverse"]
    avals = [sizes.aval(a) for a in params["jaxpr"].out_avals[n_carry:]]
    if length * len(body.functions) > _MOST_STEPS:
        raise TooLong

    def scan(*args):
        consts, carry = args[:n_consts], list(args[n_consts : n_consts + n_carry])
        sliced = args[n_consts + n_carry :]
        found = [onp.empty((length, *a.shape), a.dtype) for a in avals]
        for t in range(length - 1, -1, -1) if backwards else range(length):
            outs = body([*consts, *carry, *[x[t] for x in sliced]])
            carry = outs[:n_carry]
            for whole, part in zip(found, outs[n_carry:]):
                whole[t] = part
        return [*carry, *found]

    return scan


def _while(e, sizes):
    params = e.params
    test = _inside(e, "cond_jaxpr", params["cond_jaxpr"], sizes)
    body = _inside(e, "body_jaxpr", params["body_jaxpr"], sizes)
    n_test, n_body = params["cond_nconsts"], params["body_nconsts"]

    def loop(*args):
        test_consts, body_consts = args[:n_test], args[n_test : n_test + n_body]
        carry = list(args[n_test + n_body :])
        left = _MOST_STEPS
        while True:
            left -= len(body.functions)
            if left < 0:
                raise TooLong
            going = test([*test_consts, *carry])[0]
            if not going.any():
                return carry
            new = body([*body_consts, *carry])
            if going.ndim:  # a loop that was mapped: some of its instances have ended
                new = [
                    onp.where(going.reshape(going.shape + (1,) * (b.ndim - going.ndim)), a, b)
                    for a, b in zip(new, carry)
                ]
            carry = new

    return loop


def _cond(e, sizes):
    branches = [_inside(e, i, closed, sizes) for i, closed in enumerate(e.params["branches"])]
    last = len(branches) - 1
    return lambda index, *args: branches[min(max(int(index), 0), last)](args)


_CONTROL = {"scan": _scan, "while": _while, "cond": _cond}


# ----------------------------------------------------------------------------------------- plans


def _needed(steps, outputs):
    """The equations that the outputs are made from."""
    wanted, found = set(outputs), []
    for e in reversed(steps):
        if not wanted.isdisjoint(e.outputs):
            found.append(e)
            wanted.update(e.inputs)
    found.reverse()
    return found


def plan(equations, sizes, joins=True):
    """The plan of a Formula.

    joins : bool    whether it may give large :class:`Joined` vectors
    """
    template = equations.templates.get("plan")
    if template is None:
        steps = _needed(equations.steps, equations.outputs)
        template = Template(equations, steps, equations.inputs, equations.outputs, joins)
        equations.templates["plan"] = template
    return template.plan(sizes)


def _arrays(equations, sizes):
    return plan(equations, sizes, False)


def gradient_plan(equations, sizes):
    """Two plans of a GradientFormula: outputs and residuals from arguments; gradients from
    residuals and cotangents. And the number of outputs. Nothing where it has no gradient.
    """
    if equations is None:
        return ()
    templates = equations.templates.get("gradient")
    if templates is None:
        templates = equations.templates["gradient"] = _gradient_templates(equations)
    forward, backward = templates
    return forward.plan(sizes), backward.plan(sizes), equations.n_outs


def _gradient_templates(equations):
    n, m = equations.n_args, equations.n_outs
    late = set(equations.inputs[n:])  # what depends on a cotangent
    back = []
    for e in equations.steps:
        if not late.isdisjoint(e.inputs):
            late.update(e.outputs)
            back.append(e)
    outs, grads = equations.outputs[:m], equations.outputs[m:]
    back = _needed(back, grads)
    read = {i for e in back for i in e.inputs} | set(grads)
    residuals = sorted(i for i in read if i not in late and i not in equations.constants)
    first = [e for e in equations.steps if late.isdisjoint(e.outputs)]
    first = _needed(first, [*outs, *residuals])
    return (
        Template(equations, first, equations.inputs[:n], [*outs, *residuals], True),
        Template(equations, back, [*residuals, *equations.inputs[n:]], grads, True),
    )
