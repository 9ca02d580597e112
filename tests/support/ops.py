"""Call one registered operator, below the engine, and check its gradient against differences."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as onp

import mxnet._ops  # noqa: F401 - fills the registry
from mxnet._engine import cache
from mxnet._ops import _spec

jax.config.update("jax_enable_x64", True)
# What is compiled here is found on disk again, as by the engine, which else begins that for a whole
# process when it first compiles.
cache.enable()

TOLERANCE = {"float16": 2e-3, "bfloat16": 2e-2, "float32": 2e-6, "float64": 1e-12}


def bind(name, arrays, attrs, seed=0, train=False):
    """(bound operator, inputs, run-time words): ``None`` among the arrays is an input left out."""
    definition = _spec.get(name)
    static, scalars = definition.parse(attrs)
    if definition.needs_train:
        static["train"] = train
    names, inputs = None, [jnp.asarray(a) for a in arrays if a is not None]
    if len(inputs) != len(arrays) and not definition.variadic:
        names = tuple(n for n, a in zip(definition.inputs, arrays) if a is not None)
    words = [*scalars, *((seed, 1) if definition.needs_key else ())]
    return definition.bind(static, len(inputs), names), inputs, [jnp.float64(w) for w in words]


@functools.cache
def compiled(bound):
    """The bound operator as a compiled function of (inputs, words)."""
    return jax.jit(bound.run)


def call_all(name, *arrays, seed=0, train=False, **attrs):
    """All outputs of an operator, hidden ones as well, as NumPy arrays."""
    bound, inputs, words = bind(name, arrays, attrs, seed, train)
    outputs = compiled(bound)(inputs, words)
    assert len(outputs) == bound.n_out, f"{name}: {len(outputs)} outputs, spec says {bound.n_out}"
    return [onp.asarray(o) for o in outputs]


def call(name, *arrays, seed=0, train=False, **attrs):
    """The visible output of an operator, or the list of them."""
    bound = bind(name, arrays, attrs, seed, train)[0]
    outputs = call_all(name, *arrays, seed=seed, train=train, **attrs)[: bound.n_visible]
    return outputs[0] if bound.n_visible == 1 else outputs


def gradients(name, *arrays, head=None, wrt=None, seed=0, train=False, **attrs):
    """Gradients of the first output wrt the inputs numbered ``wrt`` (default all), for a head
    gradient (ones).
    """
    bound, inputs, words = bind(name, arrays, attrs, seed, train)
    wrt = tuple(range(len(inputs))) if wrt is None else tuple(wrt)

    def first(*chosen):
        every = list(inputs)
        for i, x in zip(wrt, chosen):
            every[i] = x
        return bound.run(every, words)[0]

    @jax.jit
    def back(chosen, head):
        out, pull = jax.vjp(first, *chosen)
        return pull(jnp.ones_like(out) if head is None else head.astype(out.dtype))

    found = back([inputs[i] for i in wrt], None if head is None else jnp.asarray(head))
    return [onp.asarray(g) for g in found]


def check_gradient(
    name, *arrays, wrt=None, delta=1e-6, tolerance=1e-6, seed=0, train=False, **attrs
):
    """Compare the gradient with central differences in float64, for a random head gradient."""
    arrays = [
        onp.asarray(a, "float64") if onp.asarray(a).dtype.kind == "f" else onp.asarray(a)
        for a in arrays
    ]
    wrt = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"] if wrt is None else list(wrt)
    bound, inputs, words = bind(name, arrays, attrs, seed, train)
    run = jax.jit(lambda inputs: bound.run(inputs, words)[0])
    out = onp.asarray(run(inputs))
    head = onp.random.default_rng(7).normal(size=out.shape)
    found = gradients(name, *arrays, head=head, wrt=wrt, seed=seed, train=train, **attrs)
    for i, gradient in zip(wrt, found):
        expected = onp.zeros(arrays[i].shape)
        for at in onp.ndindex(*arrays[i].shape):
            sides = []
            for sign in (1, -1):
                moved = arrays[i].copy()
                moved[at] += sign * delta
                sides.append(
                    onp.sum(
                        onp.asarray(run([*inputs[:i], jnp.asarray(moved), *inputs[i + 1 :]])) * head
                    )
                )
            expected[at] = (sides[0] - sides[1]) / (2 * delta)
        onp.testing.assert_allclose(
            gradient,
            expected,
            rtol=tolerance,
            atol=tolerance,
            err_msg=f"{name}: gradient wrt input {i}",
        )
