"""``mxnet.test_utils``: test data, comparisons with tolerances by type, checks of gradients.

``from mxnet.test_utils import *`` also gives the modules that tests use (``mx``, ``np``, ``os``
and others), as it always did.
"""

import bz2
import errno
import gzip
import json
import logging
import numbers
import os
import platform
import random as rnd
import struct
import sys
import time
import traceback
import zipfile
from collections import OrderedDict
from contextlib import contextmanager

import numpy as onp
import numpy.testing as npt

from ..context import Context, current_context
from ..ndarray._creation import array
from ..runtime import Features
from ..symbol import Symbol
from ..symbol.numpy import _Symbol as np_symbol
from ..util import get_cuda_compute_capability, getenv, setenv, use_np
from . import (
    _arrays,
    _compare,
    _data,
    _environment,
    _statistics,
    _symbolic,
    _tolerance,
    _training,
)
from ._arrays import *  # noqa: F403
from ._arrays import _powerlaw_csr, _uniform_csr  # noqa: F401
from ._compare import *  # noqa: F403
from ._data import *  # noqa: F403
from ._environment import *  # noqa: F403
from ._statistics import *  # noqa: F403
from ._symbolic import *  # noqa: F403
from ._symbolic import _parse_aux_states, _parse_location, _sorted_dict, _sorted_items  # noqa: F401
from ._tolerance import *  # noqa: F403
from ._training import *  # noqa: F403

mx = sys.modules[__package__.partition(".")[0]]  # what tests call the package
np = onp

_parts = (
    _arrays,
    _compare,
    _data,
    _environment,
    _statistics,
    _symbolic,
    _tolerance,
    _training,
)
__all__ = [
    "Context",
    "Features",
    "OrderedDict",
    "Symbol",
    "array",
    "bz2",
    "contextmanager",
    "current_context",
    "errno",
    "get_cuda_compute_capability",
    "getenv",
    "gzip",
    "json",
    "logging",
    "mx",
    "np",
    "np_symbol",
    "npt",
    "numbers",
    "os",
    "platform",
    "rnd",
    "setenv",
    "struct",
    "sys",
    "time",
    "traceback",
    "use_np",
    "zipfile",
]
for _part in _parts:
    __all__ += _part.__all__
