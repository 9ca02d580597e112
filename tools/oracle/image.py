"""Records picture operators and transforms of MXNet 1.9.1. Usage: python image.py OUT.npz

Case i: ``expr_i``, an expression over im (4, 5, 3) uint8, fl (the same / 255, float32), chw (fl
with
channels first), tall (3, 9, 4) float32; ``out_i`` its value.
"""

import sys

import numpy as np

import mxnet as mx
from mxnet import gluon, nd

T = gluon.data.vision.transforms
im = nd.array((np.arange(60).reshape(4, 5, 3) * 37 + 11) % 256, dtype="uint8")
fl = im.astype("float32") / 255
chw = fl.transpose((2, 0, 1))
tall = nd.array(np.random.RandomState(0).rand(3, 9, 4))
names = {"mx": mx, "nd": nd, "T": T, "im": im, "fl": fl, "chw": chw, "tall": tall}

exprs = [
    f"nd.image.resize({x}, size={s}, interp={i})"
    for x in ("im", "fl")
    for s in ((3, 2), (7, 9))
    for i in range(5)
]
exprs += [
    "nd.image.resize(fl, size=3, keep_ratio=True)",
    "nd.image.resize(fl, size=(10, 2))",
    "nd.image.crop(im, 1, 2, 3, 2)",
    "nd.image.flip_top_bottom(im)",
    "nd.image.flip_left_right(nd.image.crop(im, 0, 0, 4, 3))",
    "nd.image.to_tensor(im)",
    "nd.image.to_tensor(fl)",
    "nd.image.to_tensor(im.astype('int8'))",
    "nd.image.normalize(chw, mean=(0.1, 0.2, 0.3), std=(1, 2, 0.5))",
    "nd.image.normalize(nd.image.to_tensor(im), mean=0.5, std=2)",
    "T.CenterCrop((7, 2))(im)",
    "T.CenterCrop(2)(im)",
    "T.CenterCrop((3, 9))(fl)",
    "T.CropResize(1, 0, 3, 4, (2, 2), 1)(fl)",
]
exprs += [
    f"nd.image.random_{n}({x}, {f}, {f})"
    for n in ("brightness", "contrast", "saturation", "hue")
    for x in ("im", "fl", "im.astype('int32')")
    for f in (0.3, 1.5)
]
exprs += [
    "nd.image.adjust_lighting(im, alpha=(0.1, 0.2, -0.1))",
    "nd.image.adjust_lighting(fl, alpha=(-0.3, 0.05, 0.2))",
]
exprs += [
    f"T.Rotate({a}{z})({x})"
    for x in ("chw", "tall")
    for a in (90, 45, -30)
    for z in ("", ", zoom_in=True", ", zoom_out=True")
]

out = {"expr": np.array(exprs)}
for i, expr in enumerate(exprs):
    out[f"out_{i}"] = eval(expr, names).asnumpy()
np.savez_compressed(sys.argv[1], **out)
