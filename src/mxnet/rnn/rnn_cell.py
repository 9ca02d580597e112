"""Cells of recurrent networks for symbols."""

import functools
from typing import Any

import numpy as onp

from .. import initializer as init
from .. import symbol
from .._fit import require
from ..ndarray import array
from ..symbol import Symbol

__all__ = [
    "RNNParams",
    "BaseRNNCell",
    "RNNCell",
    "LSTMCell",
    "GRUCell",
    "FusedRNNCell",
    "SequentialRNNCell",
    "DropoutCell",
    "ModifierCell",
    "ZoneoutCell",
    "ResidualCell",
    "BidirectionalCell",
    "BaseConvRNNCell",
    "ConvRNNCell",
    "ConvLSTMCell",
    "ConvGRUCell",
]


class RNNParams:
    """Variables for weights, made when first asked for: cells that share one share weights.

    Parameters
    ----------
    prefix : str     of the variables' names
    """

    def __init__(self, prefix=""):
        self._prefix = prefix
        self._params = {}

    def get(self, name, **kwargs):
        """The variable of a name; ``kwargs`` go to :func:`mxnet.sym.Variable` where it is new."""
        name = self._prefix + name
        if name not in self._params:
            self._params[name] = symbol.Variable(name, **kwargs)
        return self._params[name]


def _normalize_sequence(length, inputs, layout, merge, in_layout=None):
    """A sequence as one symbol (``merge=True``), as a list (False), or as it is (None).

    Returns
    -------
    (Symbol or list of Symbol, int)     and the time axis of ``layout``
    """
    require(
        inputs is not None,
        "unroll(inputs=None) has been deprecated. Please create input variables outside unroll.",
    )
    axis = layout.find("T")
    in_axis = axis if in_layout is None else in_layout.find("T")
    if isinstance(inputs, Symbol):
        if merge is False:
            require(
                len(inputs.list_outputs()) == 1,
                "unroll doesn't allow grouped symbol as input. Please convert to list with "
                "list(inputs) first or let unroll handle splitting.",
            )
            inputs = list(symbol.split(inputs, axis=in_axis, num_outputs=length, squeeze_axis=1))
    else:
        require(
            length is None or len(inputs) == length,
            f"unroll: expected {length} inputs, got {len(inputs)}.",
        )
        if merge is True:
            inputs = symbol.Concat(*[symbol.expand_dims(i, axis=axis) for i in inputs], dim=axis)
            in_axis = axis
    if isinstance(inputs, Symbol) and axis != in_axis:
        inputs = symbol.swapaxes(inputs, dim1=axis, dim2=in_axis)
    return inputs, axis


class BaseRNNCell:
    """Base of cells: ``output, states = cell(input, states)`` makes one step.

    Parameters
    ----------
    prefix : str                    of the names of weights and steps
    params : RNNParams, optional    weights to share with other cells
    """

    def __init__(self, prefix="", params=None):
        self._own_params = params is None
        self._prefix = prefix
        self._params = RNNParams(prefix) if params is None else params
        self._modified = False
        self.reset()

    def reset(self):
        """Number steps from the start again, before the cell is used for another graph."""
        self._init_counter = -1
        self._counter = -1
        for cell in getattr(self, "_cells", ()):
            cell.reset()

    def __call__(self, inputs, states) -> Any:
        """One step.

        Parameters
        ----------
        inputs : Symbol             (N, C)
        states : list of Symbol     of the step before, or of :meth:`begin_state`

        Returns
        -------
        (Symbol, list of Symbol)    output and new states
        """
        raise NotImplementedError

    @property
    def params(self):
        """The weights' variables."""
        self._own_params = False
        return self._params

    @property
    def state_info(self):
        """Shape and layout of each state; 0 stands for the batch size."""
        raise NotImplementedError

    @property
    def state_shape(self):
        """Shape of each state."""
        return [info["shape"] for info in self.state_info]

    @property
    def _gate_names(self) -> Any:
        return ()

    def _name_step(self):
        self._counter += 1
        return f"{self._prefix}t{self._counter}_"

    def begin_state(self, func=symbol.zeros, **kwargs):
        """States for the first step.

        Parameters
        ----------
        func : callable     ``symbol.zeros``, ``symbol.ones``, ``symbol.Variable`` ...
        **kwargs            for ``func``

        Returns
        -------
        list of Symbol

        Raises
        ------
        AssertionError   the cell is inside a modifier
        """
        require(
            not self._modified,
            "After applying modifier cells (e.g. DropoutCell) the base cell cannot be called "
            "directly. Call the modifier cell instead.",
        )
        states = []
        for info in self.state_info:
            self._init_counter += 1
            name = f"{self._prefix}begin_state_{self._init_counter}"
            states.append(func(name=name, **{**kwargs, **(info or {})}))
        return states

    def unpack_weights(self, args):
        """Weights by gate, from stacked ones.

        Parameters
        ----------
        args : dict of str to NDArray     with other parameters, which stay as they are

        Returns
        -------
        dict of str to NDArray
        """
        args = dict(args)
        if not self._gate_names:
            return args
        h = self._num_hidden
        for group in ("i2h", "h2h"):
            weight = args.pop(f"{self._prefix}{group}_weight").asnumpy()
            bias = args.pop(f"{self._prefix}{group}_bias").asnumpy()
            for j, gate in enumerate(self._gate_names):
                name = f"{self._prefix}{group}{gate}"
                rows = slice(j * h, (j + 1) * h)
                args[f"{name}_weight"] = _array(weight[rows])
                args[f"{name}_bias"] = _array(bias[rows])
        return args

    def pack_weights(self, args):
        """Stacked weights, from those by gate: the inverse of :meth:`unpack_weights`."""
        args = dict(args)
        if not self._gate_names:
            return args
        for group in ("i2h", "h2h"):
            for kind in ("weight", "bias"):
                parts = [
                    args.pop(f"{self._prefix}{group}{gate}_{kind}").asnumpy()
                    for gate in self._gate_names
                ]
                args[f"{self._prefix}{group}_{kind}"] = _array(onp.concatenate(parts))
        return args

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        """All steps of a sequence.

        Parameters
        ----------
        length : int
        inputs : Symbol or list of Symbol      (N, T, C) as ``layout`` says, or (N, C) for each step
        begin_state : list of Symbol, optional default zeros
        layout : {'NTC', 'TNC'}
        merge_outputs : bool, optional         one symbol, or a list; None: what comes

        Returns
        -------
        (Symbol or list of Symbol, list of Symbol)     outputs and last states
        """
        self.reset()
        inputs, _ = _normalize_sequence(length, inputs, layout, False)
        states = self.begin_state() if begin_state is None else begin_state
        outputs = []
        for x in inputs:
            output, states = self(x, states)
            outputs.append(output)
        outputs, _ = _normalize_sequence(length, outputs, layout, merge_outputs)
        return outputs, states

    def _get_activation(self, inputs, activation, **kwargs):
        if isinstance(activation, str):
            return symbol.Activation(inputs, act_type=activation, **kwargs)
        return activation(inputs, **kwargs)


def _array(data):
    return array(data, dtype=data.dtype)


class _DenseCell(BaseRNNCell):
    """A cell of fully connected layers from input and state."""

    def __init__(self, num_hidden, prefix, params, **options):
        super().__init__(prefix=prefix, params=params)
        self._num_hidden = num_hidden
        own = self.params
        self._iW = own.get("i2h_weight")
        self._iB = own.get("i2h_bias", **options)
        self._hW = own.get("h2h_weight")
        self._hB = own.get("h2h_bias")

    @property
    def state_info(self):
        return [{"shape": (0, self._num_hidden), "__layout__": "NC"}]

    def _project(self, inputs, state, name):
        n = self._num_hidden * len(self._gate_names)
        i2h = symbol.FullyConnected(
            data=inputs, weight=self._iW, bias=self._iB, num_hidden=n, name=f"{name}i2h"
        )
        h2h = symbol.FullyConnected(
            data=state, weight=self._hW, bias=self._hB, num_hidden=n, name=f"{name}h2h"
        )
        return i2h, h2h


class RNNCell(_DenseCell):
    """``h' = act(W_i x + b_i + W_h h + b_h)``.

    Parameters
    ----------
    num_hidden : int
    activation : str or callable
    prefix : str
    params : RNNParams, optional
    """

    def __init__(self, num_hidden, activation="tanh", prefix="rnn_", params=None):
        super().__init__(num_hidden, prefix, params)
        self._activation = activation

    @property
    def _gate_names(self):
        return ("",)

    def __call__(self, inputs, states):
        name = self._name_step()
        i2h, h2h = self._project(inputs, states[0], name)
        output = self._get_activation(i2h + h2h, self._activation, name=f"{name}out")
        return output, [output]


def _lstm_step(gates, cell, name, activate):
    """(output, cell) of an LSTM from its gates i, f, c, o."""
    i = symbol.Activation(gates[0], act_type="sigmoid", name=f"{name}i")
    f = symbol.Activation(gates[1], act_type="sigmoid", name=f"{name}f")
    c = activate(gates[2], name=f"{name}c")
    o = symbol.Activation(gates[3], act_type="sigmoid", name=f"{name}o")
    new = symbol.elemwise_add(f * cell, i * c, name=f"{name}state")
    return symbol.elemwise_mul(o, activate(new), name=f"{name}out"), new


def _gru_step(i2h, h2h, state, name, activate):
    """Output of a GRU from the projections of its gates r, z, o."""
    i_r, i_z, i_o = i2h
    h_r, h_z, h_o = h2h
    r = symbol.Activation(i_r + h_r, act_type="sigmoid", name=f"{name}_r_act")
    z = symbol.Activation(i_z + h_z, act_type="sigmoid", name=f"{name}_z_act")
    new = activate(i_o + r * h_o, name=f"{name}_h_act")
    return symbol.elemwise_add((1.0 - z) * new, z * state, name=f"{name}out")


class LSTMCell(_DenseCell):
    """Long short-term memory; states: output and cell.

    Parameters
    ----------
    num_hidden : int
    prefix : str
    params : RNNParams, optional
    forget_bias : float     first value of the forget gate's bias
    """

    def __init__(self, num_hidden, prefix="lstm_", params=None, forget_bias=1.0):
        super().__init__(num_hidden, prefix, params, init=init.LSTMBias(forget_bias=forget_bias))

    @property
    def state_info(self):
        return super().state_info * 2

    @property
    def _gate_names(self):
        return ["_i", "_f", "_c", "_o"]

    def __call__(self, inputs, states):
        name = self._name_step()
        i2h, h2h = self._project(inputs, states[0], name)
        gates = symbol.SliceChannel(i2h + h2h, num_outputs=4, name=f"{name}slice")
        tanh = functools.partial(symbol.Activation, act_type="tanh")
        output, cell = _lstm_step(gates, states[1], name, tanh)
        return output, [output, cell]


class GRUCell(_DenseCell):
    """Gated recurrent unit, as cuDNN computes it.

    Parameters
    ----------
    num_hidden : int
    prefix : str
    params : RNNParams, optional
    """

    def __init__(self, num_hidden, prefix="gru_", params=None):
        super().__init__(num_hidden, prefix, params)

    @property
    def _gate_names(self):
        return ["_r", "_z", "_o"]

    def __call__(self, inputs, states):
        name = self._name_step()
        i2h, h2h = self._project(inputs, states[0], f"{name}_")
        i2h = symbol.SliceChannel(i2h, num_outputs=3, name=f"{name}_i2h_slice")
        h2h = symbol.SliceChannel(h2h, num_outputs=3, name=f"{name}_h2h_slice")
        tanh = functools.partial(symbol.Activation, act_type="tanh")
        output = _gru_step(i2h, h2h, states[0], name, tanh)
        return output, [output]


_GATES = {
    "rnn_relu": [""],
    "rnn_tanh": [""],
    "lstm": ["_i", "_f", "_c", "_o"],
    "gru": ["_r", "_z", "_o"],
}


class FusedRNNCell(BaseRNNCell):
    """All layers and steps as one operator, ``RNN``.

    Parameters
    ----------
    num_hidden, num_layers : int
    mode : {'rnn_relu', 'rnn_tanh', 'lstm', 'gru'}
    bidirectional : bool
    dropout : float             between layers
    get_next_state : bool       :meth:`unroll` returns the last states
    forget_bias : float         first value of the forget gates' biases
    prefix : str, optional      default ``mode_``
    params : RNNParams, optional
    """

    def __init__(
        self,
        num_hidden,
        num_layers=1,
        mode="lstm",
        bidirectional=False,
        dropout=0.0,
        get_next_state=False,
        forget_bias=1.0,
        prefix=None,
        params=None,
    ):
        super().__init__(prefix=f"{mode}_" if prefix is None else prefix, params=params)
        if mode not in _GATES:
            raise ValueError(
                f"FusedRNNCell: unknown mode {mode!r}: expected one of {', '.join(_GATES)}."
            )
        self._num_hidden = num_hidden
        self._num_layers = num_layers
        self._mode = mode
        self._bidirectional = bidirectional
        self._dropout = dropout
        self._get_next_state = get_next_state
        self._directions = ["l", "r"] if bidirectional else ["l"]
        start = init.FusedRNN(None, num_hidden, num_layers, mode, bidirectional, forget_bias)
        self._parameter = self.params.get("parameters", init=start)

    @property
    def state_info(self):
        shape = (len(self._directions) * self._num_layers, 0, self._num_hidden)
        return [{"shape": shape, "__layout__": "LNC"}] * (2 if self._mode == "lstm" else 1)

    @property
    def _gate_names(self):
        return _GATES[self._mode]

    @property
    def _num_gates(self):
        return len(self._gate_names)

    def _slice_weights(self, arr, li, lh):
        """Views of the vector of all weights, by name; ``li`` inputs, ``lh`` hidden units."""
        found, p = {}, 0
        for layer in range(self._num_layers):
            width = li if layer == 0 else lh * len(self._directions)
            for direction in self._directions:
                for group, n in (("i2h", width), ("h2h", lh)):
                    for gate in self._gate_names:
                        name = f"{self._prefix}{direction}{layer}_{group}{gate}_weight"
                        found[name] = arr[p : p + n * lh].reshape(lh, n)
                        p += n * lh
        for layer in range(self._num_layers):
            for direction in self._directions:
                for group in ("i2h", "h2h"):
                    for gate in self._gate_names:
                        name = f"{self._prefix}{direction}{layer}_{group}{gate}_bias"
                        found[name] = arr[p : p + lh]
                        p += lh
        require(p == arr.size, f"Invalid parameters size for FusedRNNCell: {arr.size}, not {p}.")
        return found

    def unpack_weights(self, args):
        args = dict(args)
        arr = args.pop(self._parameter.name).asnumpy()
        b, m, h = len(self._directions), self._num_gates, self._num_hidden
        inputs = arr.size // b // h // m - (self._num_layers - 1) * (h + b * h + 2) - h - 2
        args.update({k: _array(v) for k, v in self._slice_weights(arr, inputs, h).items()})
        return args

    def pack_weights(self, args):
        args = dict(args)
        b, m, h = len(self._directions), self._num_gates, self._num_hidden
        first = args[f"{self._prefix}l0_i2h{self._gate_names[0]}_weight"]
        inputs = first.shape[1]
        total = (inputs + h + 2) * h * m * b + (self._num_layers - 1) * m * h * (h + b * h + 2) * b
        arr = onp.zeros(total, first.dtype)
        for name, view in self._slice_weights(arr, inputs, h).items():
            view[:] = args.pop(name).asnumpy()
        args[self._parameter.name] = _array(arr)
        return args

    def __call__(self, inputs, states):
        raise NotImplementedError("FusedRNNCell cannot be stepped. Please use unroll")

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        inputs, axis = _normalize_sequence(length, inputs, layout, True)
        require(axis in (0, 1), f"Unsupported layout {layout}")
        if axis == 1:
            inputs = symbol.swapaxes(inputs, dim1=0, dim2=1)
        states = self.begin_state() if begin_state is None else begin_state
        named = dict(zip(("state", "state_cell"), states))
        rnn = symbol.RNN(
            data=inputs,
            parameters=self._parameter,
            state_size=self._num_hidden,
            num_layers=self._num_layers,
            bidirectional=self._bidirectional,
            p=self._dropout,
            state_outputs=self._get_next_state,
            mode=self._mode,
            name=f"{self._prefix}rnn",
            **named,
        )
        if self._get_next_state:
            rnn._set_attr(__layout__="LNC")
            outputs, states = rnn[0], [rnn[i] for i in range(1, 1 + len(named))]
        else:
            outputs, states = rnn, []
        if axis == 1:
            outputs = symbol.swapaxes(outputs, dim1=0, dim2=1)
        outputs, _ = _normalize_sequence(length, outputs, layout, merge_outputs)
        return outputs, states

    def unfuse(self):
        """The same network of cells that can be stepped.

        Returns
        -------
        SequentialRNNCell
        """
        make = {
            "rnn_relu": lambda p: RNNCell(self._num_hidden, activation="relu", prefix=p),
            "rnn_tanh": lambda p: RNNCell(self._num_hidden, activation="tanh", prefix=p),
            "lstm": lambda p: LSTMCell(self._num_hidden, prefix=p),
            "gru": lambda p: GRUCell(self._num_hidden, prefix=p),
        }[self._mode]
        stack = SequentialRNNCell()
        for i in range(self._num_layers):
            if self._bidirectional:
                stack.add(
                    BidirectionalCell(
                        make(f"{self._prefix}l{i}_"),
                        make(f"{self._prefix}r{i}_"),
                        output_prefix=f"{self._prefix}bi_l{i}_",
                    )
                )
            else:
                stack.add(make(f"{self._prefix}l{i}_"))
            if self._dropout > 0 and i != self._num_layers - 1:
                stack.add(DropoutCell(self._dropout, prefix=f"{self._prefix}_dropout{i}_"))
        return stack


class _CellContainer(BaseRNNCell):
    """Cells whose states and weights are put together."""

    def _take(self, cell, what):
        if self._override_cell_params:
            require(cell._own_params, f"Either specify params for {what} or child cells, not both.")
            cell.params._params.update(self.params._params)
        self.params._params.update(cell.params._params)

    @property
    def state_info(self):
        return [info for cell in self._cells for info in cell.state_info]

    def begin_state(self, **kwargs):
        """States for the first step of all cells: see :meth:`BaseRNNCell.begin_state`."""
        require(
            not self._modified,
            "After applying modifier cells (e.g. DropoutCell) the base cell cannot be called "
            "directly. Call the modifier cell instead.",
        )
        return [state for cell in self._cells for state in cell.begin_state(**kwargs)]

    def unpack_weights(self, args):
        for cell in self._cells:
            args = cell.unpack_weights(args)
        return args

    def pack_weights(self, args):
        for cell in self._cells:
            args = cell.pack_weights(args)
        return args


class SequentialRNNCell(_CellContainer):
    """Cells on top of each other.

    Parameters
    ----------
    params : RNNParams, optional     weights for all cells, which then must not have their own
    """

    def __init__(self, params=None):
        super().__init__(prefix="", params=params)
        self._override_cell_params = params is not None
        self._cells = []

    def add(self, cell):
        """Put a cell on top."""
        self._cells.append(cell)
        self._take(cell, "SequentialRNNCell")

    def __call__(self, inputs, states):
        self._counter += 1
        following, p = [], 0
        for cell in self._cells:
            require(
                not isinstance(cell, BidirectionalCell),
                "SequentialRNNCell: a BidirectionalCell cannot be stepped. Hint: use unroll.",
            )
            n = len(cell.state_info)
            inputs, state = cell(inputs, states[p : p + n])
            p += n
            following += state
        return inputs, following

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        states = self.begin_state() if begin_state is None else begin_state
        following, p = [], 0
        for i, cell in enumerate(self._cells):
            n = len(cell.state_info)
            last = i == len(self._cells) - 1
            inputs, state = cell.unroll(
                length,
                inputs=inputs,
                begin_state=states[p : p + n],
                layout=layout,
                merge_outputs=merge_outputs if last else None,
            )
            p += n
            following += state
        return inputs, following


class DropoutCell(BaseRNNCell):
    """Dropout of the inputs; there are no states.

    Parameters
    ----------
    dropout : float      share of elements that are dropped in training
    prefix : str
    params : RNNParams, optional
    """

    def __init__(self, dropout, prefix="dropout_", params=None):
        super().__init__(prefix, params)
        require(
            isinstance(dropout, (int, float)),
            f"dropout probability must be a number, got {dropout!r}",
        )
        self.dropout = dropout

    @property
    def state_info(self):
        return []

    def __call__(self, inputs, states):
        if self.dropout > 0:
            inputs = symbol.Dropout(data=inputs, p=self.dropout)
        return inputs, states

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        inputs, _ = _normalize_sequence(length, inputs, layout, merge_outputs)
        if isinstance(inputs, Symbol):
            return self(inputs, [])
        return super().unroll(
            length, inputs, begin_state=begin_state, layout=layout, merge_outputs=merge_outputs
        )


class ModifierCell(BaseRNNCell):
    """Base of cells that change what another cell does; weights and states are the other's.

    Parameters
    ----------
    base_cell : BaseRNNCell
    """

    def __init__(self, base_cell):
        super().__init__()
        base_cell._modified = True
        self.base_cell = base_cell

    @property
    def params(self):
        self._own_params = False
        return self.base_cell.params

    @property
    def state_info(self):
        return self.base_cell.state_info

    def begin_state(self, init_sym=symbol.zeros, **kwargs):
        """States for the first step: see :meth:`BaseRNNCell.begin_state`."""
        require(
            not self._modified,
            "After applying modifier cells (e.g. DropoutCell) the base cell cannot be called "
            "directly. Call the modifier cell instead.",
        )
        self.base_cell._modified = False
        try:
            return self.base_cell.begin_state(func=init_sym, **kwargs)
        finally:
            self.base_cell._modified = True

    def unpack_weights(self, args):
        return self.base_cell.unpack_weights(args)

    def pack_weights(self, args):
        return self.base_cell.pack_weights(args)

    def reset(self):
        super().reset()
        if hasattr(self, "base_cell"):
            self.base_cell.reset()


class ZoneoutCell(ModifierCell):
    """Keeps elements of outputs and states from the step before, at random, in training.

    Parameters
    ----------
    base_cell : BaseRNNCell
    zoneout_outputs, zoneout_states : float     shares that are kept
    """

    def __init__(self, base_cell, zoneout_outputs=0.0, zoneout_states=0.0):
        require(
            not isinstance(base_cell, FusedRNNCell),
            "FusedRNNCell doesn't support zoneout. Please unfuse first.",
        )
        require(
            not isinstance(base_cell, BidirectionalCell),
            "BidirectionalCell doesn't support zoneout since it doesn't support step. Please add "
            "ZoneoutCell to the cells underneath instead.",
        )
        require(
            not isinstance(base_cell, SequentialRNNCell)
            or not any(isinstance(c, BidirectionalCell) for c in base_cell._cells),
            "Bidirectional SequentialRNNCell doesn't support zoneout. Please add ZoneoutCell to "
            "the cells underneath instead.",
        )
        super().__init__(base_cell)
        self.zoneout_outputs = zoneout_outputs
        self.zoneout_states = zoneout_states
        self.prev_output = None

    def reset(self):
        super().reset()
        self.prev_output = None

    def __call__(self, inputs, states):
        output, following = self.base_cell(inputs, states)

        def mixed(p, new, old):
            if p == 0:
                return new
            mask = symbol.Dropout(symbol.ones_like(new), p=p)
            return symbol.where(mask, new, symbol.zeros_like(new) if old is None else old)

        output = mixed(self.zoneout_outputs, output, self.prev_output)
        following = [mixed(self.zoneout_states, n, o) for n, o in zip(following, states)]
        self.prev_output = output
        return output, following


class ResidualCell(ModifierCell):
    """Adds the input to the output.

    Parameters
    ----------
    base_cell : BaseRNNCell
    """

    def __call__(self, inputs, states):
        output, states = self.base_cell(inputs, states)
        return _plus_residual(output, inputs), states

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        self.reset()
        self.base_cell._modified = False
        try:
            outputs, states = self.base_cell.unroll(
                length,
                inputs=inputs,
                begin_state=begin_state,
                layout=layout,
                merge_outputs=merge_outputs,
            )
        finally:
            self.base_cell._modified = True
        merged = isinstance(outputs, Symbol)
        inputs, _ = _normalize_sequence(length, inputs, layout, merged)
        if merged:
            return _plus_residual(outputs, inputs), states
        return [_plus_residual(o, i) for o, i in zip(outputs, inputs)], states


def _plus_residual(output, x):
    return symbol.elemwise_add(output, x, name=f"{output.name}_plus_residual")


class BidirectionalCell(_CellContainer):
    """One cell forwards and one backwards in time; outputs are joined.

    Parameters
    ----------
    l_cell, r_cell : BaseRNNCell
    params : RNNParams, optional     weights for both, which then must not have their own
    output_prefix : str              of the outputs' names
    """

    def __init__(self, l_cell, r_cell, params=None, output_prefix="bi_"):
        super().__init__("", params=params)
        self._output_prefix = output_prefix
        self._override_cell_params = params is not None
        self._cells = [l_cell, r_cell]
        for cell in self._cells:
            self._take(cell, "BidirectionalCell")

    def __call__(self, inputs, states):
        raise NotImplementedError("Bidirectional cannot be stepped. Please use unroll")

    def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None):
        """All steps, both ways: see :meth:`BaseRNNCell.unroll`.

        Returns
        -------
        (outputs, [states of the first cell, states of the second])
        """
        self.reset()
        inputs, axis = _normalize_sequence(length, inputs, layout, False)
        states = self.begin_state() if begin_state is None else begin_state
        left, right = self._cells
        n = len(left.state_info)
        forwards, l_states = left.unroll(
            length,
            inputs=inputs,
            begin_state=states[:n],
            layout=layout,
            merge_outputs=merge_outputs,
        )
        backwards, r_states = right.unroll(
            length,
            inputs=inputs[::-1],
            begin_state=states[n:],
            layout=layout,
            merge_outputs=merge_outputs,
        )
        if merge_outputs is None:
            merge_outputs = isinstance(forwards, Symbol) and isinstance(backwards, Symbol)
            forwards, _ = _normalize_sequence(length, forwards, layout, merge_outputs)
            backwards, _ = _normalize_sequence(length, backwards, layout, merge_outputs)
        if merge_outputs:
            backwards = symbol.reverse(backwards, axis=axis)
            outputs = symbol.Concat(forwards, backwards, dim=2, name=f"{self._output_prefix}out")
        else:
            outputs = [
                symbol.Concat(f, b, dim=1, name=f"{self._output_prefix}t{i}")
                for i, (f, b) in enumerate(zip(forwards, backwards[::-1]))
            ]
        return outputs, [l_states, r_states]


_LEAKY = functools.partial(symbol.LeakyReLU, act_type="leaky", slope=0.2)


class BaseConvRNNCell(BaseRNNCell):
    """Base of cells that convolve input and state.

    Parameters
    ----------
    input_shape : tuple of int      of one step, with batch size: e.g. (N, C, H, W)
    num_hidden : int                channels of the state
    h2h_kernel, h2h_dilate : tuple of int                  of the state's convolution; odd sizes
    i2h_kernel, i2h_stride, i2h_pad, i2h_dilate : tuple of int    of the input's
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer
        Initializers, or their names.
    activation : str or callable
    prefix : str
    params : RNNParams, optional
    conv_layout : str               ``'NCHW'`` and its like

    Raises
    ------
    AssertionError   an even size of ``h2h_kernel``: the state would change its size
    """

    def __init__(
        self,
        input_shape,
        num_hidden,
        h2h_kernel,
        h2h_dilate,
        i2h_kernel,
        i2h_stride,
        i2h_pad,
        i2h_dilate,
        i2h_weight_initializer,
        h2h_weight_initializer,
        i2h_bias_initializer,
        h2h_bias_initializer,
        activation,
        prefix="",
        params=None,
        conv_layout="NCHW",
    ):
        super().__init__(prefix=prefix, params=params)
        require(
            all(k % 2 == 1 for k in h2h_kernel),
            f"Only support odd number, get h2h_kernel= {h2h_kernel}",
        )
        self._h2h_kernel, self._h2h_dilate = h2h_kernel, h2h_dilate
        self._h2h_pad = tuple(d * (k - 1) // 2 for d, k in zip(h2h_dilate, h2h_kernel))
        self._i2h_kernel, self._i2h_stride = i2h_kernel, i2h_stride
        self._i2h_pad, self._i2h_dilate = i2h_pad, i2h_dilate
        self._num_hidden = num_hidden
        self._input_shape = input_shape
        self._conv_layout = conv_layout
        self._activation = activation
        probe = symbol.Convolution(data=symbol.Variable("data"), **self._i2h(num_hidden))
        shape = probe.infer_shape(data=tuple(input_shape))[1][0]
        self._state_shape = (0, *shape[1:])
        own = self.params
        self._iW = own.get("i2h_weight", init=i2h_weight_initializer)
        self._hW = own.get("h2h_weight", init=h2h_weight_initializer)
        self._iB = own.get("i2h_bias", init=i2h_bias_initializer)
        self._hB = own.get("h2h_bias", init=h2h_bias_initializer)

    def _i2h(self, channels):
        return {
            "num_filter": channels,
            "kernel": self._i2h_kernel,
            "stride": self._i2h_stride,
            "pad": self._i2h_pad,
            "dilate": self._i2h_dilate,
            "layout": self._conv_layout,
        }

    @property
    def _num_gates(self):
        return len(self._gate_names)

    @property
    def state_info(self):
        return [{"shape": self._state_shape, "__layout__": self._conv_layout}]

    def _conv_forward(self, inputs, states, name):
        """Convolutions of input and state."""
        n = self._num_hidden * self._num_gates
        i2h = symbol.Convolution(
            data=inputs, weight=self._iW, bias=self._iB, name=f"{name}i2h", **self._i2h(n)
        )
        h2h = symbol.Convolution(
            data=states[0],
            weight=self._hW,
            bias=self._hB,
            num_filter=n,
            kernel=self._h2h_kernel,
            dilate=self._h2h_dilate,
            pad=self._h2h_pad,
            stride=(1,) * len(self._h2h_kernel),
            layout=self._conv_layout,
            name=f"{name}h2h",
        )
        return i2h, h2h

    def _activate(self, x, **kwargs):
        return self._get_activation(x, self._activation, **kwargs)

    def __call__(self, inputs, states):
        raise NotImplementedError("BaseConvRNNCell is abstract class for convolutional RNN")


def _conv_cell(default_prefix):
    """The constructor of a convolutional cell with these defaults."""

    def __init__(
        self,
        input_shape,
        num_hidden,
        h2h_kernel=(3, 3),
        h2h_dilate=(1, 1),
        i2h_kernel=(3, 3),
        i2h_stride=(1, 1),
        i2h_pad=(1, 1),
        i2h_dilate=(1, 1),
        i2h_weight_initializer=None,
        h2h_weight_initializer=None,
        i2h_bias_initializer="zeros",
        h2h_bias_initializer="zeros",
        activation=_LEAKY,
        prefix=default_prefix,
        params=None,
        conv_layout="NCHW",
    ):
        BaseConvRNNCell.__init__(
            self,
            input_shape,
            num_hidden,
            h2h_kernel,
            h2h_dilate,
            i2h_kernel,
            i2h_stride,
            i2h_pad,
            i2h_dilate,
            i2h_weight_initializer,
            h2h_weight_initializer,
            i2h_bias_initializer,
            h2h_bias_initializer,
            activation,
            prefix,
            params,
            conv_layout,
        )

    return __init__


class ConvRNNCell(BaseConvRNNCell):
    """A plain recurrent cell of convolutions. Parameters: see :class:`BaseConvRNNCell`."""

    __init__ = _conv_cell("ConvRNN_")

    @property
    def _gate_names(self):
        return ("",)

    def __call__(self, inputs, states):
        name = self._name_step()
        i2h, h2h = self._conv_forward(inputs, states, name)
        output = self._activate(i2h + h2h, name=f"{name}out")
        return output, [output]


class ConvLSTMCell(BaseConvRNNCell):
    """An LSTM of convolutions. Parameters: see :class:`BaseConvRNNCell`."""

    __init__ = _conv_cell("ConvLSTM_")

    @property
    def _gate_names(self):
        return ["_i", "_f", "_c", "_o"]

    @property
    def state_info(self):
        return super().state_info * 2

    def __call__(self, inputs, states):
        name = self._name_step()
        i2h, h2h = self._conv_forward(inputs, states, name)
        axis = self._conv_layout.find("C")
        gates = symbol.SliceChannel(i2h + h2h, num_outputs=4, axis=axis, name=f"{name}slice")
        output, cell = _lstm_step(gates, states[1], name, self._activate)
        return output, [output, cell]


class ConvGRUCell(BaseConvRNNCell):
    """A GRU of convolutions. Parameters: see :class:`BaseConvRNNCell`."""

    __init__ = _conv_cell("ConvGRU_")

    @property
    def _gate_names(self):
        return ["_r", "_z", "_o"]

    def __call__(self, inputs, states):
        name = self._name_step()
        i2h, h2h = self._conv_forward(inputs, states, name)
        axis = self._conv_layout.find("C")
        i2h = symbol.SliceChannel(i2h, num_outputs=3, axis=axis, name=f"{name}_i2h_slice")
        h2h = symbol.SliceChannel(h2h, num_outputs=3, axis=axis, name=f"{name}_h2h_slice")
        output = _gru_step(i2h, h2h, states[0], name, self._activate)
        return output, [output]
