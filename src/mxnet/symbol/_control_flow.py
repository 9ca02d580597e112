"""``sym.contrib.foreach``, ``while_loop``, ``cond``: operators that hold graphs of their own.

The Python functions are called once, on stand-in variables; what they make is cut off where it
meets symbols from outside, which become inputs of the loop. The loops run by ``nd.contrib``'s.
"""

from typing import Any

import numpy as onp

from .._frontend.compose import compose, node_attributes
from .._graph.complete import complete, complete_types
from .._graph.nodes import Node, output_name, special, topological
from .._ops._operator import Operator
from .._ops._spec import read_shape
from ..attribute import AttrScope
from ..error import MXNetError, fail, require_equal
from ..executor import run_graph
from ..name import NameManager
from ..ndarray import NDArray
from ..ndarray._control_flow import LEAF, rebuild
from ..ndarray._control_flow import cond as _nd_cond
from ..ndarray._control_flow import foreach as _nd_foreach
from ..ndarray._control_flow import while_loop as _nd_while
from .symbol import Symbol

__all__ = ["cond", "foreach", "while_loop"]

_SCOPE = "__subgraph_name__"
_counts = {}


# ------------------------------------------------------------------ nested lists of symbols
def _flatten(x, what, found):
    if isinstance(x, Symbol):
        found += [Symbol._of([e]) for e in x._entries]
        return LEAF if len(x._entries) == 1 else (list, [LEAF] * len(x._entries))
    if isinstance(x, (list, tuple)):
        return list, [_flatten(v, what, found) for v in x]
    raise AssertionError(f"{what} must be (nested) list of Symbol, but got {x!r} of type {type(x)}")


# ------------------------------------------------------------------ graphs of functions
def _scope_name(name):
    n = _counts.get(name, 0)
    _counts[name] = n + 1
    return f"{name}{n}"


def _stand_in(symbol, scope):
    """A variable in place of an outer symbol: ``x-0``."""
    node, i = symbol._entries[0]
    attrs = node_attributes({}, {_SCOPE: scope})
    return Symbol._of([(Node("null", f"{node.name}-{i}", attrs), 0)])


def _inside(entries, scope):
    """Outputs of a function's graph; what only passes through gets an operator of its own."""
    found = []
    for s in entries:
        node = s._entries[0][0]
        if node.op is None or node.attrs.get(_SCOPE) != scope:
            s = compose("identity", [s], {}, hint="identity")
        found.append(s)
    return found


class _Cut:
    """A function's graph: outside operators replaced by variables.

    Attributes
    ----------
    entries : list            of the graph
    inputs : list of Node     its variables in order
    outer : dict              id of a variable -> outer entry it stands for
    """

    def __init__(self, symbols, scope, outer):
        entries = [s._entries[0] for s in symbols]
        made, self.outer = {}, dict(outer)
        order = []

        def through(entry):
            node, i = entry
            if node.op is None or node.attrs.get(_SCOPE) == scope:
                return entry
            key = (id(node), i)
            if key not in made:
                made[key] = Node("null", output_name(node, i))
                self.outer[id(made[key])] = entry
            return made[key], 0

        # only nodes of this function are walked: the stack stops at what is outside
        seen, stack = set(), [e[0] for e in entries]
        while stack:
            node = stack.pop()
            if id(node) in seen or (node.op is not None and node.attrs.get(_SCOPE) != scope):
                continue
            seen.add(id(node))
            order.append(node)
            stack += [c for c, _ in node.inputs]
        for node in order:
            node.inputs = [through(e) for e in node.inputs]
        self.entries = [through(e) for e in entries]
        self.inputs = [n for n in topological(self.entries) if n.op is None]

    def entry_of(self, node):
        """The outer entry that a variable of the graph stands for: itself if it is outside too."""
        return self.outer.get(id(node), (node, 0))


def _union(cuts):
    """Outer inputs of several graphs, each once: (entries, positions per graph)."""
    entries, places = [], []
    index = {}
    for cut in cuts:
        at = []
        for n in cut.inputs:
            e = cut.entry_of(n)
            key = (id(e[0]), e[1])
            if key not in index:
                index[key] = len(entries)
                entries.append(e)
            at.append(index[key])
        places.append(at)
    return entries, places


def _operator(name, inputs, graphs, given):
    node = Node(name, NameManager.current.get(None, name.lower()), node_attributes(given, None))
    node.inputs, node.subgraphs = list(inputs), [g.entries for g in graphs]
    return [Symbol._of([(node, i)]) for i in range(node.n_visible)]


def _pair(found):
    if not isinstance(found, (list, tuple)) or len(found) != 2:
        raise ValueError(
            "expected a pair (outputs, states) from the loop's body, got "
            + (f"{len(found)} values" if isinstance(found, (list, tuple)) else repr(found))
        )
    return found


def foreach(body, data, init_states, name="foreach"):
    """Call ``body`` on the slices of symbols along their first axis, one after the other.

    Parameters
    ----------
    body : callable(slices, states) -> (outputs, states)
        Called once, with variables.
    data : Symbol or (nested) list of them
    init_states : Symbol or (nested) list of them

    Returns
    -------
    outputs, states : as ``body`` returns them; outputs stacked along a new first axis

    Raises
    ------
    AssertionError   something is no symbol, the states change their structure, or data or states
                     are not used
    ValueError       ``body`` does not return a pair
    """
    outer_data, outer_states = [], []
    data_form = _flatten(data, "foreach input", outer_data)
    state_form = _flatten(init_states, "foreach states", outer_states)
    scope = _scope_name(name)
    with AttrScope(**{_SCOPE: scope}):
        slices = [_stand_in(s, scope) for s in outer_data]
        states = [_stand_in(s, scope) for s in outer_states]
        outs, new = _pair(body(rebuild(data_form, iter(slices)), rebuild(state_form, iter(states))))
        flat_outs, flat_new = [], []
        out_form = _flatten(outs, "foreach output", flat_outs)
        new_form = _flatten(new, "foreach states", flat_new)
        if new_form != state_form:
            raise AssertionError("The input and output loop_vars have different format")
        results = _inside(flat_outs + flat_new, scope)
    outer = {
        id(v._entries[0][0]): s._entries[0]
        for v, s in zip(slices + states, outer_data + outer_states)
    }
    cut = _Cut(results, scope, outer)
    index = {id(n): i for i, n in enumerate(cut.inputs)}

    def places(variables, what):
        at = [index.get(id(v._entries[0][0])) for v in variables]
        if None in at:
            raise AssertionError(f"the {what} arrays have to be used in the loop body")
        return at

    state_at = places(states, "state")
    data_at = places(slices, "data")
    taken = {*data_at, *state_at}
    rest = [i for i in range(len(cut.inputs)) if i not in taken]
    order = [*data_at, *state_at, *rest]
    given = {
        "num_outputs": len(results),
        "num_out_data": len(flat_outs),
        "in_state_locs": state_at,
        "in_data_locs": data_at,
        "remain_locs": rest,
        "num_args": 1 + len(order),
    }
    made = _operator("_foreach", [cut.entry_of(cut.inputs[i]) for i in order], [cut], given)
    n = len(flat_outs)
    return rebuild(out_form, iter(made[:n])), rebuild(new_form, iter(made[n:]))


def while_loop(cond, func, loop_vars, max_iterations=None, name="while_loop"):
    """Call ``func`` as long as ``cond`` is true, at most ``max_iterations`` times.

    Parameters
    ----------
    cond : callable(*loop_vars) -> Symbol of one element
    func : callable(*loop_vars) -> (step_output, new_loop_vars)
    loop_vars : Symbol or (nested) list of them
    max_iterations : int

    Returns
    -------
    outputs : stacked along a new first axis of ``max_iterations``, zeros where ``func`` did not run
    loop_vars : after the last iteration

    Raises
    ------
    ValueError   no ``max_iterations`` or loop variables, their number changes, or one is not used
    """
    if max_iterations is None:
        raise ValueError("max_iterations should be specified")
    outer_vars = []
    form = _flatten(loop_vars, "while_loop loop_vars", outer_vars)
    if not outer_vars:
        raise ValueError("loop_vars should contain at least one element")
    max_iterations = int(max_iterations)

    def call(function, scope):
        variables = [_stand_in(s, scope) for s in outer_vars]
        given = rebuild(form, iter(variables))
        found = function(*given) if isinstance(given, list) else function(given)
        outer = {id(v._entries[0][0]): s._entries[0] for v, s in zip(variables, outer_vars)}
        return variables, outer, found

    scope = _scope_name(name + "_cond")
    with AttrScope(**{_SCOPE: scope}):
        _, outer, found = call(cond, scope)
        if not isinstance(found, Symbol) or len(found) != 1:
            raise ValueError(f"while_loop: cond must return one Symbol, got {found!r}.")
        test = _Cut(_inside([found], scope), scope, outer)
    scope = _scope_name(name + "_func")
    with AttrScope(**{_SCOPE: scope}):
        variables, outer, found = call(func, scope)
        outs, new = _pair(found)
        flat_outs, flat_new = [], []
        out_form = _flatten([] if outs is None else outs, "while_loop output", flat_outs)
        new_form = _flatten(new, "while_loop loop_vars", flat_new)
        if len(flat_new) != len(outer_vars):
            raise ValueError("The number of loop_vars should be consistent during the loop")
        body = _Cut(_inside(flat_outs + flat_new, scope), scope, outer)
    index = {id(n): i for i, n in enumerate(body.inputs)}
    places = [index.get(id(v._entries[0][0])) for v in variables]
    if None in places:
        raise ValueError(
            f"The {places.index(None) + 1}-th loop_var doesn't involve into the computation"
        )
    inputs, (cond_at, func_at) = _union([test, body])
    given = {
        "num_outputs": len(flat_outs) + len(flat_new),
        "num_out_data": len(flat_outs),
        "max_iterations": max_iterations,
        "cond_input_locs": cond_at,
        "func_input_locs": func_at,
        "func_var_locs": places,
        "num_args": 2 + len(inputs),
    }
    made = _operator("_while_loop", inputs, [test, body], given)
    n = len(flat_outs)
    new_form = form if form is not LEAF and new_form is LEAF else new_form
    return rebuild(out_form, iter(made[:n])), rebuild(new_form, iter(made[n:]))


def cond(pred, then_func, else_func, name="cond"):
    """Call one of two functions, depending on a symbol of one element.

    Parameters
    ----------
    pred : Symbol
    then_func, else_func : callable() -> Symbol or (nested) list of them

    Returns
    -------
    what ``then_func()`` returns if ``pred`` is not zero, else what ``else_func()`` returns

    Raises
    ------
    ValueError   the two return different numbers of symbols
    """
    if not isinstance(pred, Symbol) or len(pred) != 1:
        raise ValueError(f"cond: pred must be one Symbol, got {pred!r}.")

    def graph(function, kind):
        scope = _scope_name(f"{name}_{kind}")
        with AttrScope(**{_SCOPE: scope}):
            flat = []
            form = _flatten(function(), f"cond {kind} output", flat)
            return _Cut(_inside(flat, scope), scope, {}), form, len(flat)

    test, _, _ = graph(lambda: pred, "pred")
    yes, form, n = graph(then_func, "then")
    no, _, n_no = graph(else_func, "else")
    if n != n_no:
        raise ValueError("Number of outputs differs between then-branch and else-branch")
    inputs, (test_at, yes_at, no_at) = _union([test, yes, no])
    given = {
        "num_outputs": n,
        "cond_input_locs": test_at,
        "then_input_locs": yes_at,
        "else_input_locs": no_at,
        "num_args": 3 + len(inputs),
    }
    return rebuild(form, iter(_operator("_cond", inputs, [test, yes, no], given)))


# ------------------------------------------------------------------ the operators
class _Subgraph(Operator):
    """An operator that runs graphs of its own."""

    n_graphs = 1
    locs = ()

    def __init__(self, name):
        self.name = name

    def input_names(self, texts, given=0):
        """Inputs have no names of their own."""
        return [f"input{i}" for i in range(given)]

    def number(self, node, key) -> Any:
        """An integer among the attributes."""
        try:
            n = int(node.attrs[key])
        except (KeyError, ValueError):
            n = -1
        if not 0 <= n <= 1 << 31:
            fail(
                MXNetError,
                f"{self.name} (node {node.name!r})",
                f"attribute {key} is missing or wrong",
                expected="an integer",
                got=repr(node.attrs.get(key))[:60],
            )
        return n

    def places(self, node, key) -> Any:
        """Positions among the attributes."""
        found = read_shape(node.attrs.get(key, "?"))
        if found is None:
            fail(
                MXNetError,
                f"{self.name} (node {node.name!r})",
                f"attribute {key} is missing or wrong",
                expected="positions of inputs",
                got=repr(node.attrs.get(key))[:60],
            )
        return found

    def check(self, node):
        """Attributes and graphs agree: called where files are read."""
        where = f"{self.name} (node {node.name!r})"
        require_equal(
            MXNetError, where, "wrong number of subgraphs", self.n_graphs, len(node.subgraphs)
        )
        n_out = self.number(node, "num_outputs")
        if n_out > sum(len(g) for g in node.subgraphs):
            fail(MXNetError, where, "num_outputs does not fit its subgraphs", got=n_out)
        self.fits(node, where, n_out)

    def fits(self, node, where, n_out):
        """What one kind of operator needs besides."""

    def bad(self, where, what):
        """Raise: positions do not fit the graphs."""
        fail(MXNetError, where, f"{what} does not fit its subgraphs and inputs")

    def counts(self, node):
        """Numbers of outputs, all of which are visible."""
        n = self.number(node, "num_outputs")
        return n, n

    def output_name(self, node, i):
        """Name of an output, without the node's."""
        return "output" if self.number(node, "num_outputs") == 1 else f"output{i}"

    @staticmethod
    def variables(graph):
        """Variables of a subgraph, in the order positions count them."""
        return [n for n in topological(graph) if n.op is None]


def _run(graph, variables, arrays):
    return run_graph(topological(graph), graph, {id(n): a for n, a in zip(variables, arrays)})


def _completed(graph, variables, shapes, types, whole):
    known = {n: s for n, s in zip(variables, shapes) if s is not None}
    kinds = {n: t for n, t in zip(variables, types) if t is not None}
    return complete(graph, known, kinds, whole.zero_unknown)


def _complete_among(graph, variables, at, shapes, types, whole):
    """:func:`_completed` for a graph whose variables are the node's inputs ``at``."""
    return _completed(graph, variables, [shapes[i] for i in at], [types[i] for i in at], whole)


def _take_shapes(shapes, variables, at, found):
    """Into the shapes of a node's inputs, those of the variables that they are."""
    for n, i in zip(variables, at):
        shapes[i] = found.get((n, 0)) or shapes[i]


def _input_types(node, whole):
    return [whole.types.get((id(c), i)) for c, i in node.inputs]


class _Foreach(_Subgraph):
    locs = ("in_data_locs", "in_state_locs", "remain_locs")

    def fits(self, node, where, n_out):
        variables = self.variables(node.subgraphs[0])
        at = [i for key in self.locs for i in self.places(node, key)]
        if sorted(at) != list(range(len(variables))) or len(at) != len(node.inputs):
            self.bad(where, "the inputs' positions")
        n_states = len(self.places(node, "in_state_locs"))
        if self.number(node, "num_out_data") + n_states != n_out or n_out != len(node.subgraphs[0]):
            self.bad(where, "num_out_data")

    def _split(self, node):
        data, states, rest = [self.places(node, key) for key in self.locs]
        return data, states, rest, (*data, *states, *rest)

    def run(self, node, ins):
        """Outputs for arrays."""
        graph = node.subgraphs[0]
        variables = self.variables(graph)
        data, states, _, order = self._split(node)
        n, m = len(data), len(states)
        n_data = self.number(node, "num_out_data")

        def body(slices, now):
            arrays = [None] * len(variables)
            for i, a in zip(order, [*slices, *now, *ins[n + m :]]):
                arrays[i] = a
            found = _run(graph, variables, arrays)
            return found[:n_data], found[n_data:]

        outs, last = _nd_foreach(body, list(ins[:n]), list(ins[n : n + m]))
        return [*outs, *last]

    def infer_shape(self, node, ins, whole):
        """Shapes of inputs and outputs from those of some inputs."""
        graph = node.subgraphs[0]
        variables = self.variables(graph)
        data, states, _, order = self._split(node)
        n, m = len(data), len(states)
        n_data = self.number(node, "num_out_data")
        length = next((s[0] for s in ins[:n] if s is not None and s[0] != -1), -1)
        shapes: list = [None] * len(variables)
        types: list = [None] * len(variables)
        given = _input_types(node, whole)
        for k, i in enumerate(order):
            s = ins[k]
            shapes[i] = s[1:] if k < n and s is not None else s
            if shapes[i] == ():
                shapes[i] = (1,)  # an element of a vector
            types[i] = given[k]
        found = _completed(graph, variables, shapes, types, whole)
        for j in range(m):  # a state keeps its shape
            v, e = variables[states[j]], graph[n_data + j]
            found.put((v, 0), found.get(e), node)
        found.complete_shapes()

        def outer(k, i):
            s = found.get((variables[i], 0))
            if s is None:
                return None
            if k >= n:
                return s
            return ins[k] if ins[k] is not None and len(ins[k]) == 1 else (length, *s)

        outs = [found.get(e) for e in graph]
        stacked = [None if s is None else (length, *s) for s in outs[:n_data]]
        return [outer(k, i) for k, i in enumerate(order)], stacked + outs[n_data:]

    def types(self, node, given, outs):
        """Types of inputs and outputs from those of some inputs."""
        graph = node.subgraphs[0]
        variables = self.variables(graph)
        *_, order = self._split(node)
        types = {variables[i]: t for i, t in zip(order, given) if t is not None}
        found = complete_types(graph, types).types
        return (
            [found.get((id(variables[i]), 0)) for i in order],
            [found.get((id(n), i)) for n, i in graph],
        )


class _While(_Subgraph):
    n_graphs = 2

    def fits(self, node, where, n_out):
        test, body = (self.variables(g) for g in node.subgraphs)
        cond_at, func_at = (
            self.places(node, "cond_input_locs"),
            self.places(node, "func_input_locs"),
        )
        places, n = self.places(node, "func_var_locs"), len(node.inputs)
        if len(cond_at) != len(test) or len(func_at) != len(body):
            self.bad(where, "the inputs' positions")
        if any(not 0 <= i < n for i in (*cond_at, *func_at)) or any(
            not 0 <= i < len(func_at) for i in places
        ):
            self.bad(where, "the inputs' positions")
        if self.number(node, "num_out_data") + len(places) != n_out or n_out != len(
            node.subgraphs[1]
        ):
            self.bad(where, "num_out_data")
        self.number(node, "max_iterations")

    def _split(self, node):
        test, body = node.subgraphs
        return (
            self.variables(test),
            self.variables(body),
            self.places(node, "cond_input_locs"),
            self.places(node, "func_input_locs"),
            self.places(node, "func_var_locs"),
            self.number(node, "num_out_data"),
        )

    def run(self, node, ins):
        """Outputs for arrays."""
        test, body = node.subgraphs
        test_vars, body_vars, cond_at, func_at, places, n_data = self._split(node)
        limit = self.number(node, "max_iterations")
        loop_at = [func_at[i] for i in places]  # which inputs are loop variables

        def values(now):
            table = list(ins)
            for i, a in zip(loop_at, now):
                table[i] = a
            return table

        def holds(*now):
            table = values(now)
            return _run(test, test_vars, [table[i] for i in cond_at])[0]

        def step(*now):
            table = values(now)
            found = _run(body, body_vars, [table[i] for i in func_at])
            return found[:n_data], found[n_data:]

        start = [ins[i] for i in loop_at]
        outs, last = _nd_while(holds, step, start, limit)
        if n_data and not outs:  # it never ran
            outs = [
                a.expand_dims(axis=0).zeros_like().repeat(repeats=max(limit, 1), axis=0)
                for a in step(*start)[0]
            ]
        return [*outs, *last]

    def infer_shape(self, node, ins, whole):
        """Shapes of inputs and outputs from those of some inputs."""
        test, body = node.subgraphs
        test_vars, body_vars, cond_at, func_at, places, n_data = self._split(node)
        limit = self.number(node, "max_iterations")
        types = _input_types(node, whole)
        shapes = list(ins)
        for graph, variables, at in ((body, body_vars, func_at), (test, test_vars, cond_at)):
            found = _complete_among(graph, variables, at, shapes, types, whole)
            if graph is body:
                for j, k in enumerate(places):  # a variable keeps its shape
                    found.put((body_vars[k], 0), found.get(body[n_data + j]), node)
                found.complete_shapes()
                outs = [found.get(e) for e in body]
            _take_shapes(shapes, variables, at, found)
        stacked = [None if s is None else (limit, *s) for s in outs[:n_data]]
        return shapes, stacked + outs[n_data:]

    def types(self, node, given, outs):
        """Types of inputs and outputs from those of some inputs."""
        test, body = node.subgraphs
        test_vars, body_vars, cond_at, func_at, _, _ = self._split(node)
        ins, outs = list(given), []
        for graph, variables, at in ((body, body_vars, func_at), (test, test_vars, cond_at)):
            types = {n: ins[i] for n, i in zip(variables, at) if ins[i] is not None}
            found = complete_types(graph, types).types
            for n, i in zip(variables, at):
                ins[i] = found.get((id(n), 0)) or ins[i]
            if graph is body:
                outs = [found.get((id(n), i)) for n, i in graph]
        return ins, outs


class _Cond(_Subgraph):
    n_graphs = 3
    locs = ("cond_input_locs", "then_input_locs", "else_input_locs")

    def fits(self, node, where, n_out):
        n = len(node.inputs)
        for graph, key in zip(node.subgraphs, self.locs):
            at = self.places(node, key)
            if len(at) != len(self.variables(graph)) or any(not 0 <= i < n for i in at):
                self.bad(where, key)
        if any(len(g) != n_out for g in node.subgraphs[1:]) or len(node.subgraphs[0]) != 1:
            self.bad(where, "num_outputs")

    def run(self, node, ins):
        """Outputs for arrays."""
        parts = [
            (g, self.variables(g), [ins[i] for i in self.places(node, key)])
            for g, key in zip(node.subgraphs, self.locs)
        ]
        test = _run(*parts[0])[0]
        found = _nd_cond(test, lambda: _run(*parts[1]), lambda: _run(*parts[2]))
        return [found] if isinstance(found, NDArray) else list(found)

    def infer_shape(self, node, ins, whole):
        """Shapes of inputs and outputs from those of some inputs."""
        shapes, types, outs = list(ins), _input_types(node, whole), None
        for graph, key in zip(node.subgraphs, self.locs):
            at, variables = self.places(node, key), self.variables(graph)
            found = _complete_among(graph, variables, at, shapes, types, whole)
            _take_shapes(shapes, variables, at, found)
            if graph is not node.subgraphs[0]:
                new = [found.get(e) for e in graph]
                outs = new if outs is None else [a or b for a, b in zip(outs, new)]
        return shapes, outs

    def types(self, node, given, outs):
        """Types of inputs and outputs from those of some inputs."""
        ins, outs = list(given), [None] * self.number(node, "num_outputs")
        for graph, key in list(zip(node.subgraphs, self.locs))[1:]:
            at, variables = self.places(node, key), self.variables(graph)
            types = {n: ins[i] for n, i in zip(variables, at) if ins[i] is not None}
            found = complete_types(graph, types).types
            for n, i in zip(variables, at):
                ins[i] = ins[i] or found.get((id(n), 0))
            outs = [o or found.get((id(n), i)) for o, (n, i) in zip(outs, graph)]
        pred, at = node.subgraphs[0], self.places(node, self.locs[0])
        if all(o is not None for o in outs):  # then float32 is what a predicate is made of
            types = {n: ins[i] for n, i in zip(self.variables(pred), at) if ins[i] is not None}
            found = complete_types(pred, types).types
            for n, i in zip(self.variables(pred), at):
                ins[i] = ins[i] or found.get((id(n), 0)) or onp.dtype("float32")
        return ins, outs


special.update(
    _foreach=_Foreach("_foreach"), _while_loop=_While("_while_loop"), _cond=_Cond("_cond")
)
