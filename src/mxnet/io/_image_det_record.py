"""``ImageDetRecordIter``: images with boxes, of a record file, changed together."""

import numpy as onp

from .. import _boxes, _codec
from .._traceback import doors
from ..error import DTypeError, FormatError, MXNetError, ShapeError, fail
from ._augment import resized, shift_colors, shorter_side
from ._image_record import (
    CHANNELS,
    RECORDS,
    Ahead,
    Images,
    Records,
    check_shape,
)
from ._parameters import read_parameters, remember, takes
from .io import MXDataIter

__all__ = ["ImageDetRecordIter"]

_TABLE = remember(
    {
        **RECORDS,
        "path_imgrec": ("text", "./data/imgrec.rec"),
        "aug_seq": ("text", "det_aug_default"),
        "label_width": ("int", -1),
        "label_pad_width": ("int", 0),
        "label_pad_value": ("number", -1.0),
        "resize": ("int", -1),
        "rand_crop_prob": ("number", 0.0),
        "min_crop_scales": ("numbers", (0.0,)),
        "max_crop_scales": ("numbers", (1.0,)),
        "min_crop_aspect_ratios": ("numbers", (1.0,)),
        "max_crop_aspect_ratios": ("numbers", (1.0,)),
        "min_crop_overlaps": ("numbers", (0.0,)),
        "max_crop_overlaps": ("numbers", (1.0,)),
        "min_crop_sample_coverages": ("numbers", (0.0,)),
        "max_crop_sample_coverages": ("numbers", (1.0,)),
        "min_crop_object_coverages": ("numbers", (0.0,)),
        "max_crop_object_coverages": ("numbers", (1.0,)),
        "num_crop_sampler": ("count", 1),
        "crop_emit_mode": (("center", "overlap"), "center"),
        "emit_overlap_thresh": ("number", 0.3),
        "max_crop_trials": ("integers", (25,)),
        "rand_pad_prob": ("number", 0.0),
        "max_pad_scale": ("number", 1.0),
        "max_random_hue": ("int", 0),
        "random_hue_prob": ("number", 0.0),
        "max_random_saturation": ("int", 0),
        "random_saturation_prob": ("number", 0.0),
        "max_random_illumination": ("int", 0),
        "random_illumination_prob": ("number", 0.0),
        "max_random_contrast": ("number", 0.0),
        "random_contrast_prob": ("number", 0.0),
        "rand_mirror_prob": ("number", 0.0),
        "fill_value": ("int", 127),
        "inter_method": ("int", 1),
        "resize_mode": (("fit", "force", "shrink"), "force"),
        **{k: v for k, v in CHANNELS.items() if k.startswith(("mean", "scale"))},
        **{f"std_{k}": ("number", 0.0) for k in "rgba"},
    }
)
_CROPS = (
    "crop_scales",
    "crop_aspect_ratios",
    "crop_overlaps",
    "crop_sample_coverages",
    "crop_object_coverages",
)
_HEAD = 4  # channels, height, width and number of labels stand before the labels


@takes(_TABLE)
def ImageDetRecordIter(*args, **kwargs):
    """Batches of the images of a record file, with the boxes of the objects in them.

    The labels of a record are ``header width, object width, (further header), objects``, each
    object ``class, left, top, right, bottom, ...`` with coordinates from 0 to 1. An image and its
    boxes go through: ``resize`` (shorter side), colours, mirror, pad, crop, ``resize_mode``.

    Parameters
    ----------
    path_imgrec, path_imglist, data_shape, batch_size, shuffle, seed, num_parts, part_index,
    round_batch, preprocess_threads, prefetch_buffer, inter_method, mean_*, std_*, scale,
    data_name, label_name   as in :func:`ImageRecordIter`; a ``std_*`` of 0 is 1
    label_width : int, default -1        labels of each image; -1: any number
    label_pad_width : int, default 0     labels of an image are filled up to so many; 0: to those
        of the image that has the most
    label_pad_value : float, default -1
    resize : int, default -1             pixels of the shorter side, before everything else
    rand_mirror_prob : float             probability of a mirror image
    rand_pad_prob, max_pad_scale, fill_value     probability of a frame, and how far it enlarges
    rand_crop_prob : float               probability of a crop, by one of ``num_crop_sampler``
        samplers: of area between ``min_crop_scales`` and ``max_crop_scales`` of the image's and
        proportions between ``min_crop_aspect_ratios`` and ``max_crop_aspect_ratios``; taken if for
        one box the overlap (intersection over union) lies between ``min_crop_overlaps`` and
        ``max_crop_overlaps``, the part of the crop it covers between ``min_crop_sample_coverages``
        and ``max_crop_sample_coverages``, and the part of the box that is in the crop between
        ``min_crop_object_coverages`` and ``max_crop_object_coverages``; given up after
        ``max_crop_trials``. Each is a tuple: one number for each sampler, or for all.
    crop_emit_mode : {'center', 'overlap'}   a box stays if its centre is in the crop, or more than
        ``emit_overlap_thresh`` of it
    max_random_hue, max_random_saturation, max_random_illumination, max_random_contrast, and
    random_hue_prob ...       ranges of change and their probabilities
    resize_mode : {'force', 'fit', 'shrink'}   to ``data_shape``; or into it in proportion, at the
        upper left, with black around ('shrink': only if it is larger)

    Returns
    -------
    MXDataIter   data (batch_size, C, H, W) float32; labels (batch_size, 4 + label_pad_width):
        channels, height, width of the image in ``data``, number of labels, the labels

    Raises
    ------
    as :func:`ImageRecordIter`; FormatError for labels that are no objects
    """
    where = "ImageDetRecordIter"
    p = read_parameters(where, _TABLE, args, kwargs)
    if p["dtype"] not in (None, "float32"):
        fail(DTypeError, where, "dtype is not supported", expected="float32", got=p["dtype"])
    if p["mean_img"]:
        fail(MXNetError, where, "mean_img is not supported", expected="mean_r, mean_g, mean_b")
    check_shape(where, p)
    for name in _CROPS:
        for side in ("min", "max"):
            n = len(p[f"{side}_{name}"])
            if n not in (1, p["num_crop_sampler"]):
                fail(
                    ShapeError,
                    where,
                    f"{side}_{name} does not fit",
                    expected=f"one number, or num_crop_sampler={p['num_crop_sampler']}",
                    got=p[f"{side}_{name}"],
                )
    maker = _DetectionImages(where, p, Records(where, p))
    return MXDataIter(Ahead(where, p, len(maker.records), maker), p["data_name"], p["label_name"])


class _DetectionImages(Images):
    """Makes batches of images with boxes."""

    def __init__(self, where, p, records):
        plain = {**p, "mirror": False, "rand_mirror": False, "max_random_contrast": 0}
        plain["max_random_illumination"] = 0
        super().__init__(where, plain, records, None, "float32", None)
        self._q = p
        most = max(len(self._raw(i)[0]) for i in range(len(records)))
        wanted = p["label_pad_width"]
        if 0 < wanted < most:
            fail(
                ShapeError,
                where,
                "label_pad_width is smaller than the labels of an image",
                expected=f"at least {most}",
                got=wanted,
            )
        self._width = max(wanted, most)

    def _raw(self, index):
        """The labels of an image, (L,) float32, and its content."""
        found, content = self.records.read(index)
        found = onp.asarray(found, "float32")
        name = self.records.name(index)
        if (
            len(found) < 2
            or found[0] < _boxes.HEADER
            or found[1] < _boxes.OBJECT
            or len(found) < found[0]
        ):
            fail(
                FormatError,
                self._where,
                f"{name}: Not enough label packed in img_list or rec file",
                expected="header width (2 or more), object width (5 or more), ..., objects",
                got=found[:8].tolist(),
            )
        if (len(found) - int(found[0])) % int(found[1]):
            fail(
                FormatError,
                self._where,
                f"{name}: the last object is incomplete",
                expected=f"objects of {int(found[1])} numbers after {int(found[0])}",
                got=f"{len(found)} numbers",
            )
        if self._q["label_width"] > 0:
            self.check_width(found, index)
        return found, content

    def empty(self, n):
        labels = onp.full((n, _HEAD + self._width), self._q["label_pad_value"], "float32")
        return onp.zeros((n, *self._q["data_shape"]), "float32"), labels

    def fill(self, batch, at, index, round_number):
        p = self._q
        data, labels = batch
        rng = self.generator(index, round_number)
        raw, content = self._raw(index)
        header, objects = _boxes.split(raw)
        image = self.decode(content, index)
        interp = p["inter_method"]
        if p["resize"] > 0:
            image = shorter_side(image, p["resize"], interp, rng)
        image = self._colors(image, rng)
        if rng.random() < p["rand_mirror_prob"]:
            image = onp.ascontiguousarray(image[:, ::-1])
            objects = _boxes.mirrored(objects)
        if rng.random() < p["rand_pad_prob"] and p["max_pad_scale"] > 1:
            image, objects = self._pad(image, objects, rng)
        if rng.random() < p["rand_crop_prob"]:
            image, objects = self._crop(image, objects, rng)
        height, width = p["data_shape"][1:]
        if p["resize_mode"] != "force":
            have_h, have_w = image.shape[:2]
            scale = min(height / have_h, width / have_w)
            if p["resize_mode"] == "shrink":
                scale = min(scale, 1.0)
            # a little more, so that what should be an integer is not cut to the one below
            height, width = (max(1, int(n * scale + 1e-6)) for n in (have_h, have_w))
        image = resized(image, width, height, interp, rng)
        below, right = (n - have for n, have in zip(p["data_shape"][1:], (height, width)))
        if below or right:
            image = _codec.border(image, 0, below, 0, right, 0, (0,) * image.shape[2])
        self.normalise(image, data[at], rng)
        found = onp.concatenate([header, objects.ravel()])
        labels[at, :_HEAD] = image.shape[2], height, width, len(found)
        labels[at, _HEAD : _HEAD + len(found)] = found

    def _colors(self, image, rng):
        p = self._q

        def shift(name, of=None):
            limit = p[f"max_random_{name}"]
            if not limit or rng.random() >= p[f"random_{name}_prob"]:
                return 0
            return rng.uniform(-limit, limit) if of is float else rng.randint(-limit, limit)

        hue, saturation, lightness = map(shift, ("hue", "saturation", "illumination"))
        image = shift_colors(image, hue, lightness, saturation)
        contrast = shift("contrast", float)
        if contrast:
            x = image.astype("float32") * onp.float32(1 + contrast)
            image = onp.rint(x).clip(0, 255).astype("uint8")
        return image

    def _pad(self, image, objects, rng):
        """A larger frame with the image anywhere in it."""
        p = self._q
        height, width = image.shape[:2]
        scale = rng.uniform(1, p["max_pad_scale"])
        tall, wide = int(height * scale), int(width * scale)
        top, left = rng.randint(0, tall - height), rng.randint(0, wide - width)
        image = _codec.border(
            image,
            top,
            tall - height - top,
            left,
            wide - width - left,
            0,
            (p["fill_value"],) * image.shape[2],
        )
        return image, _boxes.framed(objects, (left, top), (width, height), (wide, tall))

    def _crop(self, image, objects, rng):
        """A crop by one of the samplers, tried in random order; none if all fail."""
        p = self._q
        samplers = list(range(p["num_crop_sampler"]))
        rng.shuffle(samplers)
        for s in samplers:
            trials = p["max_crop_trials"]
            for _ in range(trials[s if len(trials) > s else -1]):
                box = self._sampled(s, image.shape, rng)
                if box is None or not self._fits(s, box, objects):
                    continue
                kept = self._kept(box, objects)
                if not len(kept) and len(objects):
                    continue
                left, top, right, bottom = box
                height, width = image.shape[:2]
                x, y = int(left * width), int(top * height)
                part = image[
                    y : max(y + 1, int(bottom * height)), x : max(x + 1, int(right * width))
                ]
                return part, _boxes.cropped(kept, (left, top), (right - left, bottom - top))
        return image, objects

    def _between(self, s, name):
        low, high = self._q[f"min_{name}"], self._q[f"max_{name}"]
        return low[s if len(low) > s else -1], high[s if len(high) > s else -1]

    def _sampled(self, s, shape, rng):
        """A rectangle (left, top, right, bottom) of the unit square."""
        scale = rng.uniform(*self._between(s, "crop_scales"))
        low, high = self._between(s, "crop_aspect_ratios")
        # a ratio outside of these would not fit into the image
        ratio = rng.uniform(max(low, scale * scale), min(high, 1 / max(scale * scale, 1e-9)))
        ratio *= shape[0] / shape[1]
        width, height = scale * ratio**0.5, scale / max(ratio, 1e-9) ** 0.5
        if scale <= 0 or width > 1 or height > 1:
            return None
        left, top = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
        return left, top, left + width, top + height

    def _fits(self, s, box, objects):
        """Whether a box meets what the sampler asks for."""
        limits = [self._between(s, name) for name in _CROPS[2:]]
        if all(limit == (0, 1) for limit in limits):
            return True
        if not len(objects):
            return False
        part, boxes = onp.array(box, objects.dtype), objects[:, 1:5]
        common = _boxes.intersection(part, boxes, onp)
        measures = (
            _boxes.overlap(part, boxes, onp),
            common / _boxes.area(part, onp),
            common / onp.maximum(_boxes.area(boxes, onp), 1e-12),
        )
        fits = onp.ones(len(objects), bool)
        for measure, (low, high) in zip(measures, limits, strict=True):
            fits &= (measure >= low) & (measure <= high)
        return bool(fits.any())

    def _kept(self, box, objects):
        """The objects that stay in a crop."""
        if self._q["crop_emit_mode"] == "center":
            x = (objects[:, 1] + objects[:, 3]) / 2
            y = (objects[:, 2] + objects[:, 4]) / 2
            return objects[(x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])]
        boxes = objects[:, 1:5]
        common = _boxes.intersection(onp.array(box, objects.dtype), boxes, onp)
        return objects[common > self._q["emit_overlap_thresh"] * _boxes.area(boxes, onp)]


doors(globals())
