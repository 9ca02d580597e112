"""What the record iterators do to one image: resize, turn, pad, crop, colour; NumPy and OpenCV.

Images are uint8 (H, W, C) with OpenCV's order of channels, blue first. Each function that draws
takes a ``random.Random``, so that an image's numbers do not depend on the thread that makes it.
"""

import math

import numpy as onp

from .. import _codec, _pixels

__all__ = ["ImageAugmenter", "shorter_side", "shift_colors", "jitter", "resized"]


def resized(image, width, height, interp, rng):
    """An image in another size, whatever its number of channels."""
    old = image.shape[:2]
    if old == (height, width):
        return image
    cv2 = _codec.opencv("ImageRecordIter")
    kind = _codec.method(interp, old, (height, width), lambda: rng.randrange(5))
    return _deep(cv2.resize(image, (width, height), interpolation=kind))


def _deep(image):
    return image if image.ndim == 3 else image[:, :, None]


def shorter_side(image, size, interp, rng):
    """An image whose shorter side has ``size`` pixels, of the same proportions."""
    height, width = image.shape[:2]
    if height > width:
        return resized(image, size, size * height // width, interp, rng)
    return resized(image, size * width // height, size, interp, rng)


def shift_colors(image, h, lightness, s):
    """Hue, lightness and saturation moved by so much, within their limits."""
    if image.shape[2] != 3 or not (h or lightness or s):
        return image
    cv2 = _codec.opencv("ImageRecordIter")
    hls = cv2.cvtColor(image, cv2.COLOR_BGR2HLS).astype("int16")
    for k, (shift, limit) in enumerate(((h, 180), (lightness, 255), (s, 255))):
        if shift:
            hls[:, :, k] = (hls[:, :, k] + shift).clip(0, limit)
    return cv2.cvtColor(hls.astype("uint8"), cv2.COLOR_HLS2BGR)


def jitter(image, p, rng):
    """Brightness, contrast and saturation changed in any order, then noise along the principal
    colours.
    """
    if not any(p[name] for name in ("brightness", "contrast", "saturation", "pca_noise")):
        return image
    x = image.astype("float32")
    steps = [name for name in ("brightness", "contrast", "saturation") if p[name] > 0]
    rng.shuffle(steps)
    for name in steps:
        alpha = onp.float32(1 + rng.uniform(-p[name], p[name]))
        if name == "brightness":
            x = x * alpha
        elif name == "contrast":
            x = x[..., ::-1]
            x = _pixels.contrast(x, alpha, onp)[..., ::-1]
        else:
            x = _pixels.blend(x, _pixels.luma(x[..., ::-1], onp), alpha)
        x = x.clip(0, 255)
    if p["pca_noise"] > 0 and x.shape[2] == 3:
        alpha = onp.asarray([rng.gauss(0, p["pca_noise"]) for _ in range(3)])
        x = x + _pixels.pca_shift(alpha, onp)[::-1].astype("float32")
    return onp.rint(x).clip(0, 255).astype("uint8")


class ImageAugmenter:
    """The default augmentation of ``ImageRecordIter``.

    Parameters
    ----------
    p : dict   the iterator's parameters
    """

    def __init__(self, p):
        self.p = p
        self.height, self.width = p["data_shape"][1:]
        lo = p["min_aspect_ratio"]
        self.aspect = (
            (1 - p["max_aspect_ratio"], 1 + p["max_aspect_ratio"])
            if lo is None
            else (lo, p["max_aspect_ratio"])
        )
        resized_crop = p["random_resized_crop"]
        self.turns = not resized_crop and (
            p["max_rotate_angle"] > 0
            or p["rotate"] > 0
            or p["max_shear_ratio"] > 0
            or (p["min_random_scale"], p["max_random_scale"]) != (1, 1)
            or self.aspect != (1, 1)
            or p["max_img_size"] != 1e10
            or p["min_img_size"] != 0
        )
        self.colors = any(
            p[k] for k in ("brightness", "contrast", "saturation", "pca_noise")
        ) or any(p[k] for k in ("random_h", "random_s", "random_l"))

    def __call__(self, image, rng):
        p = self.p
        interp = p["inter_method"]
        if p["resize"] > 0:
            image = shorter_side(image, p["resize"], interp, rng)
        if self.turns:
            image = self._turn(image, rng)
        if p["pad"] > 0:
            n = p["pad"]
            image = _codec.border(image, n, n, n, n, 0, (p["fill_value"],) * image.shape[2])
        image = self._crop(image, rng)
        if self.colors:
            image = jitter(image, p, rng)
            shifts = [
                rng.randint(-p[k], p[k]) if p[k] else 0
                for k in ("random_h", "random_l", "random_s")
            ]
            image = shift_colors(image, *shifts)
        return image

    def _turn(self, image, rng):
        """Rotation, shear, scale and proportions at once, about the centre."""
        p = self.p
        angle = rng.randint(-p["max_rotate_angle"], p["max_rotate_angle"])
        if p["rotate"] > 0:
            angle = p["rotate"]
        shear = rng.uniform(-p["max_shear_ratio"], p["max_shear_ratio"])
        scale = rng.uniform(p["min_random_scale"], p["max_random_scale"])
        ratio = rng.uniform(*self.aspect)
        old_height, old_width = image.shape[:2]
        width, height = (
            max(p["min_img_size"], min(p["max_img_size"], scale * n))
            for n in (old_width, old_height)
        )
        a, b = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        tall = 2 * scale / (1 + ratio)
        wide = ratio * tall
        m = onp.asarray(
            [
                [tall * a - shear * b * wide, tall * b + shear * a * wide, 0],
                [-b * wide, a * wide, 0],
            ],
            "float32",
        )
        m[:, 2] = (onp.asarray([width, height]) - m[:, :2] @ [old_width, old_height]) / 2
        cv2 = _codec.opencv("ImageRecordIter")
        kind = _codec.method(
            p["inter_method"],
            (old_height, old_width),
            (int(height), int(width)),
            lambda: rng.randrange(5),
        )
        turned = cv2.warpAffine(
            image,
            m,
            (int(width), int(height)),
            flags=kind,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(p["fill_value"],) * image.shape[2],
        )
        return _deep(turned)

    def _crop(self, image, rng):
        p, height, width = self.p, self.height, self.width
        interp = p["inter_method"]
        if p["random_resized_crop"]:
            return self._resized_crop(image, rng)
        if p["max_crop_size"] != -1 or p["min_crop_size"] != -1:
            lo, hi = p["min_crop_size"], p["max_crop_size"]
            size = rng.randint(min(lo, hi) if lo > 0 else hi, max(lo, hi))
            size = min(size, *image.shape[:2])
            part = _part(image, size, size, p["rand_crop"], rng)
            return resized(part, width, height, interp, rng)
        have = image.shape[:2]
        if have[0] < height or have[1] < width:
            scale = max(height / have[0], width / have[1])
            size = max(width, int(have[1] * scale)), max(height, int(have[0] * scale))
            image = resized(image, *size, interp, rng)
        return _part(image, height, width, p["rand_crop"], rng)

    def _resized_crop(self, image, rng):
        """A part of random area and proportions, resized; the largest possible where none fits."""
        p = self.p
        have_h, have_w = image.shape[:2]
        lo, hi = self.aspect
        for _ in range(_pixels.CROP_ATTEMPTS):
            area = have_h * have_w * rng.uniform(p["min_random_area"], p["max_random_area"])
            ratio = rng.uniform(lo, hi) if lo > 0 else 1.0
            width, height = map(round, _pixels.crop_sides(area, ratio, math))
            if rng.random() < 0.5:
                width, height = height, width
            if 0 < width <= have_w and 0 < height <= have_h:
                part = _part(image, height, width, True, rng)
                return resized(part, self.width, self.height, p["inter_method"], rng)
        size = min(have_h, have_w)
        part = _part(image, size, size, False, rng)
        return resized(part, self.width, self.height, p["inter_method"], rng)


def _part(image, height, width, anywhere, rng):
    """A rectangle of an image: in the middle, or anywhere."""
    y, x = image.shape[0] - height, image.shape[1] - width
    y, x = (rng.randint(0, y), rng.randint(0, x)) if anywhere else (y // 2, x // 2)
    return image[y : y + height, x : x + width]
