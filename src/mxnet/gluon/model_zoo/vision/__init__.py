"""``gluon.model_zoo.vision``: networks that classify images.

>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet18_v1(classes=10)
>>> net = vision.get_model("resnet18_v1", classes=10)

Images go in as (N, 3, H, W), as a rule 224 by 224 (299 by 299 for Inception), with their channels
normalised by means (0.485, 0.456, 0.406) and deviations (0.229, 0.224, 0.225).  With
``pretrained=True`` the parameters come from a file; see
:func:`~mxnet.gluon.model_zoo.model_store.get_model_file`.
"""

from ...._frontend.examples import attach_to as _attach_examples_to
from ....error import suggestion
from ..model_store import UnknownModelError
from . import alexnet as _alexnet
from . import densenet, inception, mobilenet, resnet, squeezenet, vgg
from .alexnet import *  # noqa: F403
from .densenet import *  # noqa: F403
from .inception import *  # noqa: F403
from .mobilenet import *  # noqa: F403
from .resnet import *  # noqa: F403
from .squeezenet import *  # noqa: F403
from .vgg import *  # noqa: F403

__all__ = ["get_model"]
for _family in (_alexnet, densenet, inception, mobilenet, resnet, squeezenet, vgg):
    __all__ += _family.__all__

_MODELS = {"alexnet": _alexnet.alexnet, "inceptionv3": inception.inception_v3}
for _n in ("121", "161", "169", "201"):
    _MODELS[f"densenet{_n}"] = getattr(densenet, f"densenet{_n}")
for _n in ("0.25", "0.5", "0.75", "1.0"):
    _MODELS[f"mobilenet{_n}"] = getattr(mobilenet, f"mobilenet{_n.replace('.', '_')}")
    _MODELS[f"mobilenetv2_{_n}"] = getattr(mobilenet, f"mobilenet_v2_{_n.replace('.', '_')}")
for _n in ("18", "34", "50", "101", "152"):
    for _version in ("v1", "v2"):
        _MODELS[f"resnet{_n}_{_version}"] = getattr(resnet, f"resnet{_n}_{_version}")
for _n in ("1.0", "1.1"):
    _MODELS[f"squeezenet{_n}"] = getattr(squeezenet, f"squeezenet{_n.replace('.', '_')}")
for _n in ("11", "13", "16", "19"):
    _MODELS[f"vgg{_n}"] = getattr(vgg, f"vgg{_n}")
    _MODELS[f"vgg{_n}_bn"] = getattr(vgg, f"vgg{_n}_bn")


def get_model(name, **kwargs):
    """A network by its name, e.g. ``'resnet50_v2'``.

    Parameters
    ----------
    name : str        in any case
    **kwargs          ``pretrained``, ``classes``, ``ctx``, ``root``

    Raises
    ------
    ValueError   there is none of this name; the message lists them
    """
    key = name.lower()
    if key not in _MODELS:
        options = "\n\t".join(sorted(_MODELS))
        raise UnknownModelError(
            f"Model {name} is not supported.{suggestion(key, _MODELS)} "
            f"Available options are\n\t{options}"
        )
    return _MODELS[key](**kwargs)


_attach_examples_to(globals())
