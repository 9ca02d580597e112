"""``SequentialModule``: modules one after another."""

import copy
import logging
from typing import Any

from .._fit import require
from .._traceback import doors
from .base_module import UNIFORM, BaseModule

__all__ = ["SequentialModule"]


class SequentialModule(BaseModule):
    """Modules in a row: each one's outputs are the next one's inputs.

    Parameters
    ----------
    logger : logging.Logger
    """

    META_TAKE_LABELS = "take_labels"
    META_AUTO_WIRING = "auto_wiring"

    def __init__(self, logger: Any = logging):
        super().__init__(logger=logger)
        self._modules = []
        self._metas = []
        self._label_shapes = None
        self._data_shapes = None
        self._meta_keys = {self.META_TAKE_LABELS, self.META_AUTO_WIRING}

    def add(self, module, **kwargs):
        """Append a module; returns this one, so that calls can be chained.

        Parameters
        ----------
        module : BaseModule
        take_labels : bool     labels go to it: a loss
        auto_wiring : bool     its inputs are renamed to its predecessor's outputs

        Raises
        ------
        AssertionError   another keyword
        """
        for key in kwargs:
            require(
                key in self._meta_keys,
                f'Unknown meta "{key}", a typo? Expected {" or ".join(sorted(self._meta_keys))}.',
            )
        self._modules.append(module)
        self._metas.append(kwargs)
        self.binded = self.params_initialized = self.optimizer_initialized = False
        return self

    # ------------------------------------------------------------------ descriptions
    @property
    def data_names(self):
        """Names of the first module's inputs."""
        return self._modules[0].data_names if self._modules else []

    @property
    def output_names(self):
        """Names of the last module's outputs."""
        return self._modules[-1].output_names if self._modules else []

    @property
    def data_shapes(self):
        """Descriptions of the first module's inputs."""
        self._need("data_shapes", params=False)
        return self._modules[0].data_shapes

    @property
    def label_shapes(self):
        """Descriptions of the labels; None where no module takes them."""
        self._need("label_shapes", params=False)
        return self._label_shapes

    @property
    def output_shapes(self):
        """List of ``(name, shape)`` of the last module's outputs."""
        self._need("output_shapes", params=False)
        return self._modules[-1].output_shapes

    # ------------------------------------------------------------------ parameters
    def get_params(self):
        """Parameters and auxiliary states of all modules."""
        self._need("get_params")
        arg_params, aux_params = {}, {}
        for module in self._modules:
            arg, aux = module.get_params()
            arg_params.update(arg)
            aux_params.update(aux)
        return arg_params, aux_params

    def init_params(
        self,
        initializer=UNIFORM,
        arg_params=None,
        aux_params=None,
        allow_missing=False,
        force_init=False,
        allow_extra=False,
    ):
        """Give the parameters of all modules their first values: see :meth:`Module.init_params`.

        Raises
        ------
        AssertionError   two modules have a parameter of the same name
        """
        if self.params_initialized and not force_init:
            return
        require(self.binded, "call bind before initializing the parameters")
        for module in self._modules:
            module.init_params(
                initializer=initializer,
                arg_params=arg_params,
                aux_params=aux_params,
                allow_missing=allow_missing,
                force_init=force_init,
                allow_extra=True,
            )
        seen = {}
        for i, module in enumerate(self._modules):
            for name in [*module.get_params()[0], *module.get_params()[1]]:
                require(
                    name not in seen,
                    f'Duplicated parameter names: name "{name}" in layer {i} '
                    f"({type(module).__name__}) is already used in layer {seen.get(name)}.",
                )
                seen[name] = i
        self.params_initialized = True

    # ------------------------------------------------------------------ binding
    def bind(
        self,
        data_shapes,
        label_shapes=None,
        for_training=True,
        inputs_need_grad=False,
        force_rebind=False,
        shared_module=None,
        grad_req="write",
    ):
        """Bind all modules: see :meth:`Module.bind`; ``shared_module`` must be None.

        Raises
        ------
        AssertionError   there are no modules; outputs and inputs differ in number
        """
        if self.binded and not force_rebind:
            self.logger.warning("Already bound, ignoring bind()")
            return
        if inputs_need_grad:
            require(for_training, "bind: inputs_need_grad=True needs for_training=True.")
        require(shared_module is None, "Shared module is not supported")
        require(len(self._modules) > 0, "Attempting to bind an empty SequentialModule")
        self.binded = True
        self._data_shapes, self._label_shapes = data_shapes, label_shapes
        shapes, anybody = data_shapes, False
        for i, (meta, module) in enumerate(zip(self._metas, self._modules)):
            takes = bool(meta.get(self.META_TAKE_LABELS))
            anybody = anybody or takes
            if meta.get(self.META_AUTO_WIRING):
                names = module.data_names
                require(
                    len(names) == len(shapes),
                    f"bind: module {i} has inputs {names}, its predecessor gives {shapes}.",
                )
                shapes = [(name, tuple(d[1])) for name, d in zip(names, shapes)]
            module.bind(
                data_shapes=shapes,
                label_shapes=label_shapes if takes else None,
                for_training=for_training,
                inputs_need_grad=bool(inputs_need_grad or (for_training and i > 0)),
                force_rebind=force_rebind,
                shared_module=None,
                grad_req=grad_req,
            )
            shapes = module.output_shapes
        if not anybody:
            self._label_shapes = None
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad

    def init_optimizer(
        self,
        kvstore="local",
        optimizer="sgd",
        optimizer_params=(("learning_rate", 0.01),),
        force_init=False,
    ):
        """Make an optimizer for each module: see :meth:`Module.init_optimizer`."""
        self._need("init_optimizer")
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring.")
            return
        for module in self._modules:
            module.init_optimizer(
                kvstore=kvstore,
                optimizer=optimizer,
                optimizer_params=optimizer_params,
                force_init=force_init,
            )
        self.optimizer_initialized = True

    # ------------------------------------------------------------------ computing
    def forward(self, data_batch, is_train=None):
        """Run the modules one after another."""
        self._need("forward")
        batch = copy.copy(data_batch)
        for i, module in enumerate(self._modules):
            module.forward(batch, is_train=is_train)
            if i + 1 == len(self._modules):
                break
            batch.data = module.get_outputs()
            if getattr(batch, "provide_data", None):
                names = [d[0] for d in self._modules[i + 1].data_shapes]
                batch.provide_data = [(n, x.shape) for n, x in zip(names, batch.data)]

    def backward(self, out_grads=None):
        """Go back through the modules, from the last to the first."""
        self._need("backward")
        for i, module in reversed(list(enumerate(self._modules))):
            module.backward(out_grads=out_grads)
            if i:
                out_grads = module.get_input_grads()

    def update(self):
        """Update the parameters of all modules."""
        self._need("update")
        require(self.optimizer_initialized, "update: there is no optimizer: call init_optimizer.")
        for module in self._modules:
            module.update()

    def get_outputs(self, merge_multi_context=True):
        """Outputs of the last module."""
        self._need("get_outputs")
        return self._modules[-1].get_outputs(merge_multi_context=merge_multi_context)

    def get_input_grads(self, merge_multi_context=True):
        """Gradients of the first module's inputs."""
        self._need("get_input_grads")
        require(self.inputs_need_grad, "re-bind with inputs_need_grad=True for input gradients")
        return self._modules[0].get_input_grads(merge_multi_context=merge_multi_context)

    def update_metric(self, eval_metric, labels, pre_sliced=False):
        """Let a metric see labels and the outputs of the modules that take labels."""
        self._need("update_metric")
        for meta, module in zip(self._metas, self._modules):
            if meta.get(self.META_TAKE_LABELS):
                module.update_metric(eval_metric, labels, pre_sliced)

    def install_monitor(self, mon):
        """Let a :class:`mxnet.monitor.Monitor` observe all modules."""
        self._need("install_monitor", params=False)
        for module in self._modules:
            module.install_monitor(mon)


doors(globals())
