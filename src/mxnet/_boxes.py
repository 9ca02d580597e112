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
    "overlap_of_sides",
    "ordered",
    "sides",
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
    return _area(sides(box), xp, extra)


def sides(box):
    """Left, top, right and bottom of boxes (..., 4)."""
    return [box[..., i] for i in range(4)]


def _area(box, xp, extra):
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if extra:
        width, height = width + extra, height + extra
    return xp.where((width <= 0) | (height <= 0), 0, width * height)


def intersection(a, b, xp, extra=0):
    """Areas that boxes which broadcast have in common."""
    return _intersection(sides(a), sides(b), xp, extra)


def _intersection(a, b, xp, extra):
    low = [xp.maximum(x, y) for x, y in zip(a[:2], b[:2])]
    high = [xp.minimum(x, y) for x, y in zip(a[2:], b[2:])]
    return _area([*low, *high], xp, extra)


def overlap(a, b, xp, extra=0):
    """Intersection over union of boxes that broadcast; 0 where the union is empty."""
    return overlap_of_sides(sides(a), sides(b), xp, extra)


def overlap_of_sides(a, b, xp, extra=0):
    """The same of boxes given by their :func:`sides`."""
    common = _intersection(a, b, xp, extra)
    union = _area(a, xp, extra) + _area(b, xp, extra) - common
    some = union > 0
    return xp.where(some, common / xp.where(some, union, 1), 0)


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
