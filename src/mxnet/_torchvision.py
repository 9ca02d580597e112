"""torchvision's classifiers as networks of the model zoo.

Each family has a table of its modules: torchvision's name and the layer's place in the zoo's
network. Where the architectures differ, a network of the same layers with the difference made good
is used, which only a symbol can describe: it is no network of the zoo.

Equal in both: the images' normalisation, eps of batch normalisation, the order in which images are
flattened. At 224 x 224 (Inception: 299), torchvision's adaptive pooling is what the zoo's networks
do.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as onp

from . import symbol
from .error import FormatError, fail
from .gluon import nn
from .gluon.model_zoo import vision
from .gluon.model_zoo.vision.densenet import densenet_spec
from .gluon.model_zoo.vision.resnet import BottleneckV1, ResNetV1, resnet_spec
from .gluon.model_zoo.vision.vgg import vgg_spec

__all__ = ["Converted", "from_torchvision"]


class Converted(NamedTuple):
    """A network that stands for one of torchvision's.

    Attributes
    ----------
    name : str          torchvision's, e.g. 'resnet18'
    zoo : str or None   the model zoo's, e.g. 'resnet18_v1'; None where it differs
    why : str           the difference
    net : HybridBlock
    arrays : dict       place of a parameter in ``net``, e.g. 'output.weight' -> float32 array
    side : int          of the images, in pixels
    """

    name: str
    zoo: str | None
    why: str
    net: nn.HybridBlock
    arrays: dict
    side: int

    def symbol(self):
        """The network as a Symbol, and its parameters and states by name."""
        graph = self.net(symbol.var("data"))
        named = {p.name: self.arrays[k] for k, p in _parameters(self.net).items()}
        args, states = set(graph.list_arguments()), set(graph.list_auxiliary_states())
        return (
            graph,
            {n: x for n, x in named.items() if n in args},
            {n: x for n, x in named.items() if n in states},
        )


class _Network(NamedTuple):
    """What a family's table says of a state_dict."""

    name: str
    zoo: str
    pairs: list  # (torchvision's module, place in the zoo's network)
    last: str  # torchvision's module whose bias counts the classes
    made: Callable | None = None  # where the zoo's differs: (classes, prefix) -> network
    why: str = ""
    extra: dict = {}  # parameters that torchvision's network does not have
    side: int = 224  # of the images
    unused: str = "-"  # how names begin that only training needs


# ------------------------------------------------------------------ networks that differ
class _Bottleneck(BottleneckV1):
    """With the stride in the 3x3 convolution, and no bias before normalisation."""

    def _fill(self, body, channels, stride, in_channels):
        inside = channels // 4
        for channels_, kernel, step in ((inside, 1, 1), (inside, 3, stride), (channels, 1, 1)):
            pad = kernel // 2
            body.add(nn.Conv2D(channels_, kernel, step, pad, use_bias=False), nn.BatchNorm())
            if channels_ == inside:
                body.add(nn.Activation("relu"))


class _MobileNetV2(vision.MobileNetV2):
    """With a bias in the last layer."""

    def __init__(self, classes, prefix):
        super().__init__(1.0, classes, prefix=prefix)
        with self.name_scope():
            self.output = nn.HybridSequential(prefix="output_")
            with self.output.name_scope():
                self.output.add(nn.Conv2D(classes, kernel_size=1, prefix="pred_"), nn.Flatten())


# ------------------------------------------------------------------ tables of families
def _count(state, form, first=0):
    """How many of the arrays ``form.format(first)``, ``form.format(first + 1)`` ... there are."""
    n = 0
    while form.format(first + n) in state:
        n += 1
    return n


def _resnet(state):
    if "layer1.0.conv1.weight" not in state:
        return None
    convs = 3 if "layer1.0.conv3.weight" in state else 2
    layers = [_count(state, f"layer{i}.{{}}.conv1.weight") for i in range(1, 5)]
    kind = "bottle_neck" if convs == 3 else "basic_block"
    depth = next((n for n, spec in resnet_spec.items() if spec[:2] == (kind, layers)), None)
    if depth is None:
        return None
    pairs = [("conv1", "features.0"), ("bn1", "features.1"), ("fc", "output")]
    for i, count in enumerate(layers):
        for j in range(count):
            mine, its = f"features.{4 + i}.{j}", f"layer{i + 1}.{j}"
            for k in range(convs):
                pairs.append((f"{its}.conv{k + 1}", f"{mine}.body.{3 * k}"))
                pairs.append((f"{its}.bn{k + 1}", f"{mine}.body.{3 * k + 1}"))
            if f"{its}.downsample.0.weight" in state:
                pairs += [(f"{its}.downsample.{k}", f"{mine}.downsample.{k}") for k in (0, 1)]
    name, zoo = f"resnet{depth}", f"resnet{depth}_v1"
    if convs == 2:
        return _Network(name, zoo, pairs, "fc")
    why = "it has the stride of a bottleneck in the 3x3 convolution, the zoo in the first 1x1"
    channels = resnet_spec[depth][2]

    def made(classes, prefix):
        return ResNetV1(_Bottleneck, layers, channels, classes, prefix=prefix)

    return _Network(name, zoo, pairs, "fc", made, why)


def _vgg(state):
    convs = [n for n in range(60) if onp.ndim(state.get(f"features.{n}.weight")) == 4]
    bn = "features.1.running_mean" in state
    depth = next((n for n, (layers, _) in vgg_spec.items() if sum(layers) == len(convs)), None)
    if depth is None or "classifier.6.weight" not in state:
        return None
    pairs = []
    for n in convs:
        pairs += [(f"features.{k}", f"features.{k}") for k in ((n, n + 1) if bn else (n,))]
    dense = convs[-1] + (4 if bn else 3)  # after normalisation, relu and pooling
    pairs += [("classifier.0", f"features.{dense}"), ("classifier.3", f"features.{dense + 2}")]
    pairs += [("classifier.6", "output")]
    name = f"vgg{depth}" + ("_bn" if bn else "")
    return _Network(name, name, pairs, "classifier.6")


def _mobilenet(state):
    if "features.18.0.weight" not in state or "features.1.conv.0.0.weight" not in state:
        return None
    pairs = [("features.0.0", "features.0"), ("features.0.1", "features.1")]
    for i in range(1, 18):
        its, mine = f"features.{i}.conv", f"features.{2 + i}.out"
        inside = ("0.0", "0.1", "1", "2") if i == 1 else ("0.0", "0.1", "1.0", "1.1", "2", "3")
        places = ("3", "4", "6", "7") if i == 1 else ("0", "1", "3", "4", "6", "7")
        pairs += [(f"{its}.{a}", f"{mine}.{b}") for a, b in zip(inside, places)]
    pairs += [("features.18.0", "features.20"), ("features.18.1", "features.21")]
    pairs += [("classifier.1", "output.0")]
    # The zoo widens in the first block too, by 1: the identity, as its input is between 0 and 6.
    ones, eps = onp.ones(32, "float32"), onp.float32(1e-5)
    extra = {
        "features.3.out.0.weight": onp.eye(32, dtype="float32").reshape(32, 32, 1, 1),
        "features.3.out.1.gamma": ones,
        "features.3.out.1.beta": 0 * ones,
        "features.3.out.1.running_mean": 0 * ones,
        "features.3.out.1.running_var": ones - eps,
    }
    why = "its last layer has a bias, the zoo's has none"
    return _Network(
        "mobilenet_v2", "mobilenetv2_1.0", pairs, "classifier.1", _MobileNetV2, why, extra
    )


def _densenet(state):
    if "features.denseblock1.denselayer1.conv1.weight" not in state:
        return None
    layers = [
        _count(state, f"features.denseblock{i}.denselayer{{}}.conv1.weight", 1) for i in range(1, 5)
    ]
    stem = state["features.conv0.weight"].shape[0] if "features.conv0.weight" in state else 0
    depth = next(
        (n for n, (a, _, spec) in densenet_spec.items() if (a, spec) == (stem, layers)), None
    )
    if depth is None:
        return None
    pairs = [("features.conv0", "features.0"), ("features.norm0", "features.1")]
    for i, count in enumerate(layers):
        at = 4 + 2 * i
        for j in range(count):
            its = f"features.denseblock{i + 1}.denselayer{j + 1}"
            mine = f"features.{at}.{j}.1"
            parts = (("norm1", 0), ("conv1", 2), ("norm2", 3), ("conv2", 5))
            pairs += [(f"{its}.{a}", f"{mine}.{b}") for a, b in parts]
        if i < 3:
            its = f"features.transition{i + 1}"
            pairs += [(f"{its}.norm", f"features.{at + 1}.0")]
            pairs += [(f"{its}.conv", f"features.{at + 1}.2")]
    pairs += [("features.norm5", "features.11"), ("classifier", "output")]
    return _Network(f"densenet{depth}", f"densenet{depth}", pairs, "classifier")


def _squeezenet(state):
    fires = [n for n in range(3, 13) if f"features.{n}.squeeze.weight" in state]
    version = {(96,): "1.0", (64,): "1.1"}.get(onp.shape(state.get("features.0.weight"))[:1])
    if len(fires) != 8 or version is None:
        return None
    pairs = [("features.0", "features.0"), ("classifier.1", "output.0")]
    for n in fires:
        parts = (("squeeze", "0.0"), ("expand1x1", "1.0.0"), ("expand3x3", "1.1.0"))
        pairs += [(f"features.{n}.{a}", f"features.{n}.{b}") for a, b in parts]
    name = f"squeezenet{version}"
    return _Network(name.replace(".", "_"), name, pairs, "classifier.1")


def _alexnet(state):
    convs = [n for n in range(14) if f"features.{n}.weight" in state]
    if convs != [0, 3, 6, 8, 10] or "classifier.6.weight" not in state:
        return None
    pairs = [(f"features.{a}", f"features.{b}") for a, b in zip(convs, (0, 2, 4, 5, 6))]
    pairs += [("classifier.1", "features.9"), ("classifier.4", "features.11")]
    return _Network("alexnet", "alexnet", [*pairs, ("classifier.6", "output")], "classifier.6")


# Branches of Inception's modules, in the zoo's order: what follows "branch" in torchvision's names.
_INCEPTION_MODULES = {
    **dict.fromkeys(("5b", "5c", "5d"), "1x1 5x5_1,5x5_2 3x3dbl_1,3x3dbl_2,3x3dbl_3 _pool"),
    "6a": "3x3 3x3dbl_1,3x3dbl_2,3x3dbl_3",
    **dict.fromkeys(
        ("6b", "6c", "6d", "6e"),
        "1x1 7x7_1,7x7_2,7x7_3 7x7dbl_1,7x7dbl_2,7x7dbl_3,7x7dbl_4,7x7dbl_5 _pool",
    ),
    "7a": "3x3_1,3x3_2 7x7x3_1,7x7x3_2,7x7x3_3,7x7x3_4",
    # two branches fork at their ends
    **dict.fromkeys(
        ("7b", "7c"), "1x1 3x3_1/3x3_2a/3x3_2b 3x3dbl_1,3x3dbl_2/3x3dbl_3a/3x3dbl_3b _pool"
    ),
}


def _inception(state):
    if "Mixed_5b.branch5x5_1.conv.weight" not in state:
        return None
    stem = ("1a_3x3", 0), ("2a_3x3", 1), ("2b_3x3", 2), ("3b_1x1", 4), ("4a_3x3", 5)
    convs = [(f"Conv2d_{name}", f"features.{n}") for name, n in stem]
    for n, (module, branches) in enumerate(_INCEPTION_MODULES.items(), 7):
        its = f"Mixed_{module}.branch"
        for i, branch in enumerate(branches.split()):
            mine = f"features.{n}.{i}"
            trunk, *fork = branch.split("/")
            if fork:
                convs += [(its + part, f"{mine}.1.{k}.0") for k, part in enumerate(fork)]
                mine += ".0"
            first = int(branch == "_pool")  # after the pooling
            parts = enumerate(trunk.split(","), first)
            convs += [(its + part, f"{mine}.{k}") for k, part in parts]
    pairs = []
    for name, place in convs:
        pairs += [(f"{name}.conv", f"{place}.0"), (f"{name}.bn", f"{place}.1")]
    pairs.append(("fc", "output"))
    return _Network("inception_v3", "inceptionv3", pairs, "fc", side=299, unused="AuxLogits.")


_FAMILIES = (_resnet, _mobilenet, _densenet, _squeezenet, _alexnet, _vgg, _inception)
_NORM = {"weight": "gamma", "bias": "beta"}


# ------------------------------------------------------------------ conversion
def _parameters(net):
    return net._collect_params_with_prefix()


def _shapes(net, side):
    """Place of each parameter -> shape, for images of this size."""
    graph = net(symbol.var("data"))
    given, _, states = graph.infer_shape(data=(1, 3, side, side))
    named = dict(zip(graph.list_arguments(), given))
    named |= zip(graph.list_auxiliary_states(), states)
    return {place: tuple(named[p.name]) for place, p in _parameters(net).items()}


def _modern(name):
    """Names of the DenseNets of torchvision's first years: ``norm.1`` is ``norm1`` now."""
    if "denselayer" in name:
        for part in ("norm", "conv"):
            name = name.replace(f".{part}.1.", f".{part}1.").replace(f".{part}.2.", f".{part}2.")
    return name


def from_torchvision(state, where):
    """The network that one of torchvision's ``state_dict``s is of, with its parameters.

    Parameters
    ----------
    state : dict of str to numpy.ndarray
    where : str      the file, for messages

    Returns
    -------
    Converted

    Raises
    ------
    FormatError   the arrays are not those of a network of torchvision's that the model zoo has
    """
    state = {_modern(n): x for n, x in state.items() if not n.endswith(".num_batches_tracked")}
    found = next(filter(None, (family(state) for family in _FAMILIES)), None)
    if found is None:
        fail(
            FormatError,
            where,
            "no network that the model zoo has",
            expected="the state_dict of a ResNet-18 to 152, VGG, MobileNetV2, DenseNet, "
            "SqueezeNet, AlexNet or Inception v3 of torchvision",
            got=", ".join(list(state)[:4]) + (", ..." if len(state) > 4 else ""),
        )
    if f"{found.last}.bias" not in state:
        fail(FormatError, where, "an array is missing", expected=f"{found.last}.bias")
    classes = int(state[f"{found.last}.bias"].size)
    if found.made is None:
        net = vision.get_model(found.zoo, classes=classes)
    else:
        net = found.made(classes, f"torchvision_{found.name}_")
    arrays, used = dict(found.extra), set()
    for module, place in found.pairs:
        norm = f"{module}.running_mean" in state
        for part in ("weight", "bias", "running_mean", "running_var"):
            if f"{module}.{part}" in state:
                used.add(f"{module}.{part}")
                mine = _NORM.get(part, part) if norm else part
                arrays[f"{place}.{mine}"] = state[f"{module}.{part}"]
    shapes = _shapes(net, found.side)
    more = [n for n in state if n not in used and not n.startswith(found.unused)]
    more += [n for n in arrays if n not in shapes]
    missing = [n for n in shapes if n not in arrays]
    if more or missing:
        fail(
            FormatError,
            where,
            f"the arrays are not those of {found.name}",
            expected=f"the {len(shapes)} of {found.zoo}",
            got=f"{more[0]!r} beyond them" if more else f"none for {missing[0]!r}",
        )
    places = {mine: its for its, mine in found.pairs}
    for place, shape in shapes.items():
        # a dense layer of torchvision's may be a 1x1 convolution here
        if arrays[place].shape != shape and arrays[place].shape + (1, 1) != shape:
            module, _, part = place.rpartition(".")
            fail(
                FormatError,
                where,
                f"{places.get(module, module)} ({part}) is not that of {found.name}",
                expected=f"shape {shape}",
                got=arrays[place].shape,
            )
    arrays = {n: onp.ascontiguousarray(x, "float32").reshape(shapes[n]) for n, x in arrays.items()}
    return Converted(
        found.name, None if found.made else found.zoo, found.why, net, arrays, found.side
    )
