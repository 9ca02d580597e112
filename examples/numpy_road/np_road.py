"""What the lessons with the NumPy interface share: the machinery of the first road, and images.

The lessons turn NumPy semantics on with ``npx.set_np()`` before they use this.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "learning_road"))

from road import Lesson, leave

from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import FashionMNIST, transforms

__all__ = ["Lesson", "accuracy", "fashion_mnist", "leave"]


def fashion_mnist(lesson, train_images=None, transform=None):
    """Return loaders of the training and of the test images, in the lesson's batch size.

    ``train_images``: only so many of them, the first ones. ``transform``: of one image or a batch;
    by default pixels become float32 numbers from 0 to 1, channels first.
    """
    args, transform = lesson.args, transform or transforms.ToTensor()
    train_set = FashionMNIST(root=args.data_dir, train=True)
    if train_images is not None:
        train_set = train_set.take(train_images)
    test_set = FashionMNIST(root=args.data_dir, train=False)
    lesson.data = f"Fashion-MNIST {len(train_set)}+{len(test_set)}"
    train_data = DataLoader(
        train_set.transform_first(transform), args.batch_size, shuffle=True, last_batch="discard"
    )
    return train_data, DataLoader(test_set.transform_first(transform), args.batch_size)


def accuracy(lesson, net, batches):
    """Return the fraction of images that the network classifies right."""
    right = seen = 0
    for X, y in lesson.batches(batches):
        scores = net(X.as_in_ctx(lesson.ctx))
        right += (scores.argmax(axis=1) == y.as_in_ctx(lesson.ctx)).sum()
        seen += len(y)
    return float(right) / seen
