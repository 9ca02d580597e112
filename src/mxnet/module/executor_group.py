"""One executor per device, each with its part of the batch."""

import logging
from collections import OrderedDict
from typing import Any

import numpy as onp

from .._engine.initial import initial_values
from .._engine.segment import host_data
from .._engine.value import Value
from .._fit import require
from .._graph.steps import spec_of
from ..context import Context, canonical, cpu
from ..error import MXNetError, ShapeError, fail, require_equal
from ..executor import placed
from ..io import DataDesc
from ..ndarray import NDArray, array, concatenate, zeros
from ..ndarray.ndarray import _wrap

__all__ = ["DataParallelExecutorGroup", "host_copy", "assign_copy"]


def host_copy(x):
    """An NDArray on the host with the present value of ``x``: not shared with what is trained."""
    if x.stype != "default":
        return x.copy() if x.context == cpu() else x.copyto(cpu())
    data = onp.array(host_data(x._read()))
    return _wrap(NDArray, Value(None, 0, spec_of(data.shape, data.dtype, canonical(cpu())), data))


def assign_copy(target, source, name):
    """Let ``target`` stand for a copy of ``source``: cast, on its own device.

    A copy, because a parameter whose value nobody else holds is updated in place.
    """
    if not isinstance(source, NDArray):
        source = array(source, dtype=target.dtype)
    if source.shape != target.shape:
        fail(
            ShapeError,
            "set_params",
            f"{name} does not fit",
            expected=f"shape {target.shape}",
            got=source.shape,
        )
    if target.stype != "default":
        target[:] = source
        return
    dense = source.tostype("default") if source.stype != "default" else source
    data = onp.array(host_data(dense._read())).astype(target.dtype, copy=False)
    target._write(Value(None, 0, spec_of(data.shape, data.dtype, target.context), data))


def _split_input_slice(batch_size, work_load_list):
    """Slices of a batch, in proportion to the devices' work loads.

    Raises
    ------
    ValueError   a device gets nothing
    """
    total = sum(work_load_list)
    counts = [round(load * batch_size / total) for load in work_load_list]
    counts[-1] += max(0, batch_size - sum(counts))
    slices, end = [], 0
    for n in counts:
        begin = min(end, batch_size)
        end = min(begin + n, batch_size)
        if begin >= end:
            raise ValueError(
                f"Too many slices. Some splits are empty: a batch of {batch_size} for work loads "
                f"{list(work_load_list)}."
            )
        slices.append(slice(begin, end))
    return slices


def _prepare_group2ctxs(group2ctxs, n):
    """For each of ``n`` devices the contexts of its groups."""
    if group2ctxs is None:
        return [None] * n
    if isinstance(group2ctxs, list):
        require(
            len(group2ctxs) == n,
            f"group2ctxs: expected one dict for each of {n} contexts, got {len(group2ctxs)}.",
        )
        return group2ctxs
    found = [{} for _ in range(n)]
    for group, contexts in group2ctxs.items():
        contexts = [contexts] * n if isinstance(contexts, Context) else contexts
        contexts = contexts * n if len(contexts) == 1 else contexts
        require(
            len(contexts) == n,
            f"group2ctxs: group {group!r}: expected 1 or {n} contexts, got {len(contexts)}.",
        )
        for table, ctx in zip(found, contexts):
            table[group] = ctx
    return found


def _load_general(sources, targets, axes):
    """Put each array of a batch, or its parts, where executors read it.

    Parameters
    ----------
    sources : list of NDArray, or of lists of them (one per device)
    targets : list of list of (slice, NDArray)
    axes : list of int          where the batch is; -1: every device gets the whole
    """
    for source, parts, axis in zip(sources, targets, axes):
        if isinstance(source, (list, tuple)):
            for x, (_, target) in zip(source, parts):
                _put(x, target)
            continue
        if not isinstance(source, NDArray):
            source = array(source, dtype=getattr(source, "dtype", None))
        for places, target in parts:
            whole = (
                axis < 0
                or len(parts) == 1
                or (places.start, places.stop) == (0, source.shape[axis])
            )
            _put(source if whole else _part(source, places, axis), target)


def _part(x, places, axis):
    if axis == 0:  # sparse arrays are cut along rows only
        return x[places]
    return x[(slice(None),) * axis + (places,)]


def _put(x, target):
    require_equal(ShapeError, "forward", "an input does not fit", target.shape, x.shape)
    if x.stype != "default" and target.stype == "default":
        x = x.tostype("default")
    target[:] = x


def _merge_multi_context(outputs, axes):
    """Outputs of all devices joined along the batch.

    Parameters
    ----------
    outputs : list of list of NDArray     for each output its parts
    axes : list of int                    where the batch is; -1: the first device's is taken
    """
    merged = []
    for parts, axis in zip(outputs, axes):
        if axis < 0 or len(parts) == 1:
            merged.append(parts[0])
        else:
            first = parts[0].context
            merged.append(concatenate([x.as_in_context(first) for x in parts], axis=axis))
    return merged


def _load_data(batch, targets, axes):
    batches = batch if isinstance(batch, list) else None
    data = batch.data if batches is None else [list(x) for x in zip(*[b.data for b in batches])]
    _load_general(data, targets, axes)


def _load_label(batch, targets, axes):
    batches = batch if isinstance(batch, list) else None
    label = batch.label if batches is None else [list(x) for x in zip(*[b.label for b in batches])]
    _load_general(label, targets, axes)


def _described(shapes):
    """Descriptions of inputs, where some are plain pairs of a name and a shape."""
    if shapes is None or all(isinstance(d, DataDesc) for d in shapes):
        return shapes
    return [d if isinstance(d, DataDesc) else DataDesc(*d) for d in shapes]


class DataParallelExecutorGroup:
    """Executors of one symbol on several devices; the batch is cut along its axis.

    Parameters
    ----------
    symbol : Symbol
    contexts : list of Context
    workload : list of number             share of the batch of each device
    data_shapes, label_shapes : list of DataDesc or of (name, shape)
    param_names : list of str             arguments that are parameters
    for_training, inputs_need_grad : bool
    shared_group : DataParallelExecutorGroup, optional     whose parameters these are, too
    logger : logging.Logger
    fixed_param_names : list of str, optional              parameters without gradients
    grad_req : str, or list or dict of them                ``'write'``, ``'add'`` or ``'null'``
    state_names : list of str, optional    inputs that :meth:`set_states` sets
    group2ctxs : dict, optional
    """

    def __init__(
        self,
        symbol,
        contexts,
        workload,
        data_shapes,
        label_shapes,
        param_names,
        for_training,
        inputs_need_grad,
        shared_group=None,
        logger: Any = logging,
        fixed_param_names=None,
        grad_req="write",
        state_names=None,
        group2ctxs=None,
    ):
        self.symbol = symbol
        self.contexts = contexts
        self.workload = workload
        self.group2ctxs = _prepare_group2ctxs(group2ctxs, len(contexts))
        self.param_names = param_names
        self.arg_names = symbol.list_arguments()
        self.aux_names = symbol.list_auxiliary_states()
        self.output_names = symbol.list_outputs()
        self.num_outputs = len(self.output_names)
        self.for_training = for_training
        self.inputs_need_grad = inputs_need_grad
        self.fixed_param_names = fixed_param_names or []
        self.state_names = state_names or []
        self.logger = logger
        self._total_exec_bytes = 0
        data_names = [d[0] for d in data_shapes]
        self.grad_req = self._requests(grad_req, data_names)
        self.output_layouts = [
            DataDesc.get_batch_axis(symbol[i].attr("__layout__")) for i in range(self.num_outputs)
        ]
        self._shared = shared_group
        n = len(contexts)
        # by device and name: parameters with their gradients, auxiliary states
        self._values, self._grads, self._aux = [[{} for _ in range(n)] for _ in range(3)]
        self._bound = {}  # executors by shapes of the inputs
        self._monitors = []
        self.execs = []
        self.batch_size: Any = None
        self.slices: Any = None
        self.bind_exec(data_shapes, label_shapes, shared_group)

    def _requests(self, grad_req, data_names):
        found = dict.fromkeys(self.arg_names, "null")
        if not self.for_training:
            return found
        if isinstance(grad_req, str):
            given = dict.fromkeys(self.arg_names, grad_req)
        elif isinstance(grad_req, (list, tuple)):
            require(
                len(grad_req) == len(self.arg_names),
                f"grad_req: expected one for each of {self.arg_names}, got {grad_req}.",
            )
            given = dict(zip(self.arg_names, grad_req))
        elif isinstance(grad_req, dict):
            given = dict.fromkeys(self.param_names, "write")
            if self.inputs_need_grad:
                given.update(dict.fromkeys(data_names, "write"))
            given.update(grad_req)
        else:
            raise ValueError(
                f"grad_req must be one of str, list, tuple, or dict, got {grad_req!r}."
            )
        for name in self.arg_names:
            if name in self.param_names:
                found[name] = "null" if name in self.fixed_param_names else given.get(name, "null")
            elif name in data_names and self.inputs_need_grad:
                found[name] = given.get(name, "null")
        return found

    # ------------------------------------------------------------------ binding
    def decide_slices(self, data_shapes):
        """Where the batch is in each input; sets ``batch_size`` and ``slices``.

        Raises
        ------
        AssertionError   inputs of different batch sizes
        """
        axes = [DataDesc.get_batch_axis(d.layout) for d in data_shapes]
        for (name, shape), axis in zip(data_shapes, axes):
            if axis == -1:
                continue
            size = shape[axis]
            if self.batch_size is None:
                self.batch_size = size
                self.slices = _split_input_slice(size, self.workload)
            else:
                require(
                    size == self.batch_size,
                    f"all data must have the same batch size: batch_size = {self.batch_size}, "
                    f"but {name} has shape {shape}",
                )
        return axes

    def _sliced_shape(self, shapes, i, axes):
        """Descriptions of the part of device ``i``."""
        found = []
        for desc, axis in zip(shapes, axes):
            shape = list(desc.shape)
            if axis >= 0:
                shape[axis] = self.slices[i].stop - self.slices[i].start
            found.append(DataDesc(desc.name, tuple(shape), desc.dtype, desc.layout))
        return found

    def bind_exec(self, data_shapes, label_shapes, shared_group=None, reshape=False):
        """Make executors for these shapes, or take those that were made before.

        Parameters
        ----------
        data_shapes, label_shapes : list of DataDesc or of (name, shape); labels may be None
        shared_group : DataParallelExecutorGroup, optional
        reshape : bool      accepted: parameters are kept either way
        """
        before = dict(self.__dict__)
        self._shared = shared_group or self._shared
        data_shapes, label_shapes = _described(data_shapes), _described(label_shapes)
        try:
            self._bind(data_shapes, label_shapes)
        except BaseException:
            self.__dict__.update(before)  # as it was, for whoever goes on
            raise

    def _bind(self, data_shapes, label_shapes):
        self.batch_size = None
        self.data_layouts = self.decide_slices(data_shapes)
        self.label_layouts = None if not label_shapes else self.decide_slices(label_shapes)
        self.data_shapes, self.label_shapes = data_shapes, label_shapes
        self.data_names = [d.name for d in data_shapes]
        self.label_names = [d.name for d in label_shapes or ()]
        key = tuple(
            [(d.name, tuple(d.shape), str(d.dtype), d.layout) for d in data_shapes]
            + [None]
            + [(d.name, tuple(d.shape), str(d.dtype), d.layout) for d in label_shapes or ()]
        )
        found = self._bound.get(key)
        if found is None:
            found = [
                self._bind_one(i, data_shapes, label_shapes) for i in range(len(self.contexts))
            ]
            self._bound[key] = found
        for monitor in self._monitors:
            monitor.exes = [exe for exe in monitor.exes if exe not in self.execs]
            for exe, _ in found:
                monitor.install(exe)
        self.execs = [exe for exe, _ in found]
        self._output_shapes = [shapes for _, shapes in found]
        self._collect_arrays()

    def reshape(self, data_shapes, label_shapes):
        """Other shapes of the inputs; nothing happens where they are the present ones."""
        data_shapes, label_shapes = _described(data_shapes), _described(label_shapes)
        if data_shapes == self.data_shapes and label_shapes == self.label_shapes:
            return
        self.bind_exec(data_shapes, label_shapes, reshape=True)

    def _bind_one(self, i, data_shapes, label_shapes):
        ctx, symbol = self.contexts[i], self.symbol
        inputs = self._sliced_shape(data_shapes, i, self.data_layouts)
        if label_shapes:
            inputs += self._sliced_shape(label_shapes, i, self.label_layouts)
        known = set(self.arg_names)
        inputs = [d for d in inputs if d.name in known]
        given = {d.name: d.shape for d in inputs}
        arg_shapes, out_shapes, aux_shapes = symbol.infer_shape_partial(**given)
        missing = [
            f"{name} {tuple(shape or ())}"
            for name, shape in zip(self.arg_names, arg_shapes or [()] * len(self.arg_names))
            if not shape or 0 in shape
        ]
        if missing:
            fail(
                MXNetError,
                "bind",
                "the inputs' shapes do not tell all others",
                expected="data_shapes and label_shapes that determine every argument",
                got=f"{given}, which leave open {', '.join(missing)}",
            )
        arg_types, _, aux_types = symbol.infer_type(**{d.name: d.dtype for d in inputs})
        stypes, grad_stypes = [
            {n.name: s for n, s in table.items()} for table in symbol._storage()[:2]
        ]
        arg_types = arg_types or [onp.float32] * len(arg_shapes)
        aux_types = aux_types or [onp.float32] * len(aux_shapes)
        args, grads = [], {}
        with initial_values():
            for name, shape, dtype in zip(self.arg_names, arg_shapes, arg_types):
                request = self.grad_req[name]
                kinds = stypes[name], grad_stypes.get(name)
                if name in given or name not in self.param_names:
                    args.append(self._input(i, name, shape, dtype, kinds[0]))
                    if request != "null":
                        grads[name] = zeros(shape, ctx, dtype, kinds[1])
                    continue
                value, grad = self._parameter(i, name, shape, dtype, request, kinds)
                args.append(value)
                if grad is not None:
                    grads[name] = grad
            aux = [
                self._auxiliary(i, name, shape, dtype)
                for name, shape, dtype in zip(self.aux_names, aux_shapes, aux_types)
            ]
        exe = symbol.bind(
            ctx,
            args,
            args_grad=grads,
            grad_req=self.grad_req,
            aux_states=aux,
            group2ctx=self.group2ctxs[i],
        )
        return exe, out_shapes

    def _input(self, i, name, shape, dtype, stype):
        """An array for data, labels or states; states keep their value over other shapes."""
        if name in self.state_names:
            found = self._values[i].get(name)
            if found is None or found.shape != tuple(shape):
                found = self._values[i][name] = zeros(shape, self.contexts[i], dtype)
            return found
        return zeros(shape, self.contexts[i], dtype, stype)

    def _place(self, i, name):
        attrs = self.symbol.attr_dict().get(name, {}) if self.group2ctxs[i] else {}
        return placed(attrs, self.contexts[i], self.group2ctxs[i])

    def _parameter(self, i, name, shape, dtype, request, kinds):
        group = self._shared
        if name not in self._values[i] and group is not None and name in group._values[i]:
            self._values[i][name] = group._values[i][name]
            if name in group._grads[i]:
                self._grads[i][name] = group._grads[i][name]
        value = self._values[i].get(name)
        if value is None:
            value = self._values[i][name] = zeros(shape, self._place(i, name), dtype, kinds[0])
            if group is not None:
                group._values[i][name] = value
        self._same_shape(name, value, shape)
        if request == "null":
            return value, None
        grad = self._grads[i].get(name)
        if grad is None:
            grad = self._grads[i][name] = zeros(shape, value.context, value.dtype, kinds[1])
            if group is not None:
                group._grads[i][name] = grad
        return value, grad

    def _auxiliary(self, i, name, shape, dtype):
        group = self._shared
        found = self._aux[i].get(name)
        if found is None and group is not None:
            found = group._aux[i].get(name)
        if found is None:
            found = zeros(shape, self.contexts[i], dtype)
            if group is not None:
                group._aux[i][name] = found
        self._aux[i][name] = found
        self._same_shape(name, found, shape)
        return found

    @staticmethod
    def _same_shape(name, x, shape):
        require_equal(
            ShapeError,
            "bind",
            f"parameter {name} does not fit the new shapes",
            tuple(shape),
            x.shape,
            hint="parameters keep their shapes: let only the batch size or the length change",
        )

    def _collect_arrays(self):
        def parts(names):
            return [
                [(self.slices[i], exe.arg_dict[name]) for i, exe in enumerate(self.execs)]
                for name in names
                if name in self.arg_names
            ]

        known = set(self.arg_names)
        tables = [exe.arg_dict for exe in self.execs]
        grads = [exe.grad_dict for exe in self.execs]
        self.data_arrays = parts(self.data_names)
        self.state_arrays = [[t[name] for t in tables] for name in self.state_names]
        self.label_arrays = parts(self.label_names) if self.label_shapes else None
        self.param_arrays = [[t[n] for t in tables] for n in self.param_names if n in known]
        self.grad_arrays = (
            [[g.get(n) for g in grads] for n in self.param_names if n in known]
            if self.for_training
            else None
        )
        self.input_grad_arrays = (
            [[g.get(n) for g in grads] for n in self.data_names if n in known]
            if self.inputs_need_grad
            else None
        )
        self.aux_arrays = [
            [exe.aux_arrays[j] for exe in self.execs] for j in range(len(self.aux_names))
        ]

    # ------------------------------------------------------------------ parameters
    def set_params(self, arg_params, aux_params, allow_extra=False):
        """Copy parameters and auxiliary states to all devices.

        Raises
        ------
        ValueError   a name that is not in the symbol, unless ``allow_extra``
        ShapeError   an array of another shape
        """
        for what, params, names, tables in (
            ("arguments", arg_params, set(self.arg_names), [e.arg_dict for e in self.execs]),
            ("auxiliary states", aux_params, set(self.aux_names), [e.aux_dict for e in self.execs]),
        ):
            for name, value in (params or {}).items():
                if name not in names:
                    if allow_extra:
                        continue
                    raise ValueError(f'Find name "{name}" that is not in the {what}')
                for table in tables:
                    assign_copy(table[name], value, name)

    def get_params(self, arg_params, aux_params):
        """Copy parameters and auxiliary states, averaged over the devices, into two dicts."""
        for params, names, blocks in (
            (arg_params, [n for n in self.param_names if n in self.arg_names], self.param_arrays),
            (aux_params, self.aux_names, self.aux_arrays),
        ):
            for name, block in zip(names, blocks):
                mean = host_copy(block[0])
                if len(block) > 1:
                    rows = [onp.asarray(host_data(x._read()), "float64") for x in block]
                    mean = array(sum(rows) / len(rows), cpu(), block[0].dtype)
                    mean = mean if block[0].stype == "default" else mean.tostype(block[0].stype)
                if name in params and block[0].stype == params[name].stype != "default":
                    mean.copyto(params[name])
                elif name in params:
                    params[name]._write(mean._on(params[name].context))
                else:
                    params[name] = mean

    # ------------------------------------------------------------------ running
    def forward(self, data_batch, is_train=None):
        """Load a batch and run all executors.

        Parameters
        ----------
        data_batch : DataBatch, or a list of them, one per device
        is_train : bool, default ``for_training``
        """
        _load_data(data_batch, self.data_arrays, self.data_layouts)
        if is_train is None:
            is_train = self.for_training
        first = data_batch[0] if isinstance(data_batch, list) else data_batch
        if self.label_arrays is not None and first.label:
            _load_label(data_batch, self.label_arrays, self.label_layouts)
        self.execs[0].forward(is_train=is_train)
        for exe in self.execs[1:]:
            exe._go_on(bool(is_train))  # one step on several devices

    def backward(self, out_grads=None):
        """Gradients of all executors.

        Parameters
        ----------
        out_grads : NDArray or list of NDArray, optional     of the outputs, for the whole batch

        Raises
        ------
        AssertionError   not bound for training
        """
        require(self.for_training, "re-bind with for_training=True to run backward")
        if out_grads is None:
            out_grads = []
        elif isinstance(out_grads, NDArray):
            out_grads = [out_grads]
        for i, exe in enumerate(self.execs):
            parts = []
            for grad, axis in zip(out_grads, self.output_layouts):
                if axis >= 0 and len(self.execs) > 1:
                    grad = _part(grad, self.slices[i], axis)
                parts.append(grad.as_in_context(self.contexts[i]))
            exe.backward(out_grads=parts or None)

    def get_output_shapes(self):
        """[(name, shape)] of the outputs for the whole batch."""
        found = []
        for name, shape, axis in zip(
            self.output_names, self._output_shapes[0], self.output_layouts
        ):
            shape = list(shape)
            if 0 <= axis < len(shape):
                shape[axis] = self.batch_size
            found.append((name, tuple(shape)))
        return found

    def get_outputs(self, merge_multi_context=True, begin=0, end=None):
        """Outputs ``begin`` to ``end`` of the last forward.

        Returns
        -------
        list of NDArray; without ``merge_multi_context`` list of lists, one NDArray per device
        """
        end = self.num_outputs if end is None else end
        outputs = [[exe.outputs[i] for exe in self.execs] for i in range(begin, end)]
        if merge_multi_context:
            return _merge_multi_context(outputs, self.output_layouts[begin:end])
        return outputs

    def get_input_grads(self, merge_multi_context=True):
        """Gradients of the inputs; like :meth:`get_outputs`.

        Raises
        ------
        AssertionError   not bound with ``inputs_need_grad``
        """
        require(self.inputs_need_grad, "re-bind with inputs_need_grad=True for input gradients")
        if merge_multi_context:
            return _merge_multi_context(self.input_grad_arrays, self.data_layouts)
        return self.input_grad_arrays

    def get_states(self, merge_multi_context=True):
        """State arrays: for each state a list, one NDArray per device."""
        require(
            not merge_multi_context, "merge_multi_context=True is not supported for get_states yet."
        )
        return self.state_arrays

    def set_states(self, states=None, value=None):
        """Set states from arrays (as :meth:`get_states` gives them), or all to a number."""
        if states is not None:
            require(value is None, "Only one of states & value can be specified.")
            _load_general(
                states,
                [[(slice(None), x) for x in row] for row in self.state_arrays],
                [0] * len(states),
            )
            return
        require(value is not None, "At least one of states & value must be specified.")
        for row in self.state_arrays:
            for x in row:
                x[:] = value

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see the outputs of the last forward.

        Parameters
        ----------
        eval_metric : EvalMetric
        labels : list of NDArray; where ``pre_sliced``, one such list per device. Of labels for a
            larger batch than the last one their beginning counts.
        """
        for i, exe in enumerate(self.execs):
            if pre_sliced:
                part = labels[i]
            elif not self.label_layouts:
                part = labels or ()
            else:
                places = self.slices[i]
                part = [
                    x
                    if axis < 0 or (places.start == 0 and x.shape[axis] <= places.stop)
                    else _part(x, places, axis)
                    for x, axis in zip(labels or (), self.label_layouts)
                ]
            names = self.label_names or [f"label{j}" for j in range(len(part))]
            eval_metric.update_dict(
                OrderedDict(zip(names, part)),
                OrderedDict(zip(self.output_names, exe.outputs)),
            )

    def install_monitor(self, mon):
        """Let a monitor observe all executors, also those for shapes to come."""
        self._monitors.append(mon)
        for exe in self.execs:
            mon.install(exe)
