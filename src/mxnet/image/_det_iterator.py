"""ImageDetIter: batches of images with boxes."""

import logging

import numpy as onp

from .. import _boxes, _codec
from .._boxes import HEADER, OBJECT
from .._host import on_host
from .._pixels import MEAN, STD
from .._traceback import doors
from ..error import FormatError, MXNetError, ShapeError, fail
from ..io import DataDesc
from ..ndarray import NDArray
from ._det_augment import CreateDetAugmenter
from ._functions import random_source
from ._iterator import ImageIter

__all__ = ["ImageDetIter"]


class ImageDetIter(ImageIter):
    """Batches of images with boxes, read, decoded and augmented in this thread.

    An image's label is ``A, B, (A - 2 numbers of a header), objects of B numbers``, each object
    ``class, left, top, right, bottom, ...`` with corners as shares of the image. A batch's labels
    are (batch_size, most objects of any image, B), filled up with -1.

    Parameters
    ----------
    batch_size, data_shape, path_imgrec, path_imglist, path_root, path_imgidx, shuffle, part_index,
    num_parts, imglist, data_name, label_name, last_batch_handle, skip_broken : see
        :class:`ImageIter`
    aug_list : list of DetAugmenter, default :func:`CreateDetAugmenter` of ``data_shape`` and
        ``kwargs``

    Attributes
    ----------
    label_shape : (objects, B)

    Raises
    ------
    RuntimeError (FormatError)   a label that is not of that form
    """

    _maker = staticmethod(CreateDetAugmenter)

    def __init__(
        self,
        batch_size,
        data_shape,
        path_imgrec=None,
        path_imglist=None,
        path_root=None,
        path_imgidx=None,
        shuffle=False,
        part_index=0,
        num_parts=1,
        aug_list=None,
        imglist=None,
        data_name="data",
        label_name="label",
        last_batch_handle="pad",
        **kwargs,
    ):
        super().__init__(
            batch_size,
            data_shape,
            path_imgrec=path_imgrec,
            path_imglist=path_imglist,
            path_root=path_root,
            path_imgidx=path_imgidx,
            shuffle=shuffle,
            part_index=part_index,
            num_parts=num_parts,
            aug_list=aug_list,
            imglist=imglist,
            data_name=data_name,
            label_name=label_name,
            last_batch_handle=last_batch_handle,
            **kwargs,
        )
        self.label_shape = self._estimate_label_shape()
        self.provide_label = [DataDesc(label_name, (batch_size, *self.label_shape))]

    # -------------------------------------------------------------------------------- labels
    def _parse_label(self, label):
        """The valid objects (n, B) of an image's label."""
        if isinstance(label, NDArray):
            label = label.asnumpy()
        raw = onp.asarray(label, "float32").ravel()
        if raw.size < HEADER + OBJECT:
            self._refuse(f"Label shape is invalid: {raw.shape}", f"{HEADER + OBJECT} numbers")
        header, width = raw[:2]
        if not (header >= HEADER and width >= OBJECT and (header % 1, width % 1) == (0, 0)):
            self._refuse(
                "the label's header does not fit",
                f"its own length, at least {HEADER}, then that of an object, at least {OBJECT}",
                f"{header:g}, {width:g}",
            )
        if raw.size <= header or (raw.size - header) % width:
            self._refuse(
                f"Label shape {raw.shape} inconsistent with annotation width {width:g}",
                f"{header:g} + n * {width:g} numbers",
            )
        _, objects = _boxes.split(raw)
        valid = objects[_boxes.ordered(objects[:, 1:5])]
        if not len(valid):
            self._refuse("Encounter sample with no valid label", "left < right and top < bottom")
        return valid

    def _refuse(self, what, expected, got=None):
        fail(FormatError, f"ImageDetIter, {self._where()}", what, expected=expected, got=got)

    def _check_valid_label(self, label):
        """Raise RuntimeError for labels that no object remains in."""
        if label.ndim != 2 or label.shape[1] < OBJECT:
            raise RuntimeError(f"Label with shape (1+, 5+) required, {label.shape} received.")
        if not ((label[:, 0] >= 0) & _boxes.ordered(label[:, 1:5])).any():
            raise RuntimeError("Invalid label occurs.")

    def _estimate_label_shape(self):
        """(most objects, B) over all samples."""
        most, width = 0, OBJECT
        self.reset()
        while True:
            try:
                label, _ = self.next_sample()
            except StopIteration:
                break
            objects = self._parse_label(label)
            most, width = max(most, len(objects)), objects.shape[1]
        self.reset()
        return most, width

    def check_label_shape(self, label_shape):
        """Raise ValueError for a label shape that does not hold what the present one does."""
        if len(label_shape) != 2:
            fail(ShapeError, "ImageDetIter", "label_shape should have length 2", got=label_shape)
        if label_shape[0] < self.label_shape[0]:
            fail(
                ShapeError,
                "ImageDetIter",
                f"Attempts to reduce label count from {self.label_shape[0]} to {label_shape[0]}, "
                "not allowed",
            )
        if label_shape[1] != self.label_shape[1]:
            fail(
                ShapeError,
                "ImageDetIter",
                f"label_shape object width inconsistent: {self.label_shape[1]} vs {label_shape[1]}",
            )

    def reshape(self, data_shape=None, label_shape=None):
        """Change the shapes of batches.

        Parameters
        ----------
        data_shape : (3, height, width), optional   the augmenters are not changed with it
        label_shape : (objects, B), optional        not fewer objects, and the same B

        Raises
        ------
        ValueError (ShapeError)
        """
        if data_shape is not None:
            self.check_data_shape(data_shape)
            self.data_shape = tuple(data_shape)
            name = self.provide_data[0][0]
            self.provide_data = [DataDesc(name, (self.batch_size, *self.data_shape))]
        if label_shape is not None:
            self.check_label_shape(label_shape)
            self.label_shape = tuple(label_shape)
            name = self.provide_label[0][0]
            self.provide_label = [DataDesc(name, (self.batch_size, *self.label_shape))]

    def sync_label_shape(self, it, verbose=False):
        """Give this iterator and another one room for the larger number of objects.

        Parameters
        ----------
        it : ImageDetIter
        verbose : bool   log what changes

        Returns
        -------
        ImageDetIter   the other one
        """
        if not isinstance(it, ImageDetIter):
            raise AssertionError("Synchronize with invalid iterator: expected an ImageDetIter.")
        mine, other = self.label_shape, it.label_shape
        if mine[1] != other[1]:
            raise AssertionError(f"object width mismatch: {mine[1]} vs {other[1]}")
        most = max(mine[0], other[0])
        for which in (self, it):
            if most > which.label_shape[0]:
                which.reshape(None, (most, mine[1]))
        if verbose and mine[0] != other[0]:
            logging.info("Resized label_shape to (%d, %d).", most, mine[1])
        return it

    # -------------------------------------------------------------------------------- batches
    def augmentation_transform(self, data, label):
        """The image and its labels after all augmenters."""
        for augmenter in self.auglist:
            data, label = augmenter(data, label)
        return data, label

    def _augmented(self, image, label):
        try:
            made = self.augmentation_transform(image, self._parse_label(label))
            self._check_valid_label(made[1])
        except RuntimeError as error:
            if isinstance(error, MXNetError) and not isinstance(error, FormatError):
                raise
            self.skipped += 1
            logging.debug("Invalid label, skipping: %s", error)
            return None
        return made

    def _empty(self):
        data, labels = super()._empty()
        return data, onp.full_like(labels, -1)

    def _put(self, labels, at, label):
        objects, width = self.label_shape
        if label.shape[1] != width or len(label) > objects:
            fail(
                ShapeError,
                f"ImageDetIter, {self._where()}",
                "labels do not fit",
                expected=f"at most {objects} objects of {width} numbers (label_shape)",
                got=label.shape,
                hint="all images need labels of one width; reshape(label_shape=...) makes room",
            )
        labels[at] = -1
        labels[at, : len(label)] = label

    # -------------------------------------------------------------------------------- looking
    def draw_next(
        self,
        color=None,
        thickness=2,
        mean=None,
        std=None,
        clip=True,
        waitKey=None,
        window_name="draw_next",
        id2labels=None,
    ):
        """Generate the next images with their boxes drawn in.

        Parameters
        ----------
        color : (red, green, blue), optional   of the boxes; at random if left out
        thickness : int, default 2             of their lines, pixels
        mean, std : array (3,) or True         undo a normalisation by these; True: ImageNet's
        clip : bool                            cut values off at 0 and 255
        waitKey : int, optional                show each in a window, for so many ms; 0: until a
            key is pressed
        window_name : str
        id2labels : dict, optional             names of the classes, written beside the boxes

        Returns
        -------
        generator of numpy.ndarray uint8 (H, W, 3)

        Raises
        ------
        MissingLibrary, MXNetError   OpenCV is not there, or cannot open windows
        """
        cv2 = _codec.opencv("ImageDetIter.draw_next")
        mean = onp.array(MEAN) if mean is True else mean
        std = onp.array(STD) if std is True else std
        for sample, label in self._samples():
            image = on_host(sample).astype("float32")
            if std is not None:
                image = image * onp.asarray(std, "float32")
            if mean is not None:
                image = image + onp.asarray(mean, "float32")
            if clip:
                image = image.clip(0, 255)
            image = onp.ascontiguousarray(image.astype("uint8"))
            h, w = image.shape[:2]
            for kind, *box in label[:, :5].tolist():
                if kind < 0:
                    continue
                x0, y0, x1, y1 = (int(b * side) for b, side in zip(box, (w, h, w, h)))
                line = color or tuple(int(255 * random_source().random()) for _ in range(3))
                cv2.rectangle(image, (x0, y0), (x1, y1), line, thickness)
                if id2labels is not None and int(kind) in id2labels:
                    place = (x0 + 5, y0 + 15)
                    font = cv2.FONT_HERSHEY_SIMPLEX
                    cv2.putText(image, str(id2labels[int(kind)]), place, font, 0.5, line, 1)
            if waitKey is not None:
                self._show(cv2, window_name, image, waitKey)
            yield image

    @staticmethod
    def _show(cv2, name, image, wait):
        try:
            cv2.imshow(name, image[:, :, ::-1])
            cv2.waitKey(wait)
        except cv2.error as error:
            fail(
                MXNetError,
                "ImageDetIter.draw_next",
                "this OpenCV opens no windows",
                got=str(error).strip().splitlines()[-1],
                hint="leave waitKey out and show what is generated, e.g. by matplotlib's imshow",
            )


doors(globals())
