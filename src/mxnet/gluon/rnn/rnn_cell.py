"""Recurrent cells: one step of a recurrent network, and what wraps such steps."""

from typing import Any

from ... import ndarray as nd
from ... import symbol
from ..._traceback import doors
from ...base import numeric_types, string_types
from ...error import StateCountError
from ...ndarray import NDArray
from ...symbol import Symbol
from ...util import is_np_array
from ..block import Block, HybridBlock, _indent, written_with_nd
from ..nn import LeakyReLU
from ..nn._arguments import LayerArgumentError, natural

__all__ = [
    "RecurrentCell",
    "HybridRecurrentCell",
    "RNNCell",
    "LSTMCell",
    "GRUCell",
    "SequentialRNNCell",
    "HybridSequentialRNNCell",
    "DropoutCell",
    "ModifierCell",
    "ZoneoutCell",
    "ResidualCell",
    "BidirectionalCell",
]


_ARRAYS = (NDArray, Symbol)


# ------------------------------------------------------------------------------------- sequences


def _operators(x) -> Any:
    """The name space whose operators take ``x``: ``nd`` for arrays, ``sym`` for symbols."""
    return nd if isinstance(x, NDArray) else symbol


def _as_list(x):
    """The results of an operator: a symbol of several outputs gives one symbol for each."""
    return [x] if isinstance(x, nd.NDArray) else list(x)


def _format_sequence(length, inputs, layout, merge, in_layout=None) -> tuple[Any, int, Any, int]:
    """A sequence as one array, or as a list with an array per step.

    Parameters
    ----------
    length : int or None               steps; None: what the arrays say
    inputs : array with the axes of ``layout`` (or ``in_layout``), or list of (N, ...) arrays
    layout : str                       of the result's axes: 'NTC' or 'TNC'
    merge : bool or None               one array, a list, or as it came
    in_layout : str, optional          of the input's axes

    Returns
    -------
    sequence, axis of time in ``layout``, ``nd`` or ``sym``, batch size (0 for symbols)
    """
    if inputs is None:
        raise LayerArgumentError(
            "unroll: inputs is None: expected an array of a sequence or a list with an array per "
            "step."
        )
    if "T" not in layout or "N" not in layout:
        raise LayerArgumentError(
            f"unroll: layout must name the axes of time and batch, as 'NTC' does, got {layout!r}."
        )
    axis = layout.find("T")
    before = axis if in_layout is None else in_layout.find("T")
    if isinstance(inputs, _ARRAYS):
        F = _operators(inputs)
        batch = inputs.shape[layout.find("N")] if F is nd else 0
        if merge is False:
            steps = length
            if F is nd:
                steps = inputs.shape[before]
                _check_length(length, steps)
            inputs = _as_list(F.split(inputs, axis=before, num_outputs=steps, squeeze_axis=1))
            return inputs, axis, F, batch
    else:
        _check_steps(inputs)
        F = _operators(inputs[0])
        batch = inputs[0].shape[0] if F is nd else 0
        _check_length(length, len(inputs))
        if not merge:
            return inputs, axis, F, batch
        inputs = F.stack(*inputs, axis=axis)
        before = axis
    if before != axis:
        inputs = F.swapaxes(inputs, dim1=before, dim2=axis)
    return inputs, axis, F, batch


def _check_length(length, got):
    if length is not None and length != got:
        raise LayerArgumentError(
            f"unroll: the sequence does not have the given length: expected {length} steps, got "
            f"{got}."
        )


def _check_steps(inputs):
    if (
        not isinstance(inputs, (list, tuple))
        or not inputs
        or not all(isinstance(x, _ARRAYS) for x in inputs)
    ):
        raise LayerArgumentError(
            "unroll: expected an array of a sequence or a list with an array per step, got "
            f"{type(inputs).__name__}."
        )


def _get_begin_state(cell, F, begin_state, inputs, batch_size):
    """The given states, or zeros that suit the inputs."""
    if begin_state is not None:
        return begin_state
    if F is not nd:
        return cell.begin_state(func=F.zeros, batch_size=batch_size)
    first = inputs if isinstance(inputs, _ARRAYS) else inputs[0]
    kwargs = {"ctx": first.context}
    if first.dtype.__name__ in ("float64", "float16", "bfloat16"):
        kwargs["dtype"] = first.dtype
    return cell.begin_state(func=F.zeros, batch_size=batch_size, **kwargs)


def _mask_sequence_variable_length(F, data, length, valid_length, time_axis, merge) -> Any:
    """A sequence with zeros at and after each example's length."""
    if not isinstance(data, _ARRAYS):
        data = F.stack(*data, axis=time_axis)
    data = F.SequenceMask(
        data, sequence_length=valid_length, use_sequence_length=True, axis=time_axis
    )
    if merge:
        return data
    return _as_list(F.split(data, num_outputs=length, axis=time_axis, squeeze_axis=True))


def _reverse_sequences(sequences, unroll_step, valid_length=None):
    """The steps of a list in reverse, each example's within its length."""
    if valid_length is None:
        return list(reversed(sequences))
    F = _operators(sequences[0])
    merged = F.SequenceReverse(
        F.stack(*sequences, axis=0), sequence_length=valid_length, use_sequence_length=True
    )
    return _as_list(F.split(merged, axis=0, num_outputs=unroll_step, squeeze_axis=True))


def _numpy_states(states):
    """States as arrays of ``mx.np``, where NumPy's semantics are on."""
    return [s.as_np_ndarray() if isinstance(s, _ARRAYS) else s for s in states]


def _cells_state_info(cells, batch_size):
    return [info for c in cells for info in c.state_info(batch_size)]


def _cells_begin_state(cells, **kwargs):
    return [state for c in cells for state in c.begin_state(**kwargs)]


def _shares(cells, states):
    """(cell, its part of the states) for each cell."""
    start = 0
    for cell in cells:
        n = len(cell.state_info())
        yield cell, states[start : start + n]
        start += n


# ------------------------------------------------------------------------------------ base classes


class RecurrentCell(Block):
    """Base of cells: a block called as ``output, states = cell(input, states)``.

    Subclasses define ``state_info`` and ``forward`` (or, of a HybridRecurrentCell,
    ``hybrid_forward``).

    Parameters
    ----------
    prefix : str, optional             of the names of parameters
    params : ParameterDict, optional   to share parameters with
    """

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)
        self._modified = False
        self.reset()

    def reset(self):
        """Forget what belongs to one sequence: step numbers, masks.

        Call it before running over another sequence step by step; ``unroll`` does.
        """
        self._init_counter = -1
        self._counter = -1
        for child in self._children.values():
            if isinstance(child, RecurrentCell):
                child.reset()

    def state_info(self, batch_size=0):
        """What the states look like: a list of dicts with ``shape`` and ``__layout__``."""
        raise NotImplementedError(f"{type(self).__name__}: define state_info().")

    def begin_state(self, batch_size=0, func=nd.zeros, **kwargs):
        """States to begin a sequence with.

        Parameters
        ----------
        batch_size : int
        func : callable     makes one state of ``name``, ``shape`` and ``kwargs``; default zeros
        **kwargs            for func: ``ctx``, ``dtype``

        Returns
        -------
        list of arrays (N, ...), as ``state_info`` says
        """
        self._check_unmodified()
        states = []
        for info in self.state_info(batch_size):
            self._init_counter += 1
            name = f"{self._prefix}begin_state_{self._init_counter}"
            states.append(func(name=name, **{**(info or {}), **kwargs}))
        return _numpy_states(states) if is_np_array() else states

    def _check_unmodified(self):
        if self._modified:
            raise AssertionError(
                f"{self.name}: after a modifier (ZoneoutCell, ResidualCell ...) has been put "
                "around a cell, call the modifier cell, not the base cell."
            )

    @written_with_nd
    def unroll(
        self,
        length,
        inputs,
        begin_state=None,
        layout="NTC",
        merge_outputs=None,
        valid_length=None,
    ):
        """Run over a sequence.

        Parameters
        ----------
        length : int                       T, the number of steps
        inputs : (N, T, C) or (T, N, C) as ``layout`` says, or list of T arrays (N, C)
        begin_state : list of arrays       default zeros
        layout : str, default 'NTC'        of merged sequences
        merge_outputs : bool or None       outputs as one array or as a list; None: a list, or with
            ``valid_length`` one array
        valid_length : (N,), optional      lengths of the examples; outputs after them are 0, and
            the final states are those of the last valid step

        Returns
        -------
        outputs : (N, T, H), (T, N, H) or list of T arrays (N, H)
        states : list of arrays            after the last step

        Raises
        ------
        LayerArgumentError   the sequence has another length, or is none
        """
        self.reset()
        inputs, axis, F, batch = _format_sequence(length, inputs, layout, False)
        states = _get_begin_state(self, F, begin_state, inputs, batch)
        outputs, history = [], []
        for x in inputs:
            output, states = self(x, states)
            outputs.append(output)
            history.append(states)
        if valid_length is not None:
            states = [
                F.SequenceLast(
                    F.stack(*each, axis=0),
                    sequence_length=valid_length,
                    use_sequence_length=True,
                    axis=0,
                )
                for each in zip(*history)
            ]
            merge_outputs = True if merge_outputs is None else merge_outputs
            outputs = _mask_sequence_variable_length(
                F, outputs, length, valid_length, axis, merge_outputs
            )
        return _format_sequence(length, outputs, layout, merge_outputs)[0], states

    def _get_activation(self, F, inputs, activation, **kwargs):
        """Apply an activation given by name or as a callable."""
        if isinstance(activation, LeakyReLU):
            return F.LeakyReLU(inputs, act_type="leaky", slope=activation._alpha, **kwargs)
        if isinstance(activation, Block):
            return activation(inputs)
        if not isinstance(activation, string_types):
            return activation(inputs, **kwargs)
        if activation in ("tanh", "relu", "sigmoid", "softsign"):
            return getattr(F, activation)(inputs, **kwargs)
        return F.Activation(inputs, act_type=activation, **kwargs)

    def forward(self, inputs, states):
        """One step.

        Parameters
        ----------
        inputs : (N, C)
        states : list of arrays (N, ...)

        Returns
        -------
        output (N, H), new states
        """
        self._counter += 1
        try:
            return super().forward(inputs, states)
        except IndexError:
            needed = len(self.state_info())
            if not isinstance(states, (list, tuple)) or len(states) >= needed:
                raise
            raise StateCountError(
                f"{self.name}: expected {needed} states, got {len(states)}. "
                "Hint: begin_state(batch_size)."
            ) from None


class HybridRecurrentCell(RecurrentCell, HybridBlock):
    """Base of cells that can be compiled; define ``hybrid_forward(F, inputs, states, **params)``.

    Parameters
    ----------
    prefix : str, optional
    params : ParameterDict, optional
    """

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)

    def hybrid_forward(self, F, x, *args, **kwargs):
        """The computation; define it in a subclass."""
        raise NotImplementedError(f"{type(self).__name__}: define hybrid_forward().")


class _GatedCell(HybridRecurrentCell):
    """What cells with input and recurrent products share."""

    def __init__(
        self,
        gates,
        hidden_size,
        input_size,
        initializers,
        prefix,
        params,
        recurrent_size=None,
    ):
        where = type(self).__name__
        natural(where, "hidden_size", hidden_size)
        natural(where, "input_size", input_size, least=0)
        super().__init__(prefix=prefix, params=params)
        self._hidden_size, self._input_size = hidden_size, input_size
        n = gates * hidden_size
        shapes = {
            "i2h_weight": (n, input_size),
            "h2h_weight": (n, recurrent_size or hidden_size),
            "h2r_weight": (recurrent_size, hidden_size),
            "i2h_bias": (n,),
            "h2h_bias": (n,),
        }
        for name, init in initializers.items():
            parameter = self.params.get(
                name, shape=shapes[name], init=init, allow_deferred_init=True
            )
            setattr(self, name, parameter)

    def state_info(self, batch_size=0):
        return [{"shape": (batch_size, self._hidden_size), "__layout__": "NC"}]

    def _products(self, F, inputs, state, i2h_weight, h2h_weight, i2h_bias, h2h_bias, n):
        """Contributions of input and state to the gates; the prefix of this step's names."""
        step = f"t{self._counter}_"
        i2h = F.FullyConnected(inputs, i2h_weight, i2h_bias, num_hidden=n, name=step + "i2h")
        h2h = F.FullyConnected(state, h2h_weight, h2h_bias, num_hidden=n, name=step + "h2h")
        return i2h, h2h, step

    def __repr__(self):
        n, k = self.i2h_weight.shape
        return f"{self.__class__.__name__}({k or None} -> {n})"


class RNNCell(_GatedCell):
    """Elman cell: ``h' = activation(W_i x + b_i + W_h h + b_h)``.

    Parameters
    ----------
    hidden_size : int              H
    activation : str or callable   default 'tanh'
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer
    input_size : int, default 0    0: from the first input
    prefix, params                 see :class:`RecurrentCell`

    Shapes: input (N, C), one state (N, H), output (N, H).
    """

    def __init__(
        self,
        hidden_size,
        activation="tanh",
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        input_size=0,
        prefix=None,
        params=None,
    ):
        initializers = {
            "i2h_weight": i2h_weight_initializer,
            "h2h_weight": h2h_weight_initializer,
            "i2h_bias": i2h_bias_initializer,
            "h2h_bias": h2h_bias_initializer,
        }
        super().__init__(1, hidden_size, input_size, initializers, prefix, params)
        self._activation = activation

    def _alias(self):
        return "rnn"

    def __repr__(self):
        return super().__repr__()[:-1] + f", {self._activation})"

    def hybrid_forward(self, F, inputs, states, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        i2h, h2h, step = self._products(
            F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias, self._hidden_size
        )
        total = F.elemwise_add(i2h, h2h, name=step + "plus0")
        output = self._get_activation(F, total, self._activation, name=step + "out")
        return output, [output]


class LSTMCell(_GatedCell):
    """Long short-term memory: ``c' = f c + i g``, ``h' = o activation(c')``.

    The gates ``i, f, g, o`` are the quarters of ``W_i x + b_i + W_h h + b_h``; ``g`` goes through
    ``activation``, the others through ``recurrent_activation``.

    Parameters
    ----------
    hidden_size : int                        H
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer
    input_size : int, default 0              0: from the first input
    prefix, params                           see :class:`RecurrentCell`
    activation : str or callable             default 'tanh'
    recurrent_activation : str or callable   default 'sigmoid'

    Shapes: input (N, C), two states (N, H): h and c, output (N, H).
    """

    def __init__(
        self,
        hidden_size,
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        input_size=0,
        prefix=None,
        params=None,
        activation="tanh",
        recurrent_activation="sigmoid",
    ):
        initializers = {
            "i2h_weight": i2h_weight_initializer,
            "h2h_weight": h2h_weight_initializer,
            "i2h_bias": i2h_bias_initializer,
            "h2h_bias": h2h_bias_initializer,
        }
        super().__init__(4, hidden_size, input_size, initializers, prefix, params)
        self._activation = activation
        self._recurrent_activation = recurrent_activation

    def _alias(self):
        return "lstm"

    def state_info(self, batch_size=0):
        return super().state_info(batch_size) * 2

    def hybrid_forward(self, F, inputs, states, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        i2h, h2h, step = self._products(
            F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias, 4 * self._hidden_size
        )
        total = F.elemwise_add(i2h, h2h, name=step + "plus0")
        i, f, g, o = F.SliceChannel(total, num_outputs=4, name=step + "slice")
        act, gate = self._activation, self._recurrent_activation
        i = self._get_activation(F, i, gate, name=step + "i")
        f = self._get_activation(F, f, gate, name=step + "f")
        g = self._get_activation(F, g, act, name=step + "c")
        o = self._get_activation(F, o, gate, name=step + "o")
        c = F.elemwise_add(
            F.elemwise_mul(f, states[1], name=step + "mul0"),
            F.elemwise_mul(i, g, name=step + "mul1"),
            name=step + "state",
        )
        name = step + "activation0"
        named = isinstance(act, string_types)
        shown = F.Activation(c, act_type=act, name=name) if named else act(c)
        h = F.elemwise_mul(o, shown, name=step + "out")
        return h, [h, c]


class GRUCell(_GatedCell):
    """Gated recurrent unit: ``h' = (1 - z) n + z h`` with ``n = tanh(a_n + r u_n)``.

    ``a = W_i x + b_i`` and ``u = W_h h + b_h`` have thirds for ``r``, ``z`` and ``n``;
    ``r, z = sigmoid(a + u)``.

    Parameters
    ----------
    hidden_size : int              H
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer
    input_size : int, default 0    0: from the first input
    prefix, params                 see :class:`RecurrentCell`

    Shapes: input (N, C), one state (N, H), output (N, H).
    """

    def __init__(
        self,
        hidden_size,
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        input_size=0,
        prefix=None,
        params=None,
    ):
        initializers = {
            "i2h_weight": i2h_weight_initializer,
            "h2h_weight": h2h_weight_initializer,
            "i2h_bias": i2h_bias_initializer,
            "h2h_bias": h2h_bias_initializer,
        }
        super().__init__(3, hidden_size, input_size, initializers, prefix, params)

    def _alias(self):
        return "gru"

    def hybrid_forward(self, F, inputs, states, i2h_weight, h2h_weight, i2h_bias, h2h_bias):
        i2h, h2h, step = self._products(
            F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias, 3 * self._hidden_size
        )
        a_r, a_z, a_n = F.SliceChannel(i2h, num_outputs=3, name=step + "i2h_slice")
        u_r, u_z, u_n = F.SliceChannel(h2h, num_outputs=3, name=step + "h2h_slice")
        total_r = F.elemwise_add(a_r, u_r, name=step + "plus0")
        total_z = F.elemwise_add(a_z, u_z, name=step + "plus1")
        r = F.Activation(total_r, act_type="sigmoid", name=step + "r_act")
        z = F.Activation(total_z, act_type="sigmoid", name=step + "z_act")
        u_n = F.elemwise_mul(r, u_n, name=step + "mul0")
        total_n = F.elemwise_add(a_n, u_n, name=step + "plus2")
        n = F.Activation(total_n, act_type="tanh", name=step + "h_act")
        ones = F.ones_like(z, name=step + "ones_like0")
        h = F.elemwise_add(
            F.elemwise_mul(F.elemwise_sub(ones, z, name=step + "minus0"), n, name=step + "mul1"),
            F.elemwise_mul(z, states[0], name=step + "mul20"),
            name=step + "out",
        )
        return h, [h]


# ---------------------------------------------------------------------------------------- stacks


class _Stack(RecurrentCell):
    """What the sequential cells share; children are numbered."""

    def __repr__(self):
        inside = "\n".join(f"({i}): {_indent(repr(c))}" for i, c in self._children.items())
        return f"{self.__class__.__name__}(\n{inside}\n)"

    def add(self, cell):
        """Append a cell."""
        self.register_child(cell)

    def state_info(self, batch_size=0):
        return _cells_state_info(self._children.values(), batch_size)

    def begin_state(self, **kwargs):
        """The states of all cells, one cell after the other."""
        self._check_unmodified()
        return _cells_begin_state(self._children.values(), **kwargs)

    def _step(self, x, states):
        new = []
        for cell, own in _shares(self._children.values(), states):
            if isinstance(cell, BidirectionalCell):
                raise AssertionError(
                    f"{self.name}: a BidirectionalCell needs the whole sequence. Hint: unroll()."
                )
            x, own = cell(x, own)
            new += own
        return x, new

    @written_with_nd
    def unroll(
        self,
        length,
        inputs,
        begin_state=None,
        layout="NTC",
        merge_outputs=None,
        valid_length=None,
    ):
        """Run over a sequence, one cell after the other; see :meth:`RecurrentCell.unroll`."""
        self.reset()
        inputs, _, F, batch = _format_sequence(length, inputs, layout, None)
        begin_state = _get_begin_state(self, F, begin_state, inputs, batch)
        states, last = [], len(self._children) - 1
        for k, (cell, own) in enumerate(_shares(self._children.values(), begin_state)):
            inputs, own = cell.unroll(
                length,
                inputs,
                begin_state=own,
                layout=layout,
                merge_outputs=merge_outputs if k == last else None,
                valid_length=valid_length,
            )
            states += own
        return inputs, states

    def __getitem__(self, i):
        """The cell of a number."""
        return self._children[str(i)]

    def __len__(self):
        return len(self._children)


class SequentialRNNCell(_Stack):
    """Cells one after the other: each one's output is the next one's input.

    Parameters
    ----------
    prefix, params   see :class:`RecurrentCell`
    """

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)

    def __call__(self, inputs, states):
        self._counter += 1
        return self._step(inputs, states)

    def hybrid_forward(self, *args, **kwargs):
        """Not there: this cell runs its children. Use HybridSequentialRNNCell."""
        raise NotImplementedError(
            "SequentialRNNCell runs its children. Hint: HybridSequentialRNNCell can be compiled."
        )


class HybridSequentialRNNCell(_Stack, HybridRecurrentCell):
    """:class:`SequentialRNNCell` of cells that can be compiled.

    Parameters
    ----------
    prefix, params   see :class:`RecurrentCell`
    """

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)

    def __call__(self, inputs, states):
        return super().__call__(inputs, states)

    def hybrid_forward(self, F, inputs, states):
        return self._step(inputs, states)


class DropoutCell(HybridRecurrentCell):
    """Dropout of the input; a cell without states.

    Parameters
    ----------
    rate : float from 0 to 1    share of elements set to 0 in training
    axes : tuple of int         axes along which elements share one draw
    prefix, params              see :class:`RecurrentCell`
    """

    def __init__(self, rate, axes=(), prefix=None, params=None):
        if not isinstance(rate, numeric_types) or not 0 <= rate <= 1:
            raise LayerArgumentError(
                f"DropoutCell: rate must be a number from 0 to 1, got {rate!r}."
            )
        super().__init__(prefix, params)
        self._rate, self._axes = rate, axes

    def state_info(self, batch_size=0):
        return []

    def __repr__(self):
        return f"{self.__class__.__name__}(rate={self._rate}, axes={self._axes})"

    def _alias(self):
        return "dropout"

    def hybrid_forward(self, F, inputs, states):
        if self._rate > 0:
            name = f"t{self._counter}_fwd"
            inputs = F.Dropout(inputs, p=self._rate, axes=self._axes, name=name)
        return inputs, states

    @written_with_nd
    def unroll(
        self,
        length,
        inputs,
        begin_state=None,
        layout="NTC",
        merge_outputs=None,
        valid_length=None,
    ):
        """Run over a sequence: all steps at once where they are one array."""
        self.reset()
        inputs, _, F, _ = _format_sequence(length, inputs, layout, merge_outputs)
        if isinstance(inputs, _ARRAYS):
            return self.hybrid_forward(F, inputs, begin_state if begin_state else [])
        return super().unroll(length, inputs, begin_state, layout, merge_outputs)


# ------------------------------------------------------------------------------------- modifiers


class ModifierCell(HybridRecurrentCell):
    """Base of cells around a cell, whose parameters and states they take over.

    From then on the base cell cannot be called by itself.

    Parameters
    ----------
    base_cell : RecurrentCell

    Raises
    ------
    AssertionError   the cell is inside another modifier already
    """

    def __init__(self, base_cell):
        if base_cell._modified:
            raise AssertionError(
                f"Cell {base_cell.name} is already modified. One cell cannot be modified twice. "
                "Hint: put the modifier around the modifier."
            )
        base_cell._modified = True
        super().__init__(prefix=base_cell.prefix + self._alias(), params=None)
        self.base_cell = base_cell

    @property
    def params(self):
        """The base cell's parameters."""
        return self.base_cell.params

    def state_info(self, batch_size=0):
        return self.base_cell.state_info(batch_size)

    def begin_state(self, func=nd.zeros, **kwargs):
        """The base cell's states; see :meth:`RecurrentCell.begin_state`."""
        self._check_unmodified()
        self.base_cell._modified = False
        try:
            return self.base_cell.begin_state(func=func, **kwargs)
        finally:
            self.base_cell._modified = True

    def _unroll_base(self, *args, **kwargs):
        self.base_cell._modified = False
        try:
            return self.base_cell.unroll(*args, **kwargs)
        finally:
            self.base_cell._modified = True

    def hybrid_forward(self, F, inputs, states):
        raise NotImplementedError(f"{type(self).__name__}: define hybrid_forward().")

    def __repr__(self):
        return f"{self.__class__.__name__}({self.base_cell})"


class _Remembering(ModifierCell):
    """A modifier that keeps arrays from one step to the next.

    Its own step is never compiled by itself, only its base cell's: a compiled step would bake in
    what the first one found.  Within a compiled sequence it takes part as usual.
    """

    def hybridize(self, active=True, **kwargs):
        super().hybridize(active, **kwargs)
        self._active = False


class ZoneoutCell(_Remembering):
    """In training, elements of outputs and states keep their old values at random.

    Parameters
    ----------
    base_cell : RecurrentCell
    zoneout_outputs, zoneout_states : float from 0 to 1, default 0     shares of elements that stay
    """

    def __init__(self, base_cell, zoneout_outputs=0.0, zoneout_states=0.0):
        if isinstance(base_cell, BidirectionalCell):
            raise AssertionError(
                "BidirectionalCell doesn't support zoneout since it doesn't support step. "
                "Hint: put ZoneoutCell around the cells underneath."
            )
        super().__init__(base_cell)
        self.zoneout_outputs = zoneout_outputs
        self.zoneout_states = zoneout_states
        self._prev_output = None

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(p_out={self.zoneout_outputs}, "
            f"p_state={self.zoneout_states}, {self.base_cell})"
        )

    def _alias(self):
        return "zoneout"

    def reset(self):
        super().reset()
        self._prev_output = None

    def hybrid_forward(self, F, inputs, states):
        output, new_states = self.base_cell(inputs, states)

        def mixed(rate, new, old):
            # where dropout of ones leaves something, the new value counts
            return F.where(F.Dropout(F.ones_like(new), p=rate), new, old)

        if self.zoneout_outputs:
            old = F.zeros_like(output) if self._prev_output is None else self._prev_output
            output = mixed(self.zoneout_outputs, output, old)
        if self.zoneout_states:
            new_states = [mixed(self.zoneout_states, n, o) for n, o in zip(new_states, states)]
        self._prev_output = output
        return output, new_states


class ResidualCell(ModifierCell):
    """Adds the input to the base cell's output; both have the same width.

    Parameters
    ----------
    base_cell : RecurrentCell
    """

    def __init__(self, base_cell):
        super().__init__(base_cell)

    def hybrid_forward(self, F, inputs, states):
        output, states = self.base_cell(inputs, states)
        return F.elemwise_add(output, inputs, name=f"t{self._counter}_fwd"), states

    @written_with_nd
    def unroll(
        self,
        length,
        inputs,
        begin_state=None,
        layout="NTC",
        merge_outputs=None,
        valid_length=None,
    ):
        """Run over a sequence; inputs after an example's length are not added."""
        self.reset()
        outputs, states = self._unroll_base(
            length,
            inputs,
            begin_state=begin_state,
            layout=layout,
            merge_outputs=merge_outputs,
            valid_length=valid_length,
        )
        merge = isinstance(outputs, _ARRAYS)
        inputs, axis, F, _ = _format_sequence(length, inputs, layout, merge)
        if valid_length is not None:
            inputs = _mask_sequence_variable_length(F, inputs, length, valid_length, axis, merge)
        if merge:
            return F.elemwise_add(outputs, inputs), states
        return [F.elemwise_add(y, x) for y, x in zip(outputs, inputs)], states


class BidirectionalCell(HybridRecurrentCell):
    """Two cells, one from the first step and one from the last; their outputs are joined.

    It cannot make a single step: call ``unroll``.

    Parameters
    ----------
    l_cell, r_cell : RecurrentCell          from the first and from the last step
    output_prefix : str, default 'bi_'      of the outputs' names in symbols
    """

    def __init__(self, l_cell, r_cell, output_prefix="bi_"):
        super().__init__(prefix="", params=None)
        self.register_child(l_cell, "l_cell")
        self.register_child(r_cell, "r_cell")
        self._output_prefix = output_prefix

    def __call__(self, inputs, states):
        raise NotImplementedError(
            "Bidirectional cannot be stepped: it needs the whole sequence. Please use unroll."
        )

    def __repr__(self):
        cells = self._children
        return f"{self.__class__.__name__}(forward={cells['l_cell']}, backward={cells['r_cell']})"

    def state_info(self, batch_size=0):
        return _cells_state_info(self._children.values(), batch_size)

    def begin_state(self, **kwargs):
        """The states of both cells."""
        self._check_unmodified()
        return _cells_begin_state(self._children.values(), **kwargs)

    @written_with_nd
    def unroll(
        self,
        length,
        inputs,
        begin_state=None,
        layout="NTC",
        merge_outputs=None,
        valid_length=None,
    ):
        """Run over a sequence in both directions; see :meth:`RecurrentCell.unroll`.

        Outputs are (N, T, H_l + H_r); of examples with a length, the backward cell begins at their
        last step.
        """
        self.reset()
        steps, axis, F, batch = _format_sequence(length, inputs, layout, False)
        begin_state = _get_begin_state(self, F, begin_state, steps, batch)
        if merge_outputs is None:
            merge_outputs = valid_length is not None
        shares = _shares(self._children.values(), begin_state)
        (l_cell, l_states), (r_cell, r_states) = shares
        settings = {"layout": layout, "valid_length": valid_length}
        turned = _reverse_sequences(steps, length, valid_length)
        l_out, l_states = l_cell.unroll(
            length, steps, begin_state=l_states, merge_outputs=merge_outputs, **settings
        )
        r_out, r_states = r_cell.unroll(
            length,
            turned,
            begin_state=r_states,
            merge_outputs=False,
            **settings,
        )
        r_out = _reverse_sequences(r_out, length, valid_length)
        name = self._output_prefix
        if merge_outputs:
            r_out = F.stack(*r_out, axis=axis)
            outputs = F.concat(l_out, r_out, dim=2, name=name + "out")
        else:
            outputs = [
                F.concat(a, b, dim=1, name=f"{name}t{i}")
                for i, (a, b) in enumerate(zip(l_out, r_out))
            ]
        if valid_length is not None:
            outputs = _mask_sequence_variable_length(
                F, outputs, length, valid_length, axis, merge_outputs
            )
        return outputs, l_states + r_states


doors(
    globals(), but=("forward", "hybrid_forward", "__call__", "begin_state", "reset", "state_info")
)
