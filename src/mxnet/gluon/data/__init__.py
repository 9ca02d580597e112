"""``mx.gluon.data``: data sets, samplers and the loader."""

from . import batchify, dataloader, dataset, sampler, vision
from .dataloader import DataLoader
from .dataset import ArrayDataset, Dataset, RecordFileDataset, SimpleDataset
from .sampler import (
    BatchSampler,
    FilterSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SplitSampler,
)

__all__ = [
    "batchify",
    "dataset",
    "sampler",
    "dataloader",
    "Dataset",
    "SimpleDataset",
    "ArrayDataset",
    "RecordFileDataset",
    "DataLoader",
    "Sampler",
    "SequentialSampler",
    "RandomSampler",
    "SplitSampler",
    "FilterSampler",
    "BatchSampler",
    "vision",
]
