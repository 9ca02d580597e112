"""Records what the original's mx.image does: sizes, frames, crops, augmenters, under given seeds.

Run by the original's Python: image.py OUTPUT.npz
"""

import json
import random
import sys

import numpy as np

from mxnet import image, nd

made, facts = {}, {}


def picture(h, w, dtype, seed=0):
    """A smooth picture with some noise."""
    rs = np.random.RandomState(seed)
    y, x = np.mgrid[:h, :w]
    base = np.stack(
        [
            127 + 100 * np.sin(x / 5.0 + y / 9.0),
            127 + 100 * np.cos(y / 4.0),
            255.0 * (x + y) / (h + w),
        ],
        axis=2,
    )
    return np.clip(base + rs.uniform(-20, 20, (h, w, 3)), 0, 255).astype(dtype)


def keep(name, value):
    made[name] = value.asnumpy() if isinstance(value, nd.NDArray) else np.asarray(value)


def seeded(seed):
    random.seed(seed)
    np.random.seed(seed)


U8 = nd.array(picture(24, 31, "uint8"), dtype="uint8")
F32 = nd.array(picture(24, 31, "float32"), dtype="float32")
for name, src in (("u8", U8), ("f32", F32)):
    for interp in range(5):
        for w, h in ((12, 10), (40, 37), (20, 30))[: 3 if name == "u8" else 1]:
            keep(f"resize/{name}/{interp}/{w}x{h}", image.imresize(src, w, h, interp))
    if name == "f32":
        continue
    for kind in range(5):
        keep(f"border/{name}/{kind}", image.copyMakeBorder(src, 3, 2, 4, 1, kind, values=(9, 8, 7)))
    keep(f"border/{name}/value", image.copyMakeBorder(src, 1, 1, 1, 1, 0, value=7))
    keep(f"short/{name}", image.resize_short(src, 17))
    keep(f"fixed/{name}", image.fixed_crop(src, 3, 4, 10, 12, (9, 8)))
    for seed in range(4):
        seeded(seed)
        out, place = image.random_crop(src, (9, 40))
        keep(f"random_crop/{name}/{seed}", out)
        facts[f"random_crop/{name}/{seed}"] = place
        out, place = image.random_size_crop(src, (9, 7), (0.1, 0.9), (0.4, 3))
        keep(f"random_size_crop/{name}/{seed}", out)
        facts[f"random_size_crop/{name}/{seed}"] = place
    keep(f"center_crop/{name}", image.center_crop(src, (40, 11))[0])

EIGVAL = np.array([55.46, 4.794, 1.148])
EIGVEC = np.array(
    [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.814], [-0.5836, -0.6948, 0.4203]]
)
AUGMENTERS = {
    "resize": lambda: image.ResizeAug(15),
    "force": lambda: image.ForceResizeAug((14, 13), interp=9),
    "chance": lambda: image.ForceResizeAug((14, 13), interp=10),
    "crop": lambda: image.RandomCropAug((9, 9)),
    "sized": lambda: image.RandomSizedCropAug((9, 9), 0.2, (0.5, 2)),
    "center": lambda: image.CenterCropAug((9, 9)),
    "brightness": lambda: image.BrightnessJitterAug(0.4),
    "contrast": lambda: image.ContrastJitterAug(0.4),
    "saturation": lambda: image.SaturationJitterAug(0.4),
    "hue": lambda: image.HueJitterAug(0.4),
    "color": lambda: image.ColorJitterAug(0.3, 0.2, 0.4),
    "lighting": lambda: image.LightingAug(0.5, EIGVAL, EIGVEC),
    "normalize": lambda: image.ColorNormalizeAug(nd.array([1, 2, 3]), nd.array([4, 5, 6])),
    "gray": lambda: image.RandomGrayAug(0.5),
    "flip": lambda: image.HorizontalFlipAug(0.5),
    "cast": image.CastAug,
    "sequence": lambda: image.SequentialAug(
        [image.HorizontalFlipAug(0.5), image.RandomCropAug((9, 9)), image.BrightnessJitterAug(0.1)]
    ),
    "order": lambda: image.RandomOrderAug(
        [image.HorizontalFlipAug(0.5), image.RandomCropAug((9, 9)), image.BrightnessJitterAug(0.1)]
    ),
}
for name, make in AUGMENTERS.items():
    augmenter = make()
    facts[f"dumps/{name}"] = augmenter.dumps()
    for seed in range(2):
        seeded(seed)
        augmenter = make()
        keep(f"aug/{name}/{seed}", augmenter(F32[:12, :14].copy()))

LISTS = {
    "plain": {},
    "all": {
        "resize": 30,
        "rand_crop": True,
        "rand_resize": True,
        "rand_mirror": True,
        "mean": True,
        "std": True,
        "brightness": 0.1,
        "contrast": 0.1,
        "saturation": 0.1,
        "hue": 0.1,
        "pca_noise": 0.1,
        "rand_gray": 0.3,
        "inter_method": 1,
    },
    "crop": {"rand_crop": True, "mean": np.array([1, 2, 3.0])},
}
for name, kw in LISTS.items():
    augmenters = image.CreateAugmenter((3, 20, 21), **kw)
    facts[f"create/{name}"] = [a.dumps() for a in augmenters]
    for seed in range(2):
        seeded(seed)
        out = U8
        for augmenter in image.CreateAugmenter((3, 20, 21), **kw):
            out = augmenter(out)
        keep(f"create/{name}/{seed}", out)

# --------------------------------------------------------------------------------- detection
LABEL = np.array(
    [[0, 0.1, 0.2, 0.5, 0.6], [1, 0.3, 0.3, 0.9, 0.8], [2, 0.02, 0.7, 0.1, 0.95]], dtype="float32"
)
DET = {
    "borrow": lambda: image.DetBorrowAug(image.HorizontalFlipAug(0.5)),
    "select": lambda: image.DetRandomSelectAug(
        [image.DetHorizontalFlipAug(0.5), image.DetRandomCropAug()], skip_prob=0.1
    ),
    "always": lambda: image.DetRandomSelectAug([image.DetHorizontalFlipAug(0.5)]),
    "none": lambda: image.DetRandomSelectAug([], 0.2),
    "flip": lambda: image.DetHorizontalFlipAug(0.5),
    "crop": image.DetRandomCropAug,
    "crop_covered": lambda: image.DetRandomCropAug(0.6, (0.5, 2), (0.2, 0.8), 0.5, 5),
    "crop_large": lambda: image.DetRandomCropAug(0.1, (0.5, 2), (0.05, 3.0)),
    "pad": image.DetRandomPadAug,
    "pad_little": lambda: image.DetRandomPadAug((0.9, 1.6), (1.0, 1.3), 3, (1, 2, 3)),
}
for name, make in DET.items():
    facts[f"det/{name}"] = make().dumps()
    for seed in range(12 if "crop" in name or "pad" in name else 3):
        seeded(seed)
        out, label = make()(U8, LABEL.copy())
        facts[f"det/{name}/{seed}"] = [list(out.shape), int(out.asnumpy().astype("int64").sum())]
        keep(f"det/{name}/{seed}", label)
DET_LISTS = {
    "plain": {},
    "all": {
        "resize": 30,
        "rand_crop": 0.5,
        "rand_pad": 0.4,
        "rand_gray": 0.2,
        "rand_mirror": True,
        "mean": True,
        "std": True,
        "brightness": 0.1,
        "contrast": 0.1,
        "saturation": 0.1,
        "hue": 0.1,
        "pca_noise": 0.1,
    },
    "several": {"rand_crop": 1, "min_object_covered": [0.1, 0.4]},
}
for name, kw in DET_LISTS.items():
    facts[f"create_det/{name}"] = [a.dumps() for a in image.CreateDetAugmenter((3, 20, 21), **kw)]
    for seed in range(2):
        seeded(seed)
        out, label = U8, LABEL.copy()
        for augmenter in image.CreateDetAugmenter((3, 20, 21), **kw):
            out, label = augmenter(out, label)
        keep(f"create_det/{name}/{seed}/picture", out)
        keep(f"create_det/{name}/{seed}/label", label)
facts["multi"] = image.CreateMultiRandCropAugmenter(
    [0.1, 0.2], [(0.5, 1), (1, 2)], (0.1, 0.9)
).dumps()

made["facts"] = np.frombuffer(json.dumps(facts).encode(), "uint8")
made["u8"], made["f32"], made["label"] = U8.asnumpy(), F32.asnumpy(), LABEL
np.savez_compressed(sys.argv[1], **made)
