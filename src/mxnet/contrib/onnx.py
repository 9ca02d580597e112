"""``mx.contrib.onnx``: reading and writing ONNX models; see also :mod:`mxnet.onnx`."""

from .._frontend.examples import attach_to as _attach_examples_to
from ..context import cpu
from ..gluon import SymbolBlock
from ..gluon.parameter import Parameter
from ..initializer import Zero
from ..onnx import export_model
from ..onnx._import_more import get_model_metadata, import_model
from ..symbol import Variable

__path__ = []  # 1.x has it as a package, whose modules are other names of this one

__all__ = [
    "export_model",
    "export_model_",
    "get_model_metadata",
    "get_model_metadata_",
    "import_model",
    "import_model_",
    "import_to_gluon",
    "import_to_gluon_",
]


def import_to_gluon(model_file, ctx=None):
    """A block from an ONNX file.

    Parameters
    ----------
    model_file : str
    ctx : Context or list of Context, default ``cpu()``     where its parameters are

    Returns
    -------
    SymbolBlock
    """
    sym, args, aux = import_model(model_file)
    names = [n for n, _ in get_model_metadata(model_file)["input_tensor_data"]]
    net = SymbolBlock(outputs=sym, inputs=[Variable(n) for n in names])
    contexts = ctx if isinstance(ctx, (list, tuple)) else [cpu() if ctx is None else ctx]
    parameters = net.collect_params()
    for name, value in {**args, **aux}.items():
        parameter = parameters[name]
        if isinstance(parameter, Parameter):
            parameter.shape = value.shape
            parameter.dtype = value.dtype
            parameter.initialize(init=Zero(), ctx=list(contexts))
            parameter.set_data(value)
    return net


export_model_, get_model_metadata_ = export_model, get_model_metadata
import_model_, import_to_gluon_ = import_model, import_to_gluon

_attach_examples_to(globals())
