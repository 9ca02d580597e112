"""``python -m mxnet.convert FILE --to FORMAT``: checkpoints in other formats, and from PyTorch's.

A checkpoint of MXNet's becomes an ``onnx``, ``safetensors`` or ``npz`` file. A ``state_dict`` of a
classifier of torchvision's, in a ``.pth`` or ``.safetensors`` file, becomes ``params`` of the model
zoo's network, or a ``checkpoint`` of symbol and parameters.
"""

import argparse
import glob
import io
import os
import re
import sys

import numpy as onp

from ._checkpoint import params_file, save_checkpoint, split_params, symbol_file
from ._command import called_by
from ._frontend.examples import attach_to as _attach_examples_to
from ._torch_files import read_tensors
from ._torchvision import from_torchvision
from .context import cpu
from .error import MXNetError
from .ndarray import array, load, save
from .ndarray._serialize import atomic_write
from .onnx import export_model
from .symbol import load as load_symbol

__all__ = ["convert", "main"]


def _params(path):
    """(prefix or None, path of the parameters) of what the user named."""
    if os.path.isfile(path):
        match = re.fullmatch(r"(.*)-\d{4}\.params", path)
        return (match.group(1) if match else None), path
    found = sorted(glob.glob(glob.escape(path) + "-[0-9][0-9][0-9][0-9].params"))
    if not found:
        raise FileNotFoundError(f"{path}: neither a file nor the prefix of a checkpoint.")
    return path, found[-1]


def _largest_difference(symbol, args, aux, shapes, path):
    """The largest difference between our outputs and onnxruntime's; None without it."""
    try:
        import onnxruntime
    except ImportError:
        return None
    random = onp.random.default_rng(0)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = [i.name for i in session.get_inputs()]
    data = {n: random.random(s, "float32") for n, s in zip(inputs, shapes)}
    found = session.run(None, data)
    ours = _outputs(symbol, args, aux, data)
    return max(float(onp.abs(a - b).max()) if a.size else 0.0 for a, b in zip(ours, found))


def _outputs(symbol, args, aux, data):
    """What a network computes of arrays by their inputs' names; labels are zeros."""
    known = {**args, **aux}
    labels = [n for n in symbol.list_arguments() if n not in known and n not in data]
    given = {n: a.shape for n, a in known.items()}
    given.update({n: x.shape for n, x in data.items()})
    names = set(symbol.list_inputs())
    shapes_of, _, _ = symbol.infer_shape(**{k: v for k, v in given.items() if k in names})
    table = dict(zip(symbol.list_arguments(), shapes_of))
    feed = {n: array(x) for n, x in data.items()}
    feed.update({n: args[n] for n in symbol.list_arguments() if n in args})
    feed.update({n: array(onp.zeros(table[n])) for n in labels})
    states = {n: aux[n] for n in symbol.list_auxiliary_states()}
    exe = symbol.bind(cpu(), feed, aux_states=states, grad_req="null")
    return [x.asnumpy() for x in exe.forward(is_train=False)]


def _difference_to_torchvision(made, state):
    """The largest difference between our outputs and torchvision's, in parts of the largest output;
    None without it.
    """
    try:
        import torch
        from torchvision import models
    except ImportError:
        return None
    symbol, args, aux = made.symbol()
    data = onp.random.default_rng(0).standard_normal((2, 3, made.side, made.side), "float32")
    args, aux = ({n: array(x) for n, x in p.items()} for p in (args, aux))
    ours = _outputs(symbol, args, aux, {"data": data})
    classes = ours[0].shape[1]
    options = {}
    if made.name == "inception_v3":
        options = {"aux_logits": "AuxLogits.fc.weight" in state, "init_weights": False}
    theirs = models.get_model(made.name, weights=None, num_classes=classes, **options).eval()
    theirs.load_state_dict({n: torch.from_numpy(onp.array(x, "float32")) for n, x in state.items()})
    with torch.no_grad():
        expected = theirs(torch.from_numpy(data)).numpy()
    return float(onp.abs(ours[0] - expected).max() / onp.abs(expected).max())


def _from_torch(path, to, output):
    state = read_tensors(path)
    made = from_torchvision(state, path)
    output = output or os.path.splitext(path)[0]
    if to == "params":
        if made.zoo is None:
            raise MXNetError(
                f"{path}: {made.name} of torchvision is no network of the model zoo: {made.why}. "
                "Hint: --to checkpoint writes symbol and parameters, for gluon.SymbolBlock.imports."
            )
        output = output if output.endswith(".params") else output + ".params"
        save(output, {n: array(x) for n, x in made.arrays.items()})
    else:
        symbol, args, aux = made.symbol()
        args, aux = ({n: array(x) for n, x in found.items()} for found in (args, aux))
        save_checkpoint(output, 0, symbol, args, aux)
        output = params_file(output, 0)
    return output, _difference_to_torchvision(made, state)


def convert(model, to, output=None, shapes=None):
    """Write a checkpoint in another format.

    Parameters
    ----------
    model : str          prefix of a checkpoint (its last epoch is taken), or a ``.params`` file;
        for 'params' and 'checkpoint' the ``.pth`` or ``.safetensors`` file of one of torchvision's
        networks, which is read without PyTorch and without running anything in it
    to : {'onnx', 'safetensors', 'npz', 'params', 'checkpoint'}
        'params' is a file for the ``load_parameters`` of the model zoo's network, 'checkpoint' a
        symbol and parameters for ``SymbolBlock.imports``
    output : str, optional           default: the model's name with another ending
    shapes : list of tuple of int    of the inputs, for ONNX

    Returns
    -------
    (str, float or None)     the file; and the largest difference to the outputs of onnxruntime, or
        of torchvision (in parts of the largest output), on random inputs where those are installed

    Raises
    ------
    OSError       a file is not there
    FormatError   a file is something else
    MXNetError    what cannot be converted, or a network that differs from the model zoo's
    """
    if to in ("params", "checkpoint"):
        return _from_torch(model, to, output)
    prefix, path = _params(model)
    output = output or f"{os.path.splitext(path)[0]}.{to}"
    if to == "npz" and not output.endswith(".npz"):
        output += ".npz"
    named = load(path)
    if to != "onnx":
        if not isinstance(named, dict):
            named = {str(i): x for i, x in enumerate(named)}
        arrays = {k: x.asnumpy() for k, x in named.items()}
        _write_arrays(arrays, to, output)
        return output, None
    if prefix is None or not shapes:
        raise MXNetError(
            "convert: ONNX needs the network and its inputs' shapes: expected the prefix of a "
            "checkpoint and --shape 1,3,224,224."
        )
    symbol = load_symbol(symbol_file(prefix))
    args, aux = split_params(named, path)
    export_model(symbol, [args, aux], shapes, onnx_file_path=output)
    return output, _largest_difference(symbol, args, aux, shapes, output)


def _write_arrays(arrays, to, output):
    if to == "npz":
        file = io.BytesIO()
        onp.savez(file, **arrays)
        atomic_write(output, [file.getbuffer()])
        return
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError(
            "convert: the safetensors package is missing. Hint: pip install "
            "'mxnet-xla[safetensors]'."
        ) from None
    atomic_write(output, [safetensors.numpy.save(arrays)])


def main(argv=None):
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog=called_by("mxnet.convert"),
        description="Write a checkpoint in another format, or parameters of torchvision's networks "
        "as those of the model zoo's.",
    )
    parser.add_argument(
        "model", help="prefix of a checkpoint, a .params file, or a .pth or .safetensors file"
    )
    parser.add_argument(
        "--to",
        required=True,
        choices=["onnx", "safetensors", "npz", "params", "checkpoint"],
        help="of a checkpoint: onnx, safetensors or npz; of PyTorch's files: params, for the model "
        "zoo's network, or checkpoint, symbol and parameters",
    )
    parser.add_argument(
        "--output",
        help="file to write; of a checkpoint, its prefix (default: the model's name with another "
        "ending)",
    )
    parser.add_argument(
        "--shape",
        action="append",
        default=[],
        help="of an input, e.g. 1,3,224,224; once for each input; only for ONNX",
    )
    options = parser.parse_args(argv)
    try:
        shapes = [tuple(int(d) for d in s.strip("()").split(",") if d) for s in options.shape]
        path, difference = convert(options.model, options.to, options.output, shapes)
    except (OSError, ValueError, ImportError, MXNetError) as e:
        sys.stderr.write(f"convert: {str(e).removeprefix('convert: ')}\n")
        return 1
    sys.stdout.write(f"wrote {path}\n")
    if difference is not None:
        other = "onnxruntime" if options.to == "onnx" else "torchvision, of its largest output"
        sys.stdout.write(f"largest difference to {other}: {difference:.3g}\n")
    return 0


_attach_examples_to(globals())

if __name__ == "__main__":
    sys.exit(main())
