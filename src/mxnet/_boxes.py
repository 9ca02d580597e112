"""Arithmetic on boxes and on the labels of object detection.

A box is ``left, top, right, bottom`` in the last axis of an array, of NumPy or of ``jax.numpy``:
``xp`` is its namespace. Labels are NumPy arrays (objects, width), each row
``class, left, top, right, bottom, ...`` with corners as shares of the image's width and height.
"""

__all__ = [
    "HEADER",
    "OBJECT",
    "area",
    "intersection",
    "overlap",
    "ordered",
    "split",
    "mirrored",
    "framed",
    "cropped",
]

HEADER, OBJECT = 2, 5  # least numbers of a label's header, and of each of its objects


def area(box, xp, extra=0):
    """Areas of boxes (..., 4); 0 for one without an inside.

    ``extra`` is 1 where the far corners are pixels that belong to the box.
    """
    size = box[..., 2:] - box[..., :2] + extra
    return xp.where(xp.any(size <= 0, -1), 0, size[..., 0] * size[..., 1])


def intersection(a, b, xp, extra=0):
    """Areas that boxes which broadcast have in common."""
    low, high = xp.maximum(a[..., :2], b[..., :2]), xp.minimum(a[..., 2:], b[..., 2:])
    return area(xp.concatenate([low, high], -1), xp, extra)


def overlap(a, b, xp, extra=0):
    """Intersection over union of boxes that broadcast; 0 where the union is empty."""
    common = intersection(a, b, xp, extra)
    union = area(a, xp, extra) + area(b, xp, extra) - common
    return xp.where(union > 0, common / xp.where(union > 0, union, 1), 0)


def ordered(box):
    """Which boxes (..., 4) have their left before their right and their top above their bottom."""
    return (box[..., 2] > box[..., 0]) & (box[..., 3] > box[..., 1])


def split(label):
    """Header and objects (n, width) of an image's label: lengths of both, ..., objects."""
    header, width = int(label[0]), int(label[1])
    return label[:header], label[header:].reshape(-1, width)


def _moved(labels, move):
    """Labels with their corners (n, 2) of each axis changed by ``move(corners, axis)``."""
    made = labels.copy()
    for axis in (0, 1):
        made[:, 1 + axis : 5 : 2] = move(labels[:, 1 + axis : 5 : 2], axis)
    return made


def mirrored(labels):
    """Labels of the image with left and right exchanged."""
    return _moved(labels, lambda x, axis: x if axis else 1 - x[:, ::-1])


def framed(labels, corner, size, frame):
    """Labels where the image, of ``size`` (width, height), is at ``corner`` (x, y) of a frame."""
    return _moved(labels, lambda x, axis: (x * size[axis] + corner[axis]) / frame[axis])


def cropped(labels, corner, size):
    """Labels in shares of a part of the image, cut off at its edges; the part's ``corner`` (x, y)
    and ``size`` (width, height) are shares of the image.
    """
    return _moved(labels, lambda x, axis: ((x - corner[axis]) / size[axis]).clip(0, 1))
