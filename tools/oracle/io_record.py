"""Record what MXNet 1.9.1's ImageRecordIter makes of pictures under options without chance.

Run it with the original: ``python tools/oracle/io_record.py tests/data/io``; the folder holds
``cls.rec`` and receives ``record_iter.npz``: two pictures for each set of options, named by it.
"""

import json
import sys

import numpy as np

import mxnet as mx

OPTIONS = [
    {},
    {"data_shape": (3, 64, 64)},
    {"data_shape": (3, 50, 32)},
    {"data_shape": (3, 24, 38)},
    {"data_shape": (1, 32, 32)},
    {"resize": 34},
    {"resize": 60},
    {"resize": 34, "inter_method": 2},
    {"resize": 60, "inter_method": 9},
    {"resize": 34, "inter_method": 9},
    {"resize": 34, "inter_method": 3},
    {"resize": 34, "inter_method": 0},
    {"pad": 3, "data_shape": (3, 42, 46)},
    {"pad": 3, "fill_value": 10, "data_shape": (3, 46, 42)},
    {"mirror": True},
    {"rotate": 30},
    {"rotate": 90, "fill_value": 7},
    {"min_random_scale": 1.5, "max_random_scale": 1.5},
    {"min_random_scale": 0.5, "max_random_scale": 0.5},
    {"min_random_scale": 2.0, "max_random_scale": 2.0, "max_img_size": 50},
    {"min_random_scale": 0.5, "max_random_scale": 0.5, "min_img_size": 36},
    {"min_crop_size": 20, "max_crop_size": 20},
    {"min_crop_size": 36, "max_crop_size": 36, "inter_method": 2},
    {"mean_r": 10, "mean_g": 20, "mean_b": 30, "std_r": 2, "std_g": 4, "std_b": 5, "scale": 0.5},
    {"mean_r": 10, "scale": 2.0},
    {"std_g": 4},
    {"dtype": "uint8", "mean_r": 100, "scale": 0.5},
    {"max_aspect_ratio": 2.0, "min_aspect_ratio": 2.0},
    {
        "random_resized_crop": True,
        "min_random_area": 1.0,
        "max_random_area": 1.0,
        "min_aspect_ratio": 1.1,
        "max_aspect_ratio": 1.1,
    },
]


def main(folder):
    found = {}
    for given in OPTIONS:
        options = {"data_shape": (3, 32, 32), **given}
        it = mx.io.ImageRecordIter(
            path_imgrec=folder + "/cls.rec",
            batch_size=2,
            preprocess_threads=1,
            verbose=False,
            **options,
        )
        try:
            found[json.dumps(given)] = it.next().data[0].asnumpy()
        except mx.MXNetError as error:
            print(given, str(error)[:300])
    whole = {
        k: v.astype("uint8") if (v == v.astype("uint8")).all() else v for k, v in found.items()
    }
    np.savez_compressed(folder + "/record_iter.npz", **whole)


main(*sys.argv[1:])
