"""What users of three client libraries do, as functions that give numbers.

``tools/oracle/clients.py`` records the numbers under the original, ``test_clients.py`` compares.
Weights are functions of their shapes, so that both sides have the same.
"""

import numpy as onp


def _numbers(x):
    """A few numbers that stand for an array."""
    x = x.asnumpy().astype("float64").ravel()
    return [float(x.sum()), float(onp.abs(x).mean()), *x[:: max(1, x.size // 5)][:5].tolist()]


def _fill(mx, net, scale=1.0):
    """Give parameters values that only depend on their place and shape."""
    for i, (name, p) in enumerate(sorted(net._collect_params_with_prefix().items())):
        size = int(onp.prod(p.shape))
        wave = onp.sin(onp.arange(size) * 0.7 + i).reshape(p.shape)
        if name.endswith("running_var"):
            value = 1 + 0.1 * wave
        elif name.endswith("gamma"):
            value = 1 + 0.2 * wave
        elif len(p.shape) > 1:
            value = scale * wave / onp.sqrt(onp.prod(p.shape[1:]))
        else:
            value = 0.05 * wave
        p.set_data(mx.nd.array(value))


def _image(mx, *shape):
    return mx.nd.array(onp.cos(onp.arange(onp.prod(shape)) * 0.05).reshape(shape))


def resnet(mx):
    """ResNet-18 of GluonCV: forward and one step of SGD with momentum."""
    from gluoncv.model_zoo import get_model

    net = get_model("resnet18_v1", classes=10)
    net.initialize()
    # enough numbers for batch normalisation to be well conditioned
    x, y = _image(mx, 4, 3, 96, 96) * _image(mx, 4, 3, 1, 1), mx.nd.array([1, 7, 2, 5])
    net(x)
    _fill(mx, net)
    net.hybridize()
    found = {"predict": _numbers(net(x))}
    trainer = mx.gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 1e-3, "momentum": 0.9, "wd": 1e-4}
    )
    loss_of = mx.gluon.loss.SoftmaxCrossEntropyLoss()
    for k in range(2):
        with mx.autograd.record():
            loss = loss_of(net(x), y)
        loss.backward()
        trainer.step(4)
        found[f"loss {k}"] = _numbers(loss)
    found["weight"] = _numbers(net.output.weight.data())
    return found


def yolo(mx):
    """YOLOv3 of GluonCV: detections, targets and one step."""
    from gluoncv.data.transforms.presets.yolo import YOLO3DefaultTrainTransform
    from gluoncv.model_zoo import get_model

    net = get_model("yolo3_mobilenet1.0_voc", pretrained_base=False)
    net.initialize()
    # enough numbers for batch normalisation to be well conditioned: at the deepest layers 50 each,
    # where 9 left differences of some per cent between float32 and float32
    x = _image(mx, 2, 3, 160, 160) * _image(mx, 2, 3, 1, 1)
    with mx.autograd.train_mode():
        net(x)
    _fill(mx, net)
    boxes = onp.array([[[10, 20, 60, 70.0]], [[40, 30, 150, 120.0]]], "float32")
    # augmentation draws other numbers here than there: only its shapes can be compared
    image = mx.nd.array(onp.arange(96 * 96 * 3).reshape(96, 96, 3) % 251, dtype="uint8")
    label = onp.array([[10, 20, 60, 70.0, 3]], "float32")
    drawn = YOLO3DefaultTrainTransform(96, 96, net)(image, label)
    targets = _yolo_targets(mx, net, boxes)
    found = {
        "shapes": [n for t in drawn for n in t.shape],
        "targets": [n for t in targets for n in _numbers(t)],
    }
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1e-3})
    with mx.autograd.record():
        losses = net(x, mx.nd.array(boxes), *targets)
        total = losses[0] + losses[1] + losses[2] + losses[3]
    total.backward()
    trainer.step(1)
    found["losses"] = [float(v.sum().asscalar()) for v in losses]
    found["weight"] = _numbers(net.yolo_outputs[0].prediction.bias.data())
    return found


def _yolo_targets(mx, net, boxes):
    from gluoncv.model_zoo.yolo.yolo_target import YOLOV3PrefetchTargetGenerator

    with mx.autograd.train_mode():
        _, anchors, offsets, maps, _, _, _, _ = net(mx.nd.zeros((2, 3, 160, 160)))
    make = YOLOV3PrefetchTargetGenerator(num_class=20)
    found = make(
        mx.nd.zeros((2, 3, 160, 160)),
        maps,
        anchors,
        offsets,
        mx.nd.array(boxes),
        mx.nd.array([[[3]], [[7]]]),
    )
    return list(found)


def bert(mx):
    """BERT of GluonNLP: all its outputs, and one step of its own Adam."""
    import gluonnlp  # noqa: F401 - registers the optimizer
    from gluonnlp.model import BERTEncoder, BERTModel

    encoder = BERTEncoder(
        num_layers=2, units=16, hidden_size=32, num_heads=2, max_length=12, dropout=0.0
    )
    net = BERTModel(
        encoder,
        vocab_size=50,
        token_type_vocab_size=2,
        units=16,
        embed_size=16,
        use_pooler=True,
        use_decoder=True,
        use_classifier=True,
    )
    net.initialize()
    ids, kinds = mx.nd.array(onp.arange(16).reshape(2, 8)), mx.nd.zeros((2, 8))
    given = (ids, kinds, mx.nd.array([8, 5]), mx.nd.array([[1, 2], [3, 0]]))
    net(*given)
    _fill(mx, net)
    net.hybridize()
    names = ("sequence", "pooled", "next", "masked")
    found = {n: _numbers(out) for n, out in zip(names, net(*given))}
    trainer = mx.gluon.Trainer(net.collect_params(), "bertadam", {"learning_rate": 1e-2})
    loss_of = mx.gluon.loss.SoftmaxCELoss()
    for k in range(2):
        with mx.autograd.record():
            _, _, after, masked = net(*given)
            loss = loss_of(after, mx.nd.array([0, 1])).mean()
            loss = loss + loss_of(masked.reshape((-1, 50)), mx.nd.array([1, 2, 3, 4])).mean()
        loss.backward()
        trainer.step(1)
        found[f"loss {k}"] = _numbers(loss)
    found["weight"] = _numbers(net.word_embed[0].weight.data())
    return found


def d2lzh_functions(mx):
    """The book's helpers: regression, recurrent nets, boxes, counting."""
    import d2lzh as d2l

    nd = mx.nd
    x, w = _image(mx, 6, 2), nd.array([[2.0], [-3.4]])
    y = d2l.linreg(x, w, 4.2)
    found = {"linreg": _numbers(y), "squared": _numbers(d2l.squared_loss(y, nd.zeros(6)))}
    w.attach_grad()
    with mx.autograd.record():
        loss = d2l.squared_loss(d2l.linreg(x, w, 4.2), nd.ones(6))
    loss.backward()
    d2l.sgd([w], 0.1, 6)
    found["sgd"] = _numbers(w)
    d2l.grad_clipping([w], 0.01, mx.cpu())
    found["clipped"] = _numbers(w.grad)
    found["onehot"] = [
        float(i.argmax(axis=1).asnumpy()[0]) for i in d2l.to_onehot(nd.array([[0, 3]]), 5)
    ]
    batches = d2l.data_iter_consecutive(list(range(30)), 2, 6)
    found["consecutive"] = [n for a, b in batches for n in _numbers(a) + _numbers(b)]
    found["corr2d"] = _numbers(d2l.corr2d(x, nd.array([[0, 1], [2, 3]])))
    net = d2l.resnet18(4)
    net.initialize()
    image = _image(mx, 1, 3, 32, 32)
    net(image)
    _fill(mx, net)
    found["resnet"] = _numbers(net(image))
    found["counter"] = sorted(d2l.count_tokens([["a", "b"], ["a"]]).values())
    cell = mx.gluon.rnn.RNN(8)
    cell.initialize()
    model = d2l.RNNModel(cell, 5)
    model.initialize()
    out, state = model(nd.array([[0, 1, 2], [3, 4, 0]]), model.begin_state(2))
    found["rnn shapes"] = [*out.shape, *state[0].shape]
    found["context"] = [str(d2l.try_gpu()).startswith(("cpu", "gpu"))]
    return found


PROGRAMS = {"resnet": resnet, "yolo": yolo, "bert": bert, "d2lzh": d2lzh_functions}


if __name__ == "__main__":
    import json
    import os
    import sys

    if "CLIENTS" in os.environ:
        sys.path.append(os.environ["CLIENTS"])
    import mxnet

    sys.stdout.write("\n" + json.dumps(PROGRAMS[sys.argv[1]](mxnet)))
