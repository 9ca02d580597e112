"""Record what MXNet 1.9.1's Module computes: ``python tools/oracle/module.py OUT.npz``.

Run it under the original. Each case trains a small network for some steps from given weights and
keeps the parameters, states of normalisation, outputs and metrics.
"""

import sys

import numpy as np

import mxnet as mx

R = np.random.RandomState(7)
X = R.rand(24, 5).astype("float32")
Y = (np.arange(24) % 3).astype("float32")
W = {
    "fc1_weight": R.randn(4, 5) * 0.5,
    "fc1_bias": R.randn(4) * 0.1,
    "bn_gamma": R.rand(4) + 0.5,
    "bn_beta": R.randn(4) * 0.1,
    "fc2_weight": R.randn(3, 4) * 0.5,
    "fc2_bias": R.randn(3) * 0.1,
}
W = {k: v.astype("float32") for k, v in W.items()}
AUX = {"bn_moving_mean": np.zeros(4, "float32"), "bn_moving_var": np.ones(4, "float32")}
found = {"X": X, "Y": Y}
found.update({f"W.{k}": v for k, v in {**W, **AUX}.items()})


def net(bn=True, lr_mult=False):
    x = mx.sym.Variable("data")
    weight = mx.sym.Variable("fc1_weight", lr_mult=0.1) if lr_mult else None
    x = mx.sym.FullyConnected(x, weight=weight, num_hidden=4, name="fc1")
    if bn:
        x = mx.sym.BatchNorm(x, name="bn", fix_gamma=False)
    x = mx.sym.Activation(x, act_type="tanh")
    x = mx.sym.FullyConnected(x, num_hidden=3, name="fc2")
    return mx.sym.SoftmaxOutput(x, name="softmax")


def train(
    name,
    contexts=1,
    bn=True,
    optimizer="sgd",
    options=(),
    kvstore="local",
    lr_mult=False,
    load=None,
    **keywords,
):
    sym = net(bn, lr_mult)
    mod = mx.mod.Module(
        sym, context=[mx.cpu(i) for i in range(contexts)], work_load_list=load, **keywords
    )
    it = mx.io.NDArrayIter(X, Y, 8)
    mod.bind(it.provide_data, it.provide_label)
    args = {k: mx.nd.array(v) for k, v in W.items() if k in sym.list_arguments()}
    aux = {k: mx.nd.array(v) for k, v in AUX.items()} if bn else {}
    mod.init_params(arg_params=args, aux_params=aux)
    mod.init_optimizer(kvstore, optimizer, dict(options))
    metric = mx.metric.create(["acc", "ce"])
    for _ in range(2):
        it.reset()
        for batch in it:
            mod.forward_backward(batch)
            mod.update()
            mod.update_metric(metric, batch.label)
    args, aux = mod.get_params()
    for k, v in {**args, **aux}.items():
        found[f"{name}.{k}"] = v.asnumpy()
    found[f"{name}.metric"] = np.array([v for _, v in metric.get_name_value()])
    found[f"{name}.predict"] = mod.predict(it).asnumpy()
    found[f"{name}.score"] = np.array([v for _, v in mod.score(it, ["acc", "ce"])])


MOMENTUM = {"learning_rate": 0.3, "momentum": 0.9, "wd": 0.01}
train("sgd", options=MOMENTUM)
train("adam", bn=False, optimizer="adam", options={"learning_rate": 0.05})
train("fixed", options=MOMENTUM, fixed_param_names=["fc1_weight", "bn_beta"])
train("lr_mult", options=MOMENTUM, lr_mult=True)
train(
    "scheduled",
    options={
        "learning_rate": 0.3,
        "lr_scheduler": mx.lr_scheduler.FactorScheduler(2, 0.5, base_lr=0.3),
    },
)
train("two_local", 2, options=MOMENTUM)
train("two_uneven", 2, options=MOMENTUM, load=[1, 3])
train("two_none", 2, options=MOMENTUM, kvstore=None)
train("two_plain", 2, bn=False, options=MOMENTUM, kvstore="device")


def buckets():
    def generate(n):
        x = mx.sym.Variable("data")
        x = mx.sym.Embedding(x, input_dim=10, output_dim=4, name="emb")
        x = mx.sym.mean(x, axis=1)
        x = mx.sym.FullyConnected(x, num_hidden=3, name="fc2")
        return mx.sym.SoftmaxOutput(x, name="softmax"), ("data",), ("softmax_label",)

    r = np.random.RandomState(3)
    emb = r.randn(10, 4).astype("float32")
    mod = mx.mod.BucketingModule(generate, default_bucket_key=6)
    mod.bind([("data", (4, 6))], [("softmax_label", (4,))])
    mod.init_params(
        arg_params={
            "emb_weight": mx.nd.array(emb),
            "fc2_weight": mx.nd.array(W["fc2_weight"]),
            "fc2_bias": mx.nd.array(W["fc2_bias"]),
        }
    )
    mod.init_optimizer(optimizer_params={"learning_rate": 0.5, "momentum": 0.9})
    found["bucket.emb"] = emb
    outs = []
    for i, n in enumerate([6, 3, 4, 3, 6, 4]):
        data = r.randint(0, 10, (4, n)).astype("float32")
        label = r.randint(0, 3, 4).astype("float32")
        found[f"bucket.data{i}"], found[f"bucket.label{i}"] = data, label
        batch = mx.io.DataBatch(
            [mx.nd.array(data)],
            [mx.nd.array(label)],
            bucket_key=n,
            provide_data=[("data", (4, n))],
            provide_label=[("softmax_label", (4,))],
        )
        mod.forward_backward(batch)
        outs.append(mod.get_outputs()[0].asnumpy())
        mod.update()
    found["bucket.outs"] = np.stack(outs)
    for k, v in mod.get_params()[0].items():
        found[f"bucket.{k}"] = v.asnumpy()


buckets()
np.savez_compressed(sys.argv[1], **found)
