# ruff: noqa: E501
"""Examples of functions and classes, one block a name: they are part of ``help`` and of the reference.

Each is run by ``tests/docs``, and ``tools/make_examples.py`` writes down what it gives.
"""

import functools
import sys

from .._ops._spec import clean

__all__ = ["EXAMPLES", "attach", "attach_to", "parsed"]

_FULL = {
    "nd": "ndarray",
    "np": "numpy",
    "npx": "numpy_extension",
    "sym": "symbol",
}  # names of modules


def parsed(text):
    """Name -> the programs under it."""
    blocks = (block.partition("\n") for block in text.strip("\n").split("\n\n"))
    return {name: code.strip("\n") for name, _, code in blocks if name}


def attach(package):
    """Put the examples into the docstrings of the functions and classes they name, in all of the
    package's modules that have been imported: the others call :func:`attach_to` at their end.

    ``package``: its name. Names of one operator in one namespace share an example.
    """
    for space, mine in _spaces().items():
        module = sys.modules.get(f"{package}.{space}")
        if module is not None:
            _attach(vars(module), mine)


def attach_to(names):
    """The same for one module, which hands in its ``globals()``."""
    space = names["__name__"].partition(".")[2]
    _attach(names, _spaces().get(space, {}))


@functools.cache
def _spaces():
    spaces = {}
    for name, code in parsed(EXAMPLES).items():
        space, _, short = name.rpartition(".")
        first, *others = space.split(".")
        spaces.setdefault(".".join([_FULL.get(first, first), *others]), {})[short] = code
    return spaces


def _attach(names, mine):
    shared = {}  # an operator is reached by several names
    for name, code in mine.items():
        op = getattr(names.get(name), "op", None)
        if op is not None:
            shared.setdefault(id(op), code)
    done = set()
    for name, value in names.items():
        if name.startswith("_"):
            continue
        code = mine.get(name) or shared.get(id(getattr(value, "op", None)))
        if code and id(value) not in done:
            done.add(id(value))
            doc = value.__doc__ or ""
            if "\n    " in doc and not hasattr(value, "op"):  # an operator's is clean already
                doc = clean(doc)
            value.__doc__ = f"{doc}\n\nExamples\n--------\n{code}"


EXAMPLES = r"""
attribute.AttrScope
>>> with mx.AttrScope(ctx_group='dev1'):
...     x = mx.sym.Variable('x')
>>> x.attr('ctx_group')
'dev1'

autograd.backward
>>> x = nd.array([1, 2])
>>> x.attach_grad()
>>> with autograd.record():
...     y, z = x * 2, x * 3
>>> autograd.backward([y, z])
>>> x.grad
[5. 5.]
<NDArray 2 @cpu(0)>

autograd.get_symbol
>>> x = nd.array([1])
>>> x.attach_grad()
>>> with autograd.record():
...     y = x * 2 + 1
>>> autograd.get_symbol(y).list_arguments()
['var0']

autograd.grad
>>> x = nd.array([2])
>>> x.attach_grad()
>>> with autograd.record():
...     y = x**3
...     dy = autograd.grad(y, x, create_graph=True, retain_graph=True)[0]
>>> dy.backward()
>>> dy
[12.]
<NDArray 1 @cpu(0)>
>>> x.grad
[12.]
<NDArray 1 @cpu(0)>

autograd.is_recording
>>> with autograd.record():
...     print(autograd.is_recording())
True

autograd.is_training
>>> with autograd.record(train_mode=False):
...     print(autograd.is_recording(), autograd.is_training())
True False

autograd.mark_variables
>>> x, g = nd.array([1, 2]), nd.zeros(2)
>>> autograd.mark_variables([x], [g])
>>> with autograd.record():
...     y = x * x
>>> y.backward()
>>> g
[2. 4.]
<NDArray 2 @cpu(0)>

autograd.pause
>>> x = nd.array([3])
>>> x.attach_grad()
>>> with autograd.record():
...     with autograd.pause():
...         c = x * 1
...     y = c * x
>>> y.backward()
>>> x.grad
[3.]
<NDArray 1 @cpu(0)>

autograd.predict_mode
>>> with autograd.record(), autograd.predict_mode():
...     print(autograd.is_training())
False

autograd.record
>>> x = nd.array([3])
>>> x.attach_grad()
>>> with autograd.record():
...     y = x * x
>>> y.backward()
>>> x.grad
[6.]
<NDArray 1 @cpu(0)>

autograd.set_recording
>>> before = autograd.set_recording(True)
>>> autograd.is_recording()
True
>>> before = autograd.set_recording(before)

autograd.set_training
>>> before = autograd.set_training(True)
>>> autograd.is_training()
True
>>> before = autograd.set_training(before)

autograd.train_mode
>>> with autograd.train_mode():
...     print(autograd.is_training())
True

base.c_array
>>> import ctypes
>>> list(mx.base.c_array(ctypes.c_int, [1, 2]))
[1, 2]

base.c_str
>>> mx.base.c_str('text').value
b'text'

base.check_call
>>> mx.base.check_call(0)

base.classproperty
>>> class A:
...     @mx.base.classproperty
...     def name(cls):
...         return cls.__name__
>>> A.name
'A'

base.data_dir
>>> import os
>>> os.path.isabs(mx.base.data_dir())
True

base.data_dir_default
>>> import os
>>> os.path.basename(mx.base.data_dir_default())
'.mxnet'

base.py_str
>>> mx.base.py_str(b'text')
'text'

callback.do_checkpoint
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> mod = mx.mod.Module(net)
>>> mod.fit(data, num_epoch=2, epoch_end_callback=mx.callback.do_checkpoint('model'))
>>> import os
>>> sorted(os.listdir())
['model-0001.manifest', 'model-0001.params', 'model-0002.manifest', 'model-0002.params', 'model-symbol.json']

callback.log_train_metric
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> mod = mx.mod.Module(net)
>>> mod.fit(data, num_epoch=1, batch_end_callback=mx.callback.log_train_metric(1))

callback.LogValidationMetricsCallback
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> mod = mx.mod.Module(net)
>>> mod.fit(data, data, num_epoch=1, eval_end_callback=mx.callback.LogValidationMetricsCallback())

callback.module_checkpoint
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> mod = mx.mod.Module(net)
>>> mod.fit(data, num_epoch=1, epoch_end_callback=mx.callback.module_checkpoint(mod, 'model'))
>>> import os
>>> sorted(os.listdir())
['model-0001.manifest', 'model-0001.params', 'model-symbol.json']

callback.ProgressBar
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> mod = mx.mod.Module(net)
>>> mod.fit(data, num_epoch=1, batch_end_callback=mx.callback.ProgressBar(total=2))

callback.Speedometer
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> mod = mx.mod.Module(net)
>>> mod.fit(data, num_epoch=1, batch_end_callback=mx.callback.Speedometer(batch_size=2, frequent=1))

context.Context
>>> with mx.Context('cpu', 0):
...     nd.ones(2).context
cpu(0)

context.cpu
>>> nd.ones(2, ctx=mx.cpu()).context
cpu(0)

context.cpu_pinned
>>> nd.ones(2, ctx=mx.cpu_pinned()).context
cpu_pinned(0)

context.current_context
>>> mx.current_context()
cpu(0)

context.gpu
>>> mx.gpu(1)
gpu(1)

context.gpu_memory_info
>>> [free <= total for free, total in map(mx.context.gpu_memory_info, range(mx.num_gpus()))] in ([], [True] * mx.num_gpus())
True

context.num_gpus
>>> ctx = mx.gpu() if mx.num_gpus() else mx.cpu()

contrib.amp.convert_bucketing_module
>>> from mxnet.contrib import amp
>>> def network(length):
...     x = mx.sym.mean(mx.sym.Variable('data'), axis=1, keepdims=True)
...     return mx.sym.FullyConnected(x, num_hidden=2, name='fc'), ['data'], []
>>> mod = mx.mod.BucketingModule(network, default_bucket_key=8)
>>> mod.bind([('data', (2, 8))], for_training=False)
>>> mod.init_params()
>>> low = amp.convert_bucketing_module(mod, 'float16')
>>> type(low).__name__
'BucketingModule'

contrib.amp.convert_hybrid_block
>>> from mxnet.contrib import amp
>>> net = nn.Dense(2, in_units=3)
>>> net.initialize()
>>> net.hybridize()
>>> y = net(nd.ones((1, 3)))
>>> low = amp.convert_hybrid_block(net, 'float16')
>>> low(nd.ones((1, 3))).shape
(1, 2)

contrib.amp.convert_model
>>> from mxnet.contrib import amp
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> args = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> low, args, aux = amp.convert_model(net, args, {}, 'float16')
>>> low.list_outputs()
['fc_output']

contrib.amp.convert_symbol
>>> from mxnet.contrib import amp
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> low = amp.convert_symbol(net, 'float16')
>>> [n for n in low.get_internals().list_outputs() if 'amp_cast' in n]
['data_amp_cast_float16_output', 'fc_weight_amp_cast_float16_output', 'fc_bias_amp_cast_float16_output']

contrib.amp.init
>>> from mxnet.contrib import amp
>>> amp.init('bfloat16')  # doctest: +SKIP

contrib.amp.init_trainer
>>> from mxnet.contrib import amp
>>> amp.init()  # doctest: +SKIP
>>> amp.init_trainer(gluon.Trainer(nn.Dense(1).collect_params(), 'sgd'))  # doctest: +SKIP

contrib.amp.list_conditional_fp32_ops
>>> from mxnet.contrib import amp
>>> amp.list_conditional_fp32_ops('float16')[0][:2]
('Activation', 'act_type')

contrib.amp.list_fp32_ops
>>> from mxnet.contrib import amp
>>> 'exp' in amp.list_fp32_ops('float16')
True

contrib.amp.list_loss_output_functions
>>> from mxnet.contrib import amp
>>> 'SoftmaxOutput' in amp.list_loss_output_functions('float16')
True

contrib.amp.list_lp16_fp32_ops
>>> from mxnet.contrib import amp
>>> 'relu' in amp.list_lp16_fp32_ops('float16')
True

contrib.amp.list_lp16_ops
>>> from mxnet.contrib import amp
>>> 'Convolution' in amp.list_lp16_ops('float16')
True

contrib.amp.list_lp16_use_fp32_params
>>> from mxnet.contrib import amp
>>> type(amp.list_lp16_use_fp32_params('float16')).__name__
'NoneType'

contrib.amp.list_widest_type_cast
>>> from mxnet.contrib import amp
>>> 'add_n' in amp.list_widest_type_cast('float16')
True

contrib.amp.loss_scaler.LossScaler
>>> from mxnet.contrib.amp.loss_scaler import LossScaler
>>> LossScaler().loss_scale
65536.0

contrib.amp.scale_loss
>>> from mxnet.contrib import amp
>>> amp.init()  # doctest: +SKIP
>>> net = nn.Dense(1, in_units=2)
>>> net.initialize()
>>> trainer = gluon.Trainer(net.collect_params(), 'sgd')
>>> amp.init_trainer(trainer)  # doctest: +SKIP
>>> with autograd.record():  # doctest: +SKIP
...     with amp.scale_loss(net(nd.ones((1, 2))), trainer) as loss:
...         loss.backward()
>>> trainer.step(1)  # doctest: +SKIP

contrib.amp.unscale
>>> from mxnet.contrib import amp
>>> amp.init()  # doctest: +SKIP
>>> net = nn.Dense(1, in_units=2)
>>> net.initialize()
>>> trainer = gluon.Trainer(net.collect_params(), 'sgd')
>>> amp.init_trainer(trainer)  # doctest: +SKIP
>>> with autograd.record():  # doctest: +SKIP
...     with amp.scale_loss(net(nd.ones((1, 2))), trainer) as loss:
...         loss.backward()
>>> amp.unscale(trainer)  # doctest: +SKIP

contrib.autograd.backward
>>> from mxnet.contrib import autograd as old
>>> x, g = nd.array([3]), nd.zeros(1)
>>> old.mark_variables([x], [g])
>>> with old.train_section():
...     y = x * x
>>> old.backward([y])
>>> g
[6.]
<NDArray 1 @cpu(0)>

contrib.autograd.compute_gradient
>>> from mxnet.contrib import autograd as old
>>> x, g = nd.array([3]), nd.zeros(1)
>>> old.mark_variables([x], [g])
>>> with old.train_section():
...     y = x * x
>>> r = old.compute_gradient([y])
>>> g
[6.]
<NDArray 1 @cpu(0)>

contrib.autograd.grad
>>> from mxnet.contrib import autograd as old
>>> old.grad(lambda x: x * x)(nd.array([3]))
[
[6.]
<NDArray 1 @cpu(0)>]

contrib.autograd.grad_and_loss
>>> from mxnet.contrib import autograd as old
>>> old.grad_and_loss(lambda x: x * x)(nd.array([3]))
([
[6.]
<NDArray 1 @cpu(0)>],
[9.]
<NDArray 1 @cpu(0)>)

contrib.autograd.set_is_training
>>> from mxnet.contrib import autograd as old
>>> before = old.set_is_training(True)
>>> autograd.is_training()
True
>>> before = old.set_is_training(before)

contrib.autograd.test_section
>>> from mxnet.contrib import autograd as old
>>> with old.test_section():
...     autograd.is_recording()
False

contrib.autograd.train_section
>>> from mxnet.contrib import autograd as old
>>> with old.train_section():
...     autograd.is_recording()
True

contrib.autograd.TrainingStateScope
>>> from mxnet.contrib import autograd as old
>>> with old.TrainingStateScope(True):
...     autograd.is_training()
True

contrib.io.DataLoaderIter
>>> from mxnet.contrib.io import DataLoaderIter
>>> loader = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> DataLoaderIter(loader).next().data[0].shape
(2, 3)

contrib.onnx.get_model_metadata
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> params = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> path = mx.onnx.export_model(net, params, [(1, 3)], onnx_file_path='fc.onnx')
>>> from mxnet.contrib import onnx
>>> onnx.get_model_metadata('fc.onnx')
{'input_tensor_data': [('data', (1, 3))], 'output_tensor_data': [('fc_output', (1, 2))]}

contrib.onnx.import_model
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> params = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> path = mx.onnx.export_model(net, params, [(1, 3)], onnx_file_path='fc.onnx')
>>> from mxnet.contrib import onnx
>>> symbol, args, aux = onnx.import_model('fc.onnx')
>>> sorted(args)
['fc_bias', 'fc_weight']

contrib.onnx.import_to_gluon
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> params = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> path = mx.onnx.export_model(net, params, [(1, 3)], onnx_file_path='fc.onnx')
>>> from mxnet.contrib import onnx
>>> block = onnx.import_to_gluon('fc.onnx')
>>> block(nd.ones((1, 3)))
[[3. 3.]]
<NDArray 1x2 @cpu(0)>

contrib.quantization.calib_graph
>>> from mxnet.contrib import quantization
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> args = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), batch_size=2, label_name=None)
>>> import logging
>>> logging.getLogger('quiet').setLevel(logging.ERROR)
>>> low, args, aux, collector = quantization.quantize_graph(net, args, {}, calib_mode='naive', logger=logging.getLogger('quiet'))
>>> low, args, aux = quantization.calib_graph(low, args, aux, collector, calib_mode='naive', logger=logging.getLogger('quiet'))
>>> low.list_outputs()
['fc_dequantize_output']

contrib.quantization.combine_histogram
>>> import numpy
>>> from mxnet.contrib import quantization
>>> counts, edges = numpy.histogram([0.5, -0.5], bins=4, range=(-1, 1))
>>> quantization.combine_histogram((counts, edges, -0.5, 0.5, 1), numpy.array([0.9]), 0.9, 0.9, 0.9)[0]
array([0, 1, 0, 2])

contrib.quantization.quantize_graph
>>> from mxnet.contrib import quantization
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> args = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), batch_size=2, label_name=None)
>>> import logging
>>> logging.getLogger('quiet').setLevel(logging.ERROR)
>>> low, args, aux, collector = quantization.quantize_graph(net, args, {}, calib_mode='naive', logger=logging.getLogger('quiet'))
>>> low.list_outputs()
['fc_dequantize_output']

contrib.quantization.quantize_model
>>> from mxnet.contrib import quantization
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> args = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), batch_size=2, label_name=None)
>>> import logging
>>> logging.getLogger('quiet').setLevel(logging.ERROR)
>>> low, args, aux = quantization.quantize_model(net, args, {}, calib_mode='naive', calib_data=data, num_calib_examples=4, label_names=None, logger=logging.getLogger('quiet'))
>>> 'quantized_fully_connected' in low.tojson()
True

contrib.quantization.quantize_model_mkldnn
>>> from mxnet.contrib import quantization
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> args = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), batch_size=2, label_name=None)
>>> import logging
>>> logging.getLogger('quiet').setLevel(logging.ERROR)
>>> low, args, aux = quantization.quantize_model_mkldnn(net, args, {}, calib_mode='naive', calib_data=data, num_calib_examples=4, label_names=None, logger=logging.getLogger('quiet'))
>>> sorted(args)
['fc_bias_quantize', 'fc_bias_quantize_max', 'fc_bias_quantize_min', 'fc_weight_quantize', 'fc_weight_quantize_max', 'fc_weight_quantize_min']

contrib.quantization.quantize_net
>>> from mxnet.contrib import quantization
>>> net = nn.HybridSequential()
>>> net.add(nn.Dense(2, in_units=3))
>>> net.initialize(mx.init.One())
>>> net.hybridize()
>>> x = nd.ones((4, 3))
>>> y = net(x)
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(x, nd.zeros(4)), batch_size=2)
>>> import logging
>>> logging.getLogger('quiet').setLevel(logging.ERROR)
>>> low = quantization.quantize_net(net, calib_mode='naive', calib_data=data, num_calib_examples=4, logger=logging.getLogger('quiet'))
>>> low(x).shape
(4, 2)

contrib.quantization.quantize_net_v2
>>> from mxnet.contrib import quantization
>>> net = nn.HybridSequential()
>>> net.add(nn.Dense(2, in_units=3))
>>> net.initialize(mx.init.One())
>>> net.hybridize()
>>> x = nd.ones((4, 3))
>>> y = net(x)
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(x, nd.zeros(4)), batch_size=2)
>>> import logging
>>> logging.getLogger('quiet').setLevel(logging.ERROR)
>>> low = quantization.quantize_net_v2(net, quantize_granularity='channel-wise', calib_mode='naive', calib_data=data, num_calib_examples=4, logger=logging.getLogger('quiet'))
>>> low(x).shape
(4, 2)

contrib.svrg_optimization.SVRGModule
>>> from mxnet.contrib.svrg_optimization import SVRGModule
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=1, name='fc')
>>> net = mx.sym.LinearRegressionOutput(net, mx.sym.Variable('lin_label'), name='lin')
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2, label_name='lin_label')
>>> mod = SVRGModule(net, label_names=['lin_label'], update_freq=2)
>>> mod.fit(data, num_epoch=2, eval_metric='mse')
>>> mod.update_freq
2

contrib.tensorboard.LogMetricsCallback
>>> from mxnet.contrib.tensorboard import LogMetricsCallback
>>> log = LogMetricsCallback('logs')
>>> metric = mx.metric.Loss()
>>> metric.update(None, [nd.array([2])])
>>> log(mx.model.BatchEndParam(epoch=0, nbatch=1, eval_metric=metric, locals=None))
>>> import os
>>> len(os.listdir('logs'))
1

contrib.text.embedding.CompositeEmbedding
>>> with open('vectors.txt', 'w') as file:
...     n = file.write('hello 1 2\nworld 3 4\n')
>>> from mxnet.contrib import text
>>> from collections import Counter
>>> words = text.vocab.Vocabulary(Counter(['hello', 'world']))
>>> one = text.embedding.CustomEmbedding('vectors.txt')
>>> text.embedding.CompositeEmbedding(words, [one, one]).get_vecs_by_tokens('world')
[3. 4. 3. 4.]
<NDArray 4 @cpu(0)>

contrib.text.embedding.create
>>> from mxnet.contrib import text
>>> text.embedding.create('glove', pretrained_file_name='glove.6B.50d.txt')  # doctest: +SKIP

contrib.text.embedding.CustomEmbedding
>>> with open('vectors.txt', 'w') as file:
...     n = file.write('hello 1 2\nworld 3 4\n')
>>> from mxnet.contrib import text
>>> text.embedding.CustomEmbedding('vectors.txt').get_vecs_by_tokens('world')
[3. 4.]
<NDArray 2 @cpu(0)>

contrib.text.embedding.FastText
>>> from mxnet.contrib import text
>>> text.embedding.FastText('wiki.simple.vec')  # doctest: +SKIP

contrib.text.embedding.get_pretrained_file_names
>>> from mxnet.contrib import text
>>> text.embedding.get_pretrained_file_names('glove')[:2]
['glove.42B.300d.txt', 'glove.6B.50d.txt']

contrib.text.embedding.GloVe
>>> from mxnet.contrib import text
>>> text.embedding.GloVe('glove.6B.50d.txt')  # doctest: +SKIP

contrib.text.embedding.register
>>> from mxnet.contrib import text
>>> @text.embedding.register
... class Mine(text.embedding.CustomEmbedding):
...     pass
>>> with open('vectors.txt', 'w') as file:
...     n = file.write('hello 1 2\nworld 3 4\n')
>>> text.embedding.create('mine', pretrained_file_path='vectors.txt').vec_len
2

convert.convert
>>> from mxnet.convert import convert
>>> net = nn.Dense(2, in_units=3)
>>> net.initialize(mx.init.One())
>>> net.hybridize()
>>> y = net(nd.ones((1, 3)))
>>> net.export('dense')
>>> convert('dense', 'npz')[0]
'dense-0000.npz'

deploy.Deployed
>>> net = nn.Dense(2, in_units=3)
>>> net.initialize(mx.init.One())
>>> run = mx.deploy.load(mx.deploy.export(net, 'dense.npz', nd.zeros((1, 3))))
>>> run(nd.ones((1, 3)).asnumpy())
array([[3., 3.]], dtype=float32)

deploy.export
>>> net = nn.Dense(2, in_units=3)
>>> net.initialize(mx.init.One())
>>> mx.deploy.export(net, 'dense.npz', nd.zeros((1, 3)))
'dense.npz'

deploy.load
>>> net = nn.Dense(2, in_units=3)
>>> net.initialize(mx.init.One())
>>> path = mx.deploy.export(net, 'dense.npz', nd.zeros((1, 3)))
>>> mx.deploy.load(path)(nd.ones((4, 3)).asnumpy()).shape
(4, 2)

engine.bulk
>>> with mx.engine.bulk(4):
...     y = nd.ones(2) + 1
>>> y
[2. 2.]
<NDArray 2 @cpu(0)>

engine.engine_type
>>> mx.engine.engine_type() in ('NaiveEngine', 'ThreadedEnginePerDevice')
True

engine.expect
>>> x = nd.ones(2)
>>> x.wait_to_read()
>>> with mx.engine.expect(flushes=1):
...     (x + 1).wait_to_read()

engine.explain
>>> (nd.ones((3, 7)) + 1).wait_to_read()
>>> type(mx.engine.explain(1)).__name__
'list'

engine.set_bulk_size
>>> before = mx.engine.set_bulk_size(8)
>>> mx.engine.set_bulk_size(before)
8

engine.set_engine_type
>>> before = mx.engine.set_engine_type('NaiveEngine')
>>> last = mx.engine.set_engine_type(before)
>>> last
'NaiveEngine'

engine.set_evaluate
>>> before = mx.engine.set_evaluate(0)
>>> last = mx.engine.set_evaluate(before)
>>> last
0

engine.stats
>>> before = mx.engine.stats()
>>> (nd.ones(2) + 1).wait_to_read()
>>> mx.engine.stats()['flushes'] > before['flushes']
True

executor.CachedOp
>>> x = mx.sym.Variable('x')
>>> f = mx.executor.CachedOp(x * 2)
>>> f(nd.array([1, 2]))
[2. 4.]
<NDArray 2 @cpu(0)>

executor.Executor
>>> x = mx.sym.Variable('x')
>>> run = (x * x).bind(mx.cpu(), {'x': nd.array([3])}, args_grad={'x': nd.zeros(1)})
>>> run.forward(is_train=True)
[
[9.]
<NDArray 1 @cpu(0)>]
>>> run.backward(nd.ones(1))
>>> run.grad_dict['x']
[6.]
<NDArray 1 @cpu(0)>

gluon.Constant
>>> c = gluon.Constant('c', [[1, 2]])
>>> c.initialize()
>>> c.data()
[[1. 2.]]
<NDArray 1x2 @cpu(0)>

gluon.contrib.cnn.DeformableConvolution
>>> layer = gluon.contrib.cnn.DeformableConvolution(4, kernel_size=(3, 3), padding=(1, 1))
>>> layer.initialize()
>>> layer(nd.ones((1, 3, 8, 8))).shape
(1, 4, 8, 8)

gluon.contrib.cnn.ModulatedDeformableConvolution
>>> layer = gluon.contrib.cnn.ModulatedDeformableConvolution(4, kernel_size=(3, 3), padding=(1, 1))
>>> layer.initialize()
>>> layer(nd.ones((1, 3, 8, 8))).shape
(1, 4, 8, 8)

gluon.contrib.data.text.WikiText103
>>> from mxnet.gluon.contrib.data.text import WikiText103
>>> data, label = WikiText103(segment='test', seq_len=35)[0]  # doctest: +SKIP

gluon.contrib.data.text.WikiText2
>>> from mxnet.gluon.contrib.data.text import WikiText2
>>> data, label = WikiText2(segment='test', seq_len=35)[0]  # doctest: +SKIP

gluon.contrib.estimator.BatchBegin
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> class Say(estimator.BatchBegin):
...     def batch_begin(self, estimator, *args, **kwargs):
...         print('BatchBegin')
>>> run.fit(data, epochs=1, event_handlers=[Say()])
BatchBegin
BatchBegin

gluon.contrib.estimator.BatchEnd
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> class Say(estimator.BatchEnd):
...     def batch_end(self, estimator, *args, **kwargs):
...         print('BatchEnd')
>>> run.fit(data, epochs=1, event_handlers=[Say()])
BatchEnd
BatchEnd

gluon.contrib.estimator.BatchProcessor
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> class Half(estimator.BatchProcessor):
...     def fit_batch(self, estimator, batch, batch_axis=0):
...         x, y = batch
...         return super().fit_batch(estimator, (x / 2, y), batch_axis)
>>> run.batch_processor = Half()
>>> run.fit(data, epochs=1)
>>> trainer.optimizer.num_update
2

gluon.contrib.estimator.CheckpointHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> run.fit(data, epochs=1, event_handlers=[estimator.CheckpointHandler('checkpoints')])
>>> import os
>>> sorted(os.listdir('checkpoints'))
['model-epoch0batch2.manifest', 'model-epoch0batch2.params', 'model-epoch0batch2.states']

gluon.contrib.estimator.EarlyStoppingHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> stop = estimator.EarlyStoppingHandler(run.train_metrics[0], patience=1, mode='max', baseline=2)
>>> run.fit(data, epochs=9, event_handlers=[stop])
>>> trainer.optimizer.num_update
2

gluon.contrib.estimator.EpochBegin
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> class Say(estimator.EpochBegin):
...     def epoch_begin(self, estimator, *args, **kwargs):
...         print('EpochBegin')
>>> run.fit(data, epochs=1, event_handlers=[Say()])
EpochBegin

gluon.contrib.estimator.EpochEnd
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> class Say(estimator.EpochEnd):
...     def epoch_end(self, estimator, *args, **kwargs):
...         print('EpochEnd')
>>> run.fit(data, epochs=1, event_handlers=[Say()])
EpochEnd

gluon.contrib.estimator.Estimator
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> run.fit(data, epochs=3)
>>> trainer.optimizer.num_update
6
>>> run.train_metrics[0].get()[0]
'training accuracy'

gluon.contrib.estimator.GradientUpdateHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> run.fit(data, epochs=1, event_handlers=[estimator.GradientUpdateHandler()])
>>> trainer.optimizer.num_update
2

gluon.contrib.estimator.LoggingHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> run.fit(data, epochs=1, event_handlers=[estimator.LoggingHandler(log_interval=1, metrics=run.train_metrics)])

gluon.contrib.estimator.MetricHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> run.fit(data, epochs=1, event_handlers=[estimator.MetricHandler(run.train_metrics)])

gluon.contrib.estimator.ProgressBarHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> bar = estimator.ProgressBarHandler(disable=True)
>>> run.fit(data, epochs=1, event_handlers=[bar])

gluon.contrib.estimator.SaveStateHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> run.fit(data, epochs=1, event_handlers=[estimator.SaveStateHandler('run.npz')])
>>> import os
>>> os.path.exists('run.npz')
True

gluon.contrib.estimator.StoppingHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> run.fit(data, batches=3, event_handlers=[estimator.StoppingHandler(max_batch=3)])
>>> trainer.optimizer.num_update
3

gluon.contrib.estimator.TrainBegin
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> class Say(estimator.TrainBegin):
...     def train_begin(self, estimator, *args, **kwargs):
...         print('TrainBegin')
>>> run.fit(data, epochs=1, event_handlers=[Say()])
TrainBegin

gluon.contrib.estimator.TrainEnd
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> class Say(estimator.TrainEnd):
...     def train_end(self, estimator, *args, **kwargs):
...         print('TrainEnd')
>>> run.fit(data, epochs=1, event_handlers=[Say()])
TrainEnd

gluon.contrib.estimator.ValidationHandler
>>> from mxnet.gluon.contrib import estimator
>>> data = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.ones((4, 3)), nd.zeros(4)), batch_size=2)
>>> net = nn.Dense(2)
>>> net.initialize()
>>> trainer, loss = gluon.Trainer(net.collect_params(), 'sgd'), gluon.loss.SoftmaxCrossEntropyLoss()
>>> run = estimator.Estimator(net, loss, train_metrics=mx.metric.Accuracy(), trainer=trainer)
>>> run.logger.disabled = True
>>> run.fit(data, epochs=1, event_handlers=[estimator.ValidationHandler(data, run.evaluate)])

gluon.contrib.nn.Concurrent
>>> both = gluon.contrib.nn.Concurrent()
>>> both.add(nn.Identity())
>>> both.add(nn.Identity())
>>> both(nd.ones((2, 3))).shape
(2, 6)

gluon.contrib.nn.HybridConcurrent
>>> both = gluon.contrib.nn.HybridConcurrent()
>>> both.add(nn.Identity())
>>> both.add(nn.Identity())
>>> both(nd.ones((2, 3))).shape
(2, 6)

gluon.contrib.nn.PixelShuffle1D
>>> gluon.contrib.nn.PixelShuffle1D(2)(nd.ones((1, 4, 3))).shape
(1, 2, 6)

gluon.contrib.nn.PixelShuffle2D
>>> gluon.contrib.nn.PixelShuffle2D(2)(nd.ones((1, 4, 3, 5))).shape
(1, 1, 6, 10)

gluon.contrib.nn.PixelShuffle3D
>>> gluon.contrib.nn.PixelShuffle3D(2)(nd.ones((1, 8, 3, 5, 7))).shape
(1, 1, 6, 10, 14)

gluon.contrib.nn.SparseEmbedding
>>> table = gluon.contrib.nn.SparseEmbedding(10, 4)
>>> table.initialize()
>>> trainer = gluon.Trainer(table.collect_params(), 'sgd')
>>> table(nd.array([1, 3])).shape
(2, 4)

gluon.contrib.rnn.Conv1DGRUCell
>>> cell = gluon.contrib.rnn.Conv1DGRUCell((3, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8)

gluon.contrib.rnn.Conv1DLSTMCell
>>> cell = gluon.contrib.rnn.Conv1DLSTMCell((3, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8)

gluon.contrib.rnn.Conv1DRNNCell
>>> cell = gluon.contrib.rnn.Conv1DRNNCell((3, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8)

gluon.contrib.rnn.Conv2DGRUCell
>>> cell = gluon.contrib.rnn.Conv2DGRUCell((3, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8, 8)

gluon.contrib.rnn.Conv2DLSTMCell
>>> cell = gluon.contrib.rnn.Conv2DLSTMCell((3, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8, 8)

gluon.contrib.rnn.Conv2DRNNCell
>>> cell = gluon.contrib.rnn.Conv2DRNNCell((3, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8, 8)

gluon.contrib.rnn.Conv3DGRUCell
>>> cell = gluon.contrib.rnn.Conv3DGRUCell((3, 8, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8, 8, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8, 8, 8)

gluon.contrib.rnn.Conv3DLSTMCell
>>> cell = gluon.contrib.rnn.Conv3DLSTMCell((3, 8, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8, 8, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8, 8, 8)

gluon.contrib.rnn.Conv3DRNNCell
>>> cell = gluon.contrib.rnn.Conv3DRNNCell((3, 8, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3, 8, 8, 8)), cell.begin_state(batch_size=2))[0].shape
(2, 4, 8, 8, 8)

gluon.contrib.rnn.dynamic_unroll
>>> cell = gluon.rnn.GRUCell(4)
>>> cell.initialize()
>>> outputs, states = gluon.contrib.rnn.dynamic_unroll(cell, nd.ones((3, 2, 5)), cell.begin_state(batch_size=2))
>>> outputs.shape
(3, 2, 4)

gluon.contrib.rnn.LSTMPCell
>>> cell = gluon.contrib.rnn.LSTMPCell(6, projection_size=4)
>>> cell.initialize()
>>> cell(nd.ones((2, 3)), cell.begin_state(batch_size=2))[0].shape
(2, 4)

gluon.contrib.rnn.VariationalDropoutCell
>>> cell = gluon.contrib.rnn.VariationalDropoutCell(gluon.rnn.RNNCell(4), drop_inputs=0.5)
>>> cell.initialize()
>>> cell(nd.ones((2, 3)), cell.begin_state(batch_size=2))[0].shape
(2, 4)

gluon.data.ArrayDataset
>>> data = gluon.data.ArrayDataset([10, 20, 30], [0, 1, 0])
>>> data[1]
(20, 1)
>>> len(data)
3

gluon.data.batchify.Append
>>> [x.shape for x in gluon.data.batchify.Append()([[1, 2, 3], [4, 5]])]
[(1, 3), (1, 2)]

gluon.data.batchify.AsList
>>> gluon.data.batchify.AsList()(['a', 'b'])
['a', 'b']

gluon.data.BatchSampler
>>> list(gluon.data.BatchSampler(gluon.data.SequentialSampler(5), 2, 'keep'))
[[0, 1], [2, 3], [4]]

gluon.data.DataLoader
>>> data = gluon.data.ArrayDataset(nd.arange(5))
>>> [len(batch) for batch in gluon.data.DataLoader(data, batch_size=2)]
[2, 2, 1]

gluon.data.dataloader.default_batchify_fn
>>> gluon.data.dataloader.default_batchify_fn([nd.array([1, 2]), nd.array([3, 4])])
[[1. 2.]
 [3. 4.]]
<NDArray 2x2 @cpu(0)>

gluon.data.Dataset
>>> class Squares(gluon.data.Dataset):
...     def __len__(self):
...         return 4
...     def __getitem__(self, i):
...         return i * i
>>> Squares()[3]
9

gluon.data.FilterSampler
>>> list(gluon.data.FilterSampler(lambda x: x > 1, gluon.data.SimpleDataset([1, 2, 3])))
[1, 2]

gluon.data.RandomSampler
>>> sorted(map(int, gluon.data.RandomSampler(3)))
[0, 1, 2]

gluon.data.RecordFileDataset
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, b'first')
>>> file.close()
>>> gluon.data.RecordFileDataset('a.rec')[0]
b'first'

gluon.data.Sampler
>>> class Even(gluon.data.Sampler):
...     def __iter__(self):
...         return iter([0, 2, 4])
...     def __len__(self):
...         return 3
>>> [x.asscalar() for x in gluon.data.DataLoader(list(range(5)), batch_size=1, sampler=Even())]
[np.int64(0), np.int64(2), np.int64(4)]

gluon.data.SequentialSampler
>>> list(gluon.data.SequentialSampler(3))
[0, 1, 2]

gluon.data.SimpleDataset
>>> gluon.data.SimpleDataset([1, 2, 3]).transform(lambda x: x * 10)[2]
30

gluon.data.vision.CIFAR10
>>> train = gluon.data.vision.CIFAR10(train=True)  # doctest: +SKIP
>>> image, label = train[0]  # doctest: +SKIP

gluon.data.vision.CIFAR100
>>> train = gluon.data.vision.CIFAR100(train=True)  # doctest: +SKIP
>>> image, label = train[0]  # doctest: +SKIP

gluon.data.vision.FashionMNIST
>>> train = gluon.data.vision.FashionMNIST(train=True)  # doctest: +SKIP
>>> image, label = train[0]  # doctest: +SKIP

gluon.data.vision.ImageFolderDataset
>>> import os
>>> os.makedirs('photos/cats')
>>> image = nd.zeros((4, 4, 3)).astype('uint8')
>>> with open('photos/cats/a.png', 'wb') as file:
...     n = file.write(mx.recordio.pack_img(mx.recordio.IRHeader(0, 0, 0, 0), image.asnumpy(), img_fmt='.png')[24:])
>>> data = gluon.data.vision.ImageFolderDataset('photos')
>>> data.synsets, len(data), data[0][1]
(['cats'], 1, 0)

gluon.data.vision.ImageListDataset
>>> image = nd.zeros((4, 4, 3)).astype('uint8')
>>> with open('a.png', 'wb') as file:
...     n = file.write(mx.recordio.pack_img(mx.recordio.IRHeader(0, 0, 0, 0), image.asnumpy(), img_fmt='.png')[24:])
>>> data = gluon.data.vision.ImageListDataset('.', [[1, 'a.png']])
>>> pixels, label = data[0]
>>> pixels.shape, label
((4, 4, 3), 1.0)

gluon.data.vision.ImageRecordDataset
>>> image, header = nd.zeros((4, 4, 3)).astype('uint8'), mx.recordio.IRHeader(0, 7, 0, 0)
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(header, image.asnumpy(), img_fmt='.png'))
>>> file.close()
>>> pixels, label = gluon.data.vision.ImageRecordDataset('a.rec')[0]
>>> pixels.shape, label
((4, 4, 3), 7.0)

gluon.data.vision.MNIST
>>> train = gluon.data.vision.MNIST(train=True)  # doctest: +SKIP
>>> image, label = train[0]  # doctest: +SKIP

gluon.data.vision.transforms.Cast
>>> from mxnet.gluon.data.vision import transforms
>>> transforms.Cast('float16')(nd.ones(2)).dtype
<class 'numpy.float16'>

gluon.data.vision.transforms.CenterCrop
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.CenterCrop(4)(image).shape
(4, 4, 3)

gluon.data.vision.transforms.Compose
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.Compose([transforms.Resize(4), transforms.ToTensor()])(image).shape
(3, 4, 4)

gluon.data.vision.transforms.CropResize
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.CropResize(1, 1, 4, 4)(image).shape
(4, 4, 3)

gluon.data.vision.transforms.Normalize
>>> from mxnet.gluon.data.vision import transforms
>>> transforms.Normalize(0.5, 0.25)(nd.full((1, 1, 2), 0.75))
[[[1. 1.]]]
<NDArray 1x1x2 @cpu(0)>

gluon.data.vision.transforms.RandomApply
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomApply(transforms.RandomBrightness(0.1), p=0.5)(image).shape
(8, 8, 3)

gluon.data.vision.transforms.RandomBrightness
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomBrightness(0.1)(image).shape
(8, 8, 3)

gluon.data.vision.transforms.RandomColorJitter
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomColorJitter(0.1, 0.1, 0.1)(image).shape
(8, 8, 3)

gluon.data.vision.transforms.RandomContrast
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomContrast(0.1)(image).shape
(8, 8, 3)

gluon.data.vision.transforms.RandomFlipLeftRight
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomFlipLeftRight()(image).shape
(8, 8, 3)

gluon.data.vision.transforms.RandomFlipTopBottom
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomFlipTopBottom()(image).shape
(8, 8, 3)

gluon.data.vision.transforms.RandomHue
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomHue(0.1)(image).shape
(8, 8, 3)

gluon.data.vision.transforms.RandomLighting
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomLighting(0.1)(image).shape
(8, 8, 3)

gluon.data.vision.transforms.RandomResizedCrop
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomResizedCrop(4)(image).shape
(4, 4, 3)

gluon.data.vision.transforms.RandomRotation
>>> from mxnet.gluon.data.vision import transforms
>>> transforms.RandomRotation((-10, 10))(nd.ones((3, 8, 8))).shape
(3, 8, 8)

gluon.data.vision.transforms.RandomSaturation
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.RandomSaturation(0.1)(image).shape
(8, 8, 3)

gluon.data.vision.transforms.Resize
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.Resize(4)(image).shape
(4, 4, 3)

gluon.data.vision.transforms.Rotate
>>> from mxnet.gluon.data.vision import transforms
>>> transforms.Rotate(90)(nd.array([[[1, 2], [3, 4]]]))
[[[2. 4.]
  [1. 3.]]]
<NDArray 1x2x2 @cpu(0)>

gluon.data.vision.transforms.ToTensor
>>> from mxnet.gluon.data.vision import transforms
>>> image = nd.ones((8, 8, 3)).astype('uint8')
>>> transforms.ToTensor()(image).shape
(3, 8, 8)

gluon.loss.CosineEmbeddingLoss
>>> gluon.loss.CosineEmbeddingLoss()(nd.array([[1, 0]]), nd.array([[1, 0]]), nd.array([1]))
[[0.]]
<NDArray 1x1 @cpu(0)>

gluon.loss.CTCLoss
>>> gluon.loss.CTCLoss()(nd.zeros((1, 4, 3)), nd.array([[0, 1]]))  # the last class is the blank
[1.686399]
<NDArray 1 @cpu(0)>

gluon.loss.HingeLoss
>>> gluon.loss.HingeLoss()(nd.array([[0.5], [2]]), nd.array([[1], [-1]]))
[0.5 3. ]
<NDArray 2 @cpu(0)>

gluon.loss.HuberLoss
>>> gluon.loss.HuberLoss()(nd.array([[1], [4]]), nd.array([[0], [2]]))
[0.5 1.5]
<NDArray 2 @cpu(0)>

gluon.loss.KLDivLoss
>>> gluon.loss.KLDivLoss(from_logits=False)(nd.array([[0, 0]]), nd.array([[0.5, 0.5]]))
[0.]
<NDArray 1 @cpu(0)>

gluon.loss.L1Loss
>>> gluon.loss.L1Loss()(nd.array([[1], [4]]), nd.array([[0], [2]]))
[1. 2.]
<NDArray 2 @cpu(0)>

gluon.loss.L2Loss
>>> gluon.loss.L2Loss()(nd.array([[1], [4]]), nd.array([[0], [2]]))
[0.5 2. ]
<NDArray 2 @cpu(0)>

gluon.loss.LogisticLoss
>>> gluon.loss.LogisticLoss()(nd.array([[0.5], [2]]), nd.array([[1], [-1]]))
[0.474077 2.126928]
<NDArray 2 @cpu(0)>

gluon.loss.Loss
>>> class Huge(gluon.loss.Loss):
...     def hybrid_forward(self, F, pred, label):
...         return F.mean((pred - label) ** 4, axis=0, exclude=True)
>>> Huge(None, 0)(nd.array([[2]]), nd.array([[0]]))
[16.]
<NDArray 1 @cpu(0)>

gluon.loss.PoissonNLLLoss
>>> gluon.loss.PoissonNLLLoss()(nd.array([0, 1]), nd.array([1, 1]))
[1.359141]
<NDArray 1 @cpu(0)>

gluon.loss.SDMLLoss
>>> gluon.loss.SDMLLoss()(nd.array([[0, 1], [5, 6]]), nd.array([[0, 1], [5, 6]])).shape
(2,)

gluon.loss.SigmoidBinaryCrossEntropyLoss
>>> gluon.loss.SigmoidBinaryCrossEntropyLoss()(nd.array([[0], [2]]), nd.array([[1], [1]]))
[0.6931472 0.126928 ]
<NDArray 2 @cpu(0)>

gluon.loss.SoftmaxCrossEntropyLoss
>>> gluon.loss.SoftmaxCrossEntropyLoss()(nd.array([[0, 0], [0, 9]]), nd.array([0, 1]))
[6.931472e-01 1.233740e-04]
<NDArray 2 @cpu(0)>
>>> gluon.loss.SoftmaxCrossEntropyLoss(sparse_label=False)(nd.array([[0, 0]]), nd.array([[0.5, 0.5]]))
[0.6931472]
<NDArray 1 @cpu(0)>

gluon.loss.SquaredHingeLoss
>>> gluon.loss.SquaredHingeLoss()(nd.array([[0.5], [2]]), nd.array([[1], [-1]]))
[0.25 9.  ]
<NDArray 2 @cpu(0)>

gluon.loss.TripletLoss
>>> gluon.loss.TripletLoss()(nd.array([[0]]), nd.array([[1]]), nd.array([[3]]))
[0.]
<NDArray 1 @cpu(0)>

gluon.model_zoo.model_store.get_model_file
>>> from mxnet.gluon.model_zoo import model_store
>>> try:
...     model_store.get_model_file('resnet19_v1')
... except mx.error.MXNetError as error:
...     print(type(error).__name__)
UnknownModelError

gluon.model_zoo.model_store.load_pretrained
>>> from mxnet.gluon.model_zoo import model_store
>>> net = nn.Dense(2)
>>> model_store.load_pretrained(net, 'resnet18_v1', False, mx.cpu(), '.') is net
True

gluon.model_zoo.model_store.purge
>>> import os
>>> os.mkdir('models')
>>> with open('models/net.params', 'w') as file:
...     n = file.write('')
>>> from mxnet.gluon.model_zoo import model_store
>>> model_store.purge('models')
>>> os.listdir('models')
[]

gluon.model_zoo.model_store.short_hash
>>> from mxnet.gluon.model_zoo import model_store
>>> model_store.short_hash('resnet18_v1')
'a0666292'

gluon.model_zoo.vision.alexnet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.alexnet(classes=10)
>>> len(net.collect_params()), type(net).__name__
(16, 'AlexNet')

gluon.model_zoo.vision.AlexNet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.AlexNet(classes=10)
>>> len(net.collect_params())
16

gluon.model_zoo.vision.BasicBlockV1
>>> from mxnet.gluon.model_zoo import vision
>>> block = vision.BasicBlockV1(4, stride=2, downsample=True)
>>> block.initialize()
>>> block(nd.ones((1, 4, 8, 8))).shape
(1, 4, 4, 4)

gluon.model_zoo.vision.BasicBlockV2
>>> from mxnet.gluon.model_zoo import vision
>>> block = vision.BasicBlockV2(4, stride=2, downsample=True)
>>> block.initialize()
>>> block(nd.ones((1, 4, 8, 8))).shape
(1, 4, 4, 4)

gluon.model_zoo.vision.BottleneckV1
>>> from mxnet.gluon.model_zoo import vision
>>> block = vision.BottleneckV1(4, stride=2, downsample=True)
>>> block.initialize()
>>> block(nd.ones((1, 4, 8, 8))).shape
(1, 4, 4, 4)

gluon.model_zoo.vision.BottleneckV2
>>> from mxnet.gluon.model_zoo import vision
>>> block = vision.BottleneckV2(4, stride=2, downsample=True)
>>> block.initialize()
>>> block(nd.ones((1, 4, 8, 8))).shape
(1, 4, 4, 4)

gluon.model_zoo.vision.DenseNet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.DenseNet(8, 4, [2, 2], classes=10)
>>> len(net.collect_params())
56

gluon.model_zoo.vision.densenet121
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.densenet121(classes=10)
>>> len(net.collect_params()), type(net).__name__
(606, 'DenseNet')

gluon.model_zoo.vision.densenet161
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.densenet161(classes=10)
>>> len(net.collect_params()), type(net).__name__
(806, 'DenseNet')

gluon.model_zoo.vision.densenet169
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.densenet169(classes=10)
>>> len(net.collect_params()), type(net).__name__
(846, 'DenseNet')

gluon.model_zoo.vision.densenet201
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.densenet201(classes=10)
>>> len(net.collect_params()), type(net).__name__
(1006, 'DenseNet')

gluon.model_zoo.vision.get_densenet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.get_densenet(121, classes=10)
>>> len(net.collect_params()), type(net).__name__
(606, 'DenseNet')

gluon.model_zoo.vision.get_mobilenet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.get_mobilenet(0.25, classes=10)
>>> len(net.collect_params()), type(net).__name__
(137, 'MobileNet')

gluon.model_zoo.vision.get_mobilenet_v2
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.get_mobilenet_v2(0.25, classes=10)
>>> len(net.collect_params()), type(net).__name__
(266, 'MobileNetV2')

gluon.model_zoo.vision.get_model
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.get_model('resnet18_v2', classes=10)
>>> len(net.collect_params()), type(net).__name__
(98, 'ResNetV2')

gluon.model_zoo.vision.get_resnet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.get_resnet(2, 18, classes=10)
>>> len(net.collect_params()), type(net).__name__
(98, 'ResNetV2')

gluon.model_zoo.vision.get_squeezenet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.get_squeezenet('1.1', classes=10)
>>> len(net.collect_params()), type(net).__name__
(52, 'SqueezeNet')

gluon.model_zoo.vision.get_vgg
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.get_vgg(11, classes=10)
>>> len(net.collect_params()), type(net).__name__
(22, 'VGG')

gluon.model_zoo.vision.Inception3
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.Inception3(classes=10)
>>> len(net.collect_params())
472

gluon.model_zoo.vision.inception_v3
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.inception_v3(classes=10)
>>> len(net.collect_params()), type(net).__name__
(472, 'Inception3')

gluon.model_zoo.vision.LinearBottleneck
>>> from mxnet.gluon.model_zoo import vision
>>> block = vision.LinearBottleneck(4, 8, t=2, stride=2)
>>> block.initialize()
>>> block(nd.ones((1, 4, 8, 8))).shape
(1, 8, 4, 4)

gluon.model_zoo.vision.make_aux
>>> from mxnet.gluon.model_zoo import vision
>>> len(vision.make_aux(10))
5

gluon.model_zoo.vision.MobileNet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.MobileNet(0.25, classes=10)
>>> len(net.collect_params())
137

gluon.model_zoo.vision.mobilenet0_25
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.mobilenet0_25(classes=10)
>>> len(net.collect_params()), type(net).__name__
(137, 'MobileNet')

gluon.model_zoo.vision.mobilenet0_5
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.mobilenet0_5(classes=10)
>>> len(net.collect_params()), type(net).__name__
(137, 'MobileNet')

gluon.model_zoo.vision.mobilenet0_75
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.mobilenet0_75(classes=10)
>>> len(net.collect_params()), type(net).__name__
(137, 'MobileNet')

gluon.model_zoo.vision.mobilenet1_0
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.mobilenet1_0(classes=10)
>>> len(net.collect_params()), type(net).__name__
(137, 'MobileNet')

gluon.model_zoo.vision.mobilenet_v2_0_25
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.mobilenet_v2_0_25(classes=10)
>>> len(net.collect_params()), type(net).__name__
(266, 'MobileNetV2')

gluon.model_zoo.vision.mobilenet_v2_0_5
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.mobilenet_v2_0_5(classes=10)
>>> len(net.collect_params()), type(net).__name__
(266, 'MobileNetV2')

gluon.model_zoo.vision.mobilenet_v2_0_75
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.mobilenet_v2_0_75(classes=10)
>>> len(net.collect_params()), type(net).__name__
(266, 'MobileNetV2')

gluon.model_zoo.vision.mobilenet_v2_1_0
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.mobilenet_v2_1_0(classes=10)
>>> len(net.collect_params()), type(net).__name__
(266, 'MobileNetV2')

gluon.model_zoo.vision.MobileNetV2
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.MobileNetV2(0.25, classes=10)
>>> len(net.collect_params())
266

gluon.model_zoo.vision.RELU6
>>> from mxnet.gluon.model_zoo import vision
>>> vision.RELU6()(nd.array([-1, 3, 9]))
[0. 3. 6.]
<NDArray 3 @cpu(0)>

gluon.model_zoo.vision.resnet101_v1
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet101_v1(classes=10)
>>> len(net.collect_params()), type(net).__name__
(588, 'ResNetV1')

gluon.model_zoo.vision.resnet101_v2
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet101_v2(classes=10)
>>> len(net.collect_params()), type(net).__name__
(514, 'ResNetV2')

gluon.model_zoo.vision.resnet152_v1
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet152_v1(classes=10)
>>> len(net.collect_params()), type(net).__name__
(877, 'ResNetV1')

gluon.model_zoo.vision.resnet152_v2
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet152_v2(classes=10)
>>> len(net.collect_params()), type(net).__name__
(769, 'ResNetV2')

gluon.model_zoo.vision.resnet18_v1
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet18_v1(classes=10)
>>> len(net.collect_params()), type(net).__name__
(102, 'ResNetV1')

gluon.model_zoo.vision.resnet18_v2
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet18_v2(classes=10)
>>> len(net.collect_params()), type(net).__name__
(98, 'ResNetV2')

gluon.model_zoo.vision.resnet34_v1
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet34_v1(classes=10)
>>> len(net.collect_params()), type(net).__name__
(182, 'ResNetV1')

gluon.model_zoo.vision.resnet34_v2
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet34_v2(classes=10)
>>> len(net.collect_params()), type(net).__name__
(178, 'ResNetV2')

gluon.model_zoo.vision.resnet50_v1
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet50_v1(classes=10)
>>> len(net.collect_params()), type(net).__name__
(299, 'ResNetV1')

gluon.model_zoo.vision.resnet50_v2
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.resnet50_v2(classes=10)
>>> len(net.collect_params()), type(net).__name__
(259, 'ResNetV2')

gluon.model_zoo.vision.ResNetV1
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.ResNetV1(vision.BasicBlockV1, [1], [4, 8], classes=10, thumbnail=True)
>>> len(net.collect_params())
18

gluon.model_zoo.vision.ResNetV2
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.ResNetV2(vision.BasicBlockV2, [1], [4, 8], classes=10, thumbnail=True)
>>> len(net.collect_params())
22

gluon.model_zoo.vision.SqueezeNet
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.SqueezeNet('1.1', classes=10)
>>> len(net.collect_params())
52

gluon.model_zoo.vision.squeezenet1_0
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.squeezenet1_0(classes=10)
>>> len(net.collect_params()), type(net).__name__
(52, 'SqueezeNet')

gluon.model_zoo.vision.squeezenet1_1
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.squeezenet1_1(classes=10)
>>> len(net.collect_params()), type(net).__name__
(52, 'SqueezeNet')

gluon.model_zoo.vision.VGG
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.VGG([1], [4], classes=10)
>>> len(net.collect_params())
8

gluon.model_zoo.vision.vgg11
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.vgg11(classes=10)
>>> len(net.collect_params()), type(net).__name__
(22, 'VGG')

gluon.model_zoo.vision.vgg11_bn
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.vgg11_bn(classes=10)
>>> len(net.collect_params()), type(net).__name__
(54, 'VGG')

gluon.model_zoo.vision.vgg13
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.vgg13(classes=10)
>>> len(net.collect_params()), type(net).__name__
(26, 'VGG')

gluon.model_zoo.vision.vgg13_bn
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.vgg13_bn(classes=10)
>>> len(net.collect_params()), type(net).__name__
(66, 'VGG')

gluon.model_zoo.vision.vgg16
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.vgg16(classes=10)
>>> len(net.collect_params()), type(net).__name__
(32, 'VGG')

gluon.model_zoo.vision.vgg16_bn
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.vgg16_bn(classes=10)
>>> len(net.collect_params()), type(net).__name__
(84, 'VGG')

gluon.model_zoo.vision.vgg19
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.vgg19(classes=10)
>>> len(net.collect_params()), type(net).__name__
(38, 'VGG')

gluon.model_zoo.vision.vgg19_bn
>>> from mxnet.gluon.model_zoo import vision
>>> net = vision.vgg19_bn(classes=10)
>>> len(net.collect_params()), type(net).__name__
(102, 'VGG')

gluon.nn.Activation
>>> nn.Activation('relu')(nd.array([-1, 2]))
[0. 2.]
<NDArray 2 @cpu(0)>

gluon.nn.AvgPool1D
>>> nn.AvgPool1D()(nd.ones((1, 3, 8))).shape
(1, 3, 4)

gluon.nn.AvgPool2D
>>> nn.AvgPool2D()(nd.ones((1, 3, 8, 8))).shape
(1, 3, 4, 4)

gluon.nn.AvgPool3D
>>> nn.AvgPool3D()(nd.ones((1, 3, 8, 8, 8))).shape
(1, 3, 4, 4, 4)

gluon.nn.BatchNorm
>>> layer = nn.BatchNorm()
>>> layer.initialize()
>>> layer(nd.array([[1, 10], [3, 30]]))
[[ 0.999995  9.99995 ]
 [ 2.999985 29.99985 ]]
<NDArray 2x2 @cpu(0)>
>>> with autograd.record():
...     y = layer(nd.array([[1, 10], [3, 30]]))
>>> y
[[-0.999995 -1.      ]
 [ 0.999995  1.      ]]
<NDArray 2x2 @cpu(0)>

gluon.nn.BatchNormReLU
>>> layer = nn.BatchNormReLU()
>>> layer.initialize()
>>> layer(nd.array([[-1, 10], [3, 30]]))
[[ 0.        9.99995 ]
 [ 2.999985 29.99985 ]]
<NDArray 2x2 @cpu(0)>

gluon.nn.Block
>>> class Twice(nn.Block):
...     def forward(self, x):
...         return x * 2
>>> Twice()(nd.array([1, 2]))
[2. 4.]
<NDArray 2 @cpu(0)>

gluon.nn.Concatenate
>>> both = nn.Concatenate()
>>> both.add(nn.Identity(), nn.Flatten())
>>> both(nd.ones((2, 3))).shape
(2, 6)

gluon.nn.Conv1D
>>> layer = nn.Conv1D(4, kernel_size=3, padding=1)
>>> layer.initialize()
>>> layer(nd.ones((1, 3, 8))).shape
(1, 4, 8)
>>> layer.weight.shape
(4, 3, 3)

gluon.nn.Conv1DTranspose
>>> layer = nn.Conv1DTranspose(4, kernel_size=2, strides=2)
>>> layer.initialize()
>>> layer(nd.ones((1, 3, 8))).shape
(1, 4, 16)
>>> layer.weight.shape
(3, 4, 2)

gluon.nn.Conv2D
>>> layer = nn.Conv2D(4, kernel_size=3, padding=1)
>>> layer.initialize()
>>> layer(nd.ones((1, 3, 8, 8))).shape
(1, 4, 8, 8)
>>> layer.weight.shape
(4, 3, 3, 3)

gluon.nn.Conv2DTranspose
>>> layer = nn.Conv2DTranspose(4, kernel_size=2, strides=2)
>>> layer.initialize()
>>> layer(nd.ones((1, 3, 8, 8))).shape
(1, 4, 16, 16)
>>> layer.weight.shape
(3, 4, 2, 2)

gluon.nn.Conv3D
>>> layer = nn.Conv3D(4, kernel_size=3, padding=1)
>>> layer.initialize()
>>> layer(nd.ones((1, 3, 8, 8, 8))).shape
(1, 4, 8, 8, 8)
>>> layer.weight.shape
(4, 3, 3, 3, 3)

gluon.nn.Conv3DTranspose
>>> layer = nn.Conv3DTranspose(4, kernel_size=2, strides=2)
>>> layer.initialize()
>>> layer(nd.ones((1, 3, 8, 8, 8))).shape
(1, 4, 16, 16, 16)
>>> layer.weight.shape
(3, 4, 2, 2, 2)

gluon.nn.Dense
>>> layer = nn.Dense(3, weight_initializer=init.One())
>>> layer.initialize()
>>> layer(nd.array([[1, 2]]))
[[3. 3. 3.]]
<NDArray 1x3 @cpu(0)>
>>> layer.weight.shape
(3, 2)
>>> nn.Dense(3, flatten=False)
Dense(None -> 3, linear)

gluon.nn.Dropout
>>> layer = nn.Dropout(0.5)
>>> layer(nd.ones(3))  # only training drops
[1. 1. 1.]
<NDArray 3 @cpu(0)>

gluon.nn.ELU
>>> nn.ELU(alpha=1.0)(nd.array([-1, 0, 2]))
[-0.63212055  0.          2.        ]
<NDArray 3 @cpu(0)>

gluon.nn.Embedding
>>> layer = nn.Embedding(input_dim=10, output_dim=4)
>>> layer.initialize()
>>> layer(nd.array([1, 2, 2])).shape
(3, 4)

gluon.nn.Flatten
>>> nn.Flatten()(nd.ones((2, 3, 4))).shape
(2, 12)

gluon.nn.GELU
>>> nn.GELU()(nd.array([-1, 0, 2]))
[-0.15865526  0.          1.9544997 ]
<NDArray 3 @cpu(0)>

gluon.nn.GlobalAvgPool1D
>>> nn.GlobalAvgPool1D()(nd.ones((1, 3, 8))).shape
(1, 3, 1)

gluon.nn.GlobalAvgPool2D
>>> nn.GlobalAvgPool2D()(nd.ones((1, 3, 8, 8))).shape
(1, 3, 1, 1)

gluon.nn.GlobalAvgPool3D
>>> nn.GlobalAvgPool3D()(nd.ones((1, 3, 8, 8, 8))).shape
(1, 3, 1, 1, 1)

gluon.nn.GlobalMaxPool1D
>>> nn.GlobalMaxPool1D()(nd.ones((1, 3, 8))).shape
(1, 3, 1)

gluon.nn.GlobalMaxPool2D
>>> nn.GlobalMaxPool2D()(nd.ones((1, 3, 8, 8))).shape
(1, 3, 1, 1)

gluon.nn.GlobalMaxPool3D
>>> nn.GlobalMaxPool3D()(nd.ones((1, 3, 8, 8, 8))).shape
(1, 3, 1, 1, 1)

gluon.nn.GroupNorm
>>> layer = nn.GroupNorm(num_groups=2)
>>> layer.initialize()
>>> layer(nd.ones((2, 4, 5))).shape
(2, 4, 5)

gluon.nn.HybridBlock
>>> class Twice(nn.HybridBlock):
...     def hybrid_forward(self, F, x):
...         return x * 2
>>> net = Twice()
>>> net.hybridize()
>>> net(nd.array([1, 2]))
[2. 4.]
<NDArray 2 @cpu(0)>

gluon.nn.HybridConcatenate
>>> both = nn.HybridConcatenate()
>>> both.add(nn.Identity(), nn.Identity())
>>> both(nd.ones((2, 3))).shape
(2, 6)

gluon.nn.HybridLambda
>>> double = nn.HybridLambda(lambda F, x: F.broadcast_add(x, x))
>>> double(nd.array([1, 2]))
[2. 4.]
<NDArray 2 @cpu(0)>

gluon.nn.HybridSequential
>>> net = nn.HybridSequential()
>>> net.add(nn.Dense(4, activation='relu'), nn.Dense(2))
>>> net.initialize()
>>> net.hybridize()
>>> net(nd.ones((3, 5))).shape
(3, 2)

gluon.nn.Identity
>>> nn.Identity()(nd.array([1, 2]))
[1. 2.]
<NDArray 2 @cpu(0)>

gluon.nn.InstanceNorm
>>> layer = nn.InstanceNorm()
>>> layer.initialize()
>>> layer(nd.array([[[1, 3], [10, 30]]]))
[[[-0.999995  0.999995]
  [-1.        1.      ]]]
<NDArray 1x2x2 @cpu(0)>

gluon.nn.Lambda
>>> nn.Lambda('tanh')(nd.array([0, 1]))
[0.        0.7615942]
<NDArray 2 @cpu(0)>

gluon.nn.LayerNorm
>>> layer = nn.LayerNorm()
>>> layer.initialize()
>>> layer(nd.array([[1, 3], [10, 30]]))
[[-0.999995  0.999995]
 [-1.        1.      ]]
<NDArray 2x2 @cpu(0)>

gluon.nn.LeakyReLU
>>> nn.LeakyReLU(alpha=0.25)(nd.array([-1, 0, 2]))
[-0.25  0.    2.  ]
<NDArray 3 @cpu(0)>

gluon.nn.MaxPool1D
>>> nn.MaxPool1D()(nd.ones((1, 3, 8))).shape
(1, 3, 4)

gluon.nn.MaxPool2D
>>> nn.MaxPool2D(pool_size=2)(nd.arange(16).reshape((1, 1, 4, 4)))
[[[[ 5.  7.]
   [13. 15.]]]]
<NDArray 1x1x2x2 @cpu(0)>

gluon.nn.MaxPool3D
>>> nn.MaxPool3D()(nd.ones((1, 3, 8, 8, 8))).shape
(1, 3, 4, 4, 4)

gluon.nn.PReLU
>>> layer = nn.PReLU()
>>> layer.initialize()
>>> layer(nd.array([-1, 0, 2]))
[-0.25  0.    2.  ]
<NDArray 3 @cpu(0)>

gluon.nn.ReflectionPad2D
>>> nn.ReflectionPad2D(1)(nd.arange(4).reshape((1, 1, 2, 2)))
[[[[3. 2. 3. 2.]
   [1. 0. 1. 0.]
   [3. 2. 3. 2.]
   [1. 0. 1. 0.]]]]
<NDArray 1x1x4x4 @cpu(0)>

gluon.nn.SELU
>>> nn.SELU()(nd.array([-1, 0, 2]))
[-1.1113307  0.         2.101402 ]
<NDArray 3 @cpu(0)>

gluon.nn.Sequential
>>> net = nn.Sequential()
>>> net.add(nn.Dense(4, activation='relu'), nn.Dense(2))
>>> net.initialize()
>>> net(nd.ones((3, 5))).shape
(3, 2)
>>> len(net)
2

gluon.nn.SiLU
>>> nn.SiLU()(nd.array([-1, 0, 2]))
[-0.2689414  0.         1.761594 ]
<NDArray 3 @cpu(0)>

gluon.nn.Swish
>>> nn.Swish(beta=1.0)(nd.array([-1, 0, 2]))
[-0.2689414  0.         1.761594 ]
<NDArray 3 @cpu(0)>

gluon.nn.SyncBatchNorm
>>> layer = nn.SyncBatchNorm()
>>> layer.initialize()
>>> layer(nd.ones((2, 3))).shape
(2, 3)

gluon.Parameter
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.One())
>>> weight.data()
[[1. 1. 1.]
 [1. 1. 1.]]
<NDArray 2x3 @cpu(0)>

gluon.parameter.shape_is_known
>>> gluon.parameter.shape_is_known((2, 3)), gluon.parameter.shape_is_known((0, 3))
(True, False)

gluon.ParameterDict
>>> params = gluon.ParameterDict('net_')
>>> params.get('weight', shape=(2,))
Parameter net_weight (shape=(2,), dtype=<class 'numpy.float32'>)
>>> list(params)
['net_weight']

gluon.rnn.BidirectionalCell
>>> cell = gluon.rnn.BidirectionalCell(gluon.rnn.LSTMCell(4), gluon.rnn.LSTMCell(4))
>>> cell.initialize()
>>> ys, state = cell.unroll(5, nd.ones((2, 5, 3)), merge_outputs=True)
>>> ys.shape
(2, 5, 8)

gluon.rnn.DropoutCell
>>> gluon.rnn.DropoutCell(0.5)(nd.ones((1, 2)), [])[0]
[[1. 1.]]
<NDArray 1x2 @cpu(0)>

gluon.rnn.GRU
>>> layer = gluon.rnn.GRU(4)
>>> layer.initialize()
>>> layer(nd.ones((5, 2, 3))).shape  # (steps, batch, features)
(5, 2, 4)
>>> y, state = layer(nd.ones((5, 2, 3)), layer.begin_state(batch_size=2))
>>> state[0].shape
(1, 2, 4)

gluon.rnn.GRUCell
>>> cell = gluon.rnn.GRUCell(4)
>>> cell.initialize()
>>> y, state = cell(nd.ones((2, 3)), cell.begin_state(batch_size=2))
>>> y.shape, len(state)
((2, 4), 1)
>>> ys, state = cell.unroll(5, nd.ones((2, 5, 3)), merge_outputs=True)
>>> ys.shape
(2, 5, 4)

gluon.rnn.HybridRecurrentCell
>>> class Sum(gluon.rnn.HybridRecurrentCell):
...     def state_info(self, batch_size=0):
...         return [{'shape': (batch_size, 2), '__layout__': 'NC'}]
...     def hybrid_forward(self, F, inputs, states):
...         total = inputs + states[0]
...         return total, [total]
>>> outputs, states = Sum().unroll(3, nd.ones((1, 3, 2)), merge_outputs=True)
>>> outputs[0]
[[1. 1.]
 [2. 2.]
 [3. 3.]]
<NDArray 3x2 @cpu(0)>

gluon.rnn.HybridSequentialRNNCell
>>> cells = gluon.rnn.HybridSequentialRNNCell()
>>> cells.add(gluon.rnn.LSTMCell(4))
>>> cells.add(gluon.rnn.GRUCell(5))
>>> cells.initialize()
>>> y, state = cells(nd.ones((2, 3)), cells.begin_state(batch_size=2))
>>> y.shape, len(state)
((2, 5), 3)

gluon.rnn.LSTM
>>> layer = gluon.rnn.LSTM(4)
>>> layer.initialize()
>>> layer(nd.ones((5, 2, 3))).shape  # (steps, batch, features)
(5, 2, 4)
>>> y, state = layer(nd.ones((5, 2, 3)), layer.begin_state(batch_size=2))
>>> state[0].shape
(1, 2, 4)

gluon.rnn.LSTMCell
>>> cell = gluon.rnn.LSTMCell(4)
>>> cell.initialize()
>>> y, state = cell(nd.ones((2, 3)), cell.begin_state(batch_size=2))
>>> y.shape, len(state)
((2, 4), 2)
>>> ys, state = cell.unroll(5, nd.ones((2, 5, 3)), merge_outputs=True)
>>> ys.shape
(2, 5, 4)

gluon.rnn.ModifierCell
>>> cell = gluon.rnn.ResidualCell(gluon.rnn.GRUCell(4))
>>> isinstance(cell, gluon.rnn.ModifierCell)
True

gluon.rnn.RecurrentCell
>>> class Last(gluon.rnn.RecurrentCell):
...     def state_info(self, batch_size=0):
...         return [{'shape': (batch_size, 2), '__layout__': 'NC'}]
...     def forward(self, inputs, states):
...         return states[0], [inputs]
>>> cell = Last()
>>> cell(nd.ones((1, 2)), cell.begin_state(batch_size=1))[0]
[[0. 0.]]
<NDArray 1x2 @cpu(0)>

gluon.rnn.ResidualCell
>>> cell = gluon.rnn.ResidualCell(gluon.rnn.GRUCell(3))
>>> cell.initialize()
>>> cell(nd.ones((2, 3)), cell.begin_state(batch_size=2))[0].shape
(2, 3)

gluon.rnn.RNN
>>> layer = gluon.rnn.RNN(4)
>>> layer.initialize()
>>> layer(nd.ones((5, 2, 3))).shape  # (steps, batch, features)
(5, 2, 4)
>>> y, state = layer(nd.ones((5, 2, 3)), layer.begin_state(batch_size=2))
>>> state[0].shape
(1, 2, 4)

gluon.rnn.RNNCell
>>> cell = gluon.rnn.RNNCell(4)
>>> cell.initialize()
>>> y, state = cell(nd.ones((2, 3)), cell.begin_state(batch_size=2))
>>> y.shape, len(state)
((2, 4), 1)
>>> ys, state = cell.unroll(5, nd.ones((2, 5, 3)), merge_outputs=True)
>>> ys.shape
(2, 5, 4)

gluon.rnn.SequentialRNNCell
>>> cells = gluon.rnn.SequentialRNNCell()
>>> cells.add(gluon.rnn.LSTMCell(4))
>>> cells.add(gluon.rnn.GRUCell(5))
>>> cells.initialize()
>>> y, state = cells(nd.ones((2, 3)), cells.begin_state(batch_size=2))
>>> y.shape, len(state)
((2, 5), 3)

gluon.rnn.ZoneoutCell
>>> cell = gluon.rnn.ZoneoutCell(gluon.rnn.RNNCell(4), zoneout_states=0.1)
>>> cell.initialize()
>>> cell(nd.ones((2, 3)), cell.begin_state(batch_size=2))[0].shape
(2, 4)

gluon.SymbolBlock
>>> x = mx.sym.var("x")
>>> net = gluon.SymbolBlock(mx.sym.relu(x) + 1, x)
>>> net(nd.array([-1, 2]))
[1. 3.]
<NDArray 2 @cpu(0)>

gluon.Trainer
>>> net = nn.Dense(1, weight_initializer=init.One())
>>> net.initialize()
>>> trainer = gluon.Trainer(net.collect_params(), 'sgd', {'learning_rate': 0.1})
>>> with autograd.record():
...     loss = net(nd.array([[1, 2]])).sum()
>>> loss.backward()
>>> trainer.step(batch_size=1)
>>> net.weight.data()
[[0.9 0.8]]
<NDArray 1x2 @cpu(0)>

gluon.utils.check_sha1
>>> with open('a.txt', 'w') as file:
...     n = file.write('abc')
>>> gluon.utils.check_sha1('a.txt', 'a9993e364706816aba3e25717850c26c9cd0d89d')
True

gluon.utils.clip_global_norm
>>> a = nd.array([3, 4])
>>> float(gluon.utils.clip_global_norm([a], 1))
5.0
>>> a
[0.6 0.8]
<NDArray 2 @cpu(0)>

gluon.utils.download
>>> gluon.utils.download('https://example.org/a.txt', path='a.txt')  # doctest: +SKIP

gluon.utils.HookHandle
>>> net = nn.Identity()
>>> handle = net.register_forward_hook(lambda block, inputs, output: print(output.shape))
>>> y = net(nd.ones((2, 3)))
(2, 3)
>>> handle.detach()
>>> y = net(nd.ones((2, 3)))

gluon.utils.replace_file
>>> import pathlib
>>> n = pathlib.Path('new.txt').write_text('abc')
>>> gluon.utils.replace_file('new.txt', 'old.txt')
>>> pathlib.Path('old.txt').read_text()
'abc'

gluon.utils.split_and_load
>>> parts = gluon.utils.split_and_load(nd.arange(4), [mx.cpu(0), mx.cpu(0)])
>>> parts[1].asnumpy()
array([2., 3.], dtype=float32)

gluon.utils.split_data
>>> a, b = gluon.utils.split_data(nd.arange(4), 2)
>>> b
[2. 3.]
<NDArray 2 @cpu(0)>

image.Augmenter
>>> class Invert(mx.image.Augmenter):
...     def __call__(self, src):
...         return 255 - src
>>> Invert()(nd.full((1, 1, 3), 55))
[[[200. 200. 200.]]]
<NDArray 1x1x3 @cpu(0)>

image.BrightnessJitterAug
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.BrightnessJitterAug(0.1)(image).shape
(8, 8, 3)

image.CastAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.CastAug()(image).dtype.__name__
'float32'

image.center_crop
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> part, box = mx.image.center_crop(image, (4, 4))
>>> part.shape, box
((4, 4, 3), (2, 2, 4, 4))

image.CenterCropAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.CenterCropAug((4, 4))(image).shape
(4, 4, 3)

image.color_normalize
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.color_normalize(image, nd.full(3, 90), nd.full(3, 5))[0, 0]
[2. 2. 2.]
<NDArray 3 @cpu(0)>

image.ColorJitterAug
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.ColorJitterAug(0.1, 0.1, 0.1)(image).shape
(8, 8, 3)

image.ColorNormalizeAug
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.ColorNormalizeAug(nd.full(3, 90), nd.full(3, 5))(image)[0, 0]
[2. 2. 2.]
<NDArray 3 @cpu(0)>

image.ContrastJitterAug
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.ContrastJitterAug(0.1)(image).shape
(8, 8, 3)

image.copyMakeBorder
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.copyMakeBorder(image, 1, 1, 2, 2).shape
(10, 12, 3)

image.CreateAugmenter
>>> [type(a).__name__ for a in mx.image.CreateAugmenter((3, 4, 4), rand_mirror=True)]
['CenterCropAug', 'HorizontalFlipAug', 'CastAug']

image.CreateDetAugmenter
>>> [type(a).__name__ for a in mx.image.CreateDetAugmenter((3, 4, 4), rand_mirror=True)]
['DetHorizontalFlipAug', 'DetBorrowAug', 'DetBorrowAug']

image.CreateMultiRandCropAugmenter
>>> type(mx.image.CreateMultiRandCropAugmenter(min_object_covered=[0.1, 0.5])).__name__
'DetRandomSelectAug'

image.DetAugmenter
>>> class Same(mx.image.DetAugmenter):
...     def __call__(self, src, label):
...         return src, label
>>> Same()(1, 2)
(1, 2)

image.DetBorrowAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> boxes = nd.array([[0, 0.1, 0.1, 0.5, 0.5]]).asnumpy()
>>> mx.image.DetBorrowAug(mx.image.ForceResizeAug((4, 4)))(image, boxes)[0].shape
(4, 4, 3)

image.DetHorizontalFlipAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> boxes = nd.array([[0, 0.25, 0.25, 0.5, 0.5]]).asnumpy()
>>> mx.image.DetHorizontalFlipAug(1)(image, boxes)[1]
array([[0.  , 0.5 , 0.25, 0.75, 0.5 ]], dtype=float32)

image.DetRandomCropAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> boxes = nd.array([[0, 0.25, 0.25, 0.5, 0.5]]).asnumpy()
>>> mx.image.DetRandomCropAug(min_object_covered=1)(image, boxes)[1].shape
(1, 5)

image.DetRandomPadAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> boxes = nd.array([[0, 0.25, 0.25, 0.5, 0.5]]).asnumpy()
>>> mx.image.DetRandomPadAug()(image, boxes)[1].shape
(1, 5)

image.DetRandomSelectAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> boxes = nd.array([[0, 0.25, 0.25, 0.5, 0.5]]).asnumpy()
>>> mx.image.DetRandomSelectAug([mx.image.DetHorizontalFlipAug(1)])(image, boxes)[1]
array([[0.  , 0.5 , 0.25, 0.75, 0.5 ]], dtype=float32)

image.fixed_crop
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.fixed_crop(image, 1, 2, 4, 3).shape
(3, 4, 3)

image.ForceResizeAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.ForceResizeAug((4, 2))(image).shape
(2, 4, 3)

image.HorizontalFlipAug
>>> mx.image.HorizontalFlipAug(1)(nd.array([[[1], [2]]])).reshape((2,))
[2. 1.]
<NDArray 2 @cpu(0)>

image.HueJitterAug
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.HueJitterAug(0.1)(image).shape
(8, 8, 3)

image.ImageDetIter
>>> image = nd.zeros((8, 8, 3)).astype('uint8').asnumpy()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(mx.recordio.IRHeader(0, [2, 5, 1, 0.1, 0.1, 0.9, 0.9], 0, 0), image))
>>> file.close()
>>> batch = mx.image.ImageDetIter(1, (3, 8, 8), path_imgrec='a.rec').next()
>>> batch.data[0].shape, batch.label[0].shape
((1, 3, 8, 8), (1, 1, 5))

image.ImageIter
>>> image = nd.zeros((8, 8, 3)).astype('uint8').asnumpy()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(mx.recordio.IRHeader(0, 7, 0, 0), image))
>>> file.close()
>>> mx.image.ImageIter(1, (3, 8, 8), path_imgrec='a.rec').next().data[0].shape
(1, 3, 8, 8)

image.imdecode
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> from mxnet.recordio import IRHeader, pack_img
>>> content = pack_img(IRHeader(0, 0, 0, 0), image.asnumpy(), img_fmt='.png')[24:]
>>> mx.image.imdecode(content).shape
(8, 8, 3)

image.imread
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> from mxnet.recordio import IRHeader, pack_img
>>> with open('a.png', 'wb') as file:
...     n = file.write(pack_img(IRHeader(0, 0, 0, 0), image.asnumpy(), img_fmt='.png')[24:])
>>> mx.image.imread('a.png').shape
(8, 8, 3)

image.imresize
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.imresize(image, 4, 2).shape
(2, 4, 3)

image.imrotate
>>> mx.image.imrotate(nd.array([[[1, 2], [3, 4]]]), 90)
[[[2. 4.]
  [1. 3.]]]
<NDArray 1x2x2 @cpu(0)>

image.LightingAug
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.LightingAug(0.1, nd.ones(3).asnumpy(), nd.eye(3).asnumpy())(image).shape
(8, 8, 3)

image.random_crop
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.random_crop(image, (4, 4))[0].shape
(4, 4, 3)

image.random_rotate
>>> mx.image.random_rotate(nd.ones((3, 8, 8)), (-10, 10)).shape
(3, 8, 8)

image.random_size_crop
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.random_size_crop(image, (4, 4), area=(0.5, 1), ratio=(1, 1))[0].shape
(4, 4, 3)

image.RandomCropAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.RandomCropAug((4, 4))(image).shape
(4, 4, 3)

image.RandomGrayAug
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.RandomGrayAug(1)(image).shape
(8, 8, 3)

image.RandomOrderAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.RandomOrderAug([mx.image.ResizeAug(6), mx.image.HorizontalFlipAug(1)])(image).shape
(6, 6, 3)

image.RandomSizedCropAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.RandomSizedCropAug((4, 4), (0.5, 1), (1, 1))(image).shape
(4, 4, 3)

image.resize_short
>>> mx.image.resize_short(nd.zeros((8, 16, 3)).astype('uint8'), 4).shape
(4, 8, 3)

image.ResizeAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.ResizeAug(4)(image).shape
(4, 4, 3)

image.SaturationJitterAug
>>> image = nd.full((8, 8, 3), 100)
>>> mx.image.SaturationJitterAug(0.1)(image).shape
(8, 8, 3)

image.SequentialAug
>>> image = nd.full((8, 8, 3), 100).astype('uint8')
>>> mx.image.SequentialAug([mx.image.ResizeAug(6), mx.image.CenterCropAug((4, 4))])(image).shape
(4, 4, 3)

initializer.alias
>>> @mx.init.register
... @mx.init.alias('threes')
... class Three(mx.init.Initializer):
...     def _init_weight(self, name, arr):
...         arr[:] = 3
>>> net = nn.Dense(1, in_units=2, weight_initializer='threes')
>>> net.initialize()
>>> net.weight.data()
[[3. 3.]]
<NDArray 1x2 @cpu(0)>

initializer.Bilinear
>>> weight = gluon.Parameter('weight', shape=(1, 1, 4, 4))
>>> weight.initialize(init.Bilinear())
>>> weight.data()[0, 0, 1]
[0.1875 0.5625 0.5625 0.1875]
<NDArray 4 @cpu(0)>

initializer.Constant
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.Constant(3))
>>> weight.data()
[[3. 3. 3.]
 [3. 3. 3.]]
<NDArray 2x3 @cpu(0)>

initializer.create
>>> mx.init.create('xavier', magnitude=2)
Xavier(rnd_type='uniform', factor_type='avg', magnitude=2)

initializer.FusedRNN
>>> init = mx.init.FusedRNN(mx.init.One(), num_hidden=2, num_layers=1, mode='lstm')
>>> w = mx.sym.Variable('lstm_parameters', init=init)
>>> mod = mx.mod.Module(w * mx.sym.Variable('x'), data_names=('x',), label_names=[])
>>> mod.bind([('x', (56,))])
>>> mod.init_params()
>>> mod.get_params()[0]['lstm_parameters'][:4]
[1. 1. 1. 1.]
<NDArray 4 @cpu(0)>

initializer.InitDesc
>>> w = nd.zeros(2)
>>> mx.init.One()(mx.init.InitDesc('dense0_weight'), w)
>>> w
[1. 1.]
<NDArray 2 @cpu(0)>

initializer.Initializer
>>> class Two(mx.init.Initializer):
...     def _init_weight(self, name, arr):
...         arr[:] = 2
>>> net = nn.Dense(1, in_units=2)
>>> net.initialize(Two())
>>> net.weight.data()
[[2. 2.]]
<NDArray 1x2 @cpu(0)>

initializer.Load
>>> w = nd.zeros(2)
>>> mx.init.Load({'dense0_weight': nd.array([5, 6])})('dense0_weight', w)
>>> w
[5. 6.]
<NDArray 2 @cpu(0)>

initializer.LSTMBias
>>> bias = gluon.Parameter('bias', shape=(4,), init=init.LSTMBias(forget_bias=1.0))
>>> bias.initialize()
>>> bias.data()
[0. 1. 0. 0.]
<NDArray 4 @cpu(0)>

initializer.Mixed
>>> init = mx.init.Mixed(['bias', '.*'], [mx.init.Zero(), mx.init.One()])
>>> weight, bias = nd.zeros(2), nd.ones(2)
>>> init('fc_weight', weight)
>>> init('fc_bias', bias)
>>> weight, bias
(
[1. 1.]
<NDArray 2 @cpu(0)>,
[0. 0.]
<NDArray 2 @cpu(0)>)

initializer.MSRAPrelu
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.MSRAPrelu())
>>> weight.data().shape
(2, 3)

initializer.Normal
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.Normal(0.1))
>>> weight.data().shape
(2, 3)

initializer.One
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.One())
>>> weight.data()
[[1. 1. 1.]
 [1. 1. 1.]]
<NDArray 2x3 @cpu(0)>

initializer.Orthogonal
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.Orthogonal())
>>> weight.data().shape
(2, 3)

initializer.register
>>> @mx.init.register
... class Four(mx.init.Initializer):
...     def _init_weight(self, name, arr):
...         arr[:] = 4
>>> net = nn.Dense(1, in_units=2, weight_initializer='four')
>>> net.initialize()
>>> net.weight.data()
[[4. 4.]]
<NDArray 1x2 @cpu(0)>

initializer.Uniform
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.Uniform(0.1))
>>> weight.data().shape
(2, 3)

initializer.Xavier
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.Xavier())
>>> weight.data().shape
(2, 3)

initializer.Zero
>>> weight = gluon.Parameter('weight', shape=(2, 3))
>>> weight.initialize(init.Zero())
>>> weight.data()
[[0. 0. 0.]
 [0. 0. 0.]]
<NDArray 2x3 @cpu(0)>

io.CSVIter
>>> with open('a.csv', 'w') as file:
...     n = file.write('1,2\n3,4\n')
>>> [batch.data[0].asnumpy().tolist() for batch in mx.io.CSVIter(data_csv='a.csv', data_shape=(2,), batch_size=1)]
[[[1.0, 2.0]], [[3.0, 4.0]]]

io.DataBatch
>>> batch = mx.io.DataBatch([nd.ones((2, 3))], [nd.zeros(2)])
>>> batch.data[0].shape, batch.pad
((2, 3), None)

io.DataIter
>>> class Numbers(mx.io.DataIter):
...     def __init__(self):
...         super().__init__(batch_size=1)
...         self.at = 0
...     def next(self):
...         self.at += 1
...         if self.at > 2:
...             raise StopIteration
...         return mx.io.DataBatch([nd.array([self.at])])
>>> [batch.data[0].asscalar() for batch in Numbers()]
[np.float32(1.0), np.float32(2.0)]

io.ImageDetRecordIter
>>> image = nd.zeros((8, 8, 3)).astype('uint8').asnumpy()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(mx.recordio.IRHeader(0, [2, 5, 1, 0.1, 0.1, 0.9, 0.9], 0, 0), image))
>>> file.close()
>>> batch = mx.io.ImageDetRecordIter(path_imgrec='a.rec', data_shape=(3, 8, 8), batch_size=1, label_pad_width=12).next()
>>> batch.data[0].shape, batch.label[0].shape
((1, 3, 8, 8), (1, 16))

io.ImageRecordInt8Iter
>>> image = nd.zeros((8, 8, 3)).astype('uint8').asnumpy()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(mx.recordio.IRHeader(0, 7, 0, 0), image))
>>> file.close()
>>> mx.io.ImageRecordInt8Iter(path_imgrec='a.rec', data_shape=(3, 8, 8), batch_size=1).next().data[0].dtype.__name__
'int8'

io.ImageRecordIter
>>> image = nd.zeros((8, 8, 3)).astype('uint8').asnumpy()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(mx.recordio.IRHeader(0, 7, 0, 0), image))
>>> file.close()
>>> batch = mx.io.ImageRecordIter(path_imgrec='a.rec', data_shape=(3, 8, 8), batch_size=1).next()
>>> batch.data[0].shape, batch.label[0].asnumpy()
((1, 3, 8, 8), array([7.], dtype=float32))

io.ImageRecordIter_v1
>>> image = nd.zeros((8, 8, 3)).astype('uint8').asnumpy()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(mx.recordio.IRHeader(0, 7, 0, 0), image))
>>> file.close()
>>> mx.io.ImageRecordIter_v1(path_imgrec='a.rec', data_shape=(3, 8, 8), batch_size=1).next().data[0].shape
(1, 3, 8, 8)

io.ImageRecordUInt8Iter
>>> image = nd.zeros((8, 8, 3)).astype('uint8').asnumpy()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(mx.recordio.IRHeader(0, 7, 0, 0), image))
>>> file.close()
>>> mx.io.ImageRecordUInt8Iter(path_imgrec='a.rec', data_shape=(3, 8, 8), batch_size=1).next().data[0].dtype.__name__
'uint8'

io.ImageRecordUInt8Iter_v1
>>> image = nd.zeros((8, 8, 3)).astype('uint8').asnumpy()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> file.write_idx(0, mx.recordio.pack_img(mx.recordio.IRHeader(0, 7, 0, 0), image))
>>> file.close()
>>> mx.io.ImageRecordUInt8Iter_v1(path_imgrec='a.rec', data_shape=(3, 8, 8), batch_size=1).next().data[0].shape
(1, 3, 8, 8)

io.LibSVMIter
>>> with open('a.svm', 'w') as file:
...     n = file.write('1 0:0.5 2:2\n0 1:3\n')
>>> batch = mx.io.LibSVMIter(data_libsvm='a.svm', data_shape=(3,), batch_size=2).next()
>>> batch.data[0].asnumpy().tolist(), batch.label[0].asnumpy().tolist()
([[0.5, 0.0, 2.0], [0.0, 3.0, 0.0]], [1.0, 0.0])

io.MNISTIter
>>> import struct
>>> with open('images', 'wb') as file:
...     n = file.write(struct.pack('>4i', 2051, 2, 28, 28) + bytes(2 * 784))
>>> with open('labels', 'wb') as file:
...     n = file.write(struct.pack('>2i', 2049, 2) + bytes([3, 5]))
>>> batch = mx.io.MNISTIter(image='images', label='labels', batch_size=2, shuffle=False).next()
>>> batch.data[0].shape, batch.label[0].asnumpy()
((2, 1, 28, 28), array([3., 5.], dtype=float32))

io.MXDataIter
>>> with open('a.csv', 'w') as file:
...     n = file.write('1,2\n3,4\n')
>>> isinstance(mx.io.CSVIter(data_csv='a.csv', data_shape=(2,), batch_size=1), mx.io.MXDataIter)
True

io.PrefetchingIter
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> [batch.data[0].shape for batch in mx.io.PrefetchingIter(data)]
[(2, 3), (2, 3)]

io.ResizeIter
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> len(list(mx.io.ResizeIter(data, size=5)))
5

kvstore.base.TestStore
>>> store = mx.kv.create('teststore')
>>> out = nd.zeros(2)
>>> store.broadcast('w', nd.ones(2), out)
>>> out
[1. 1.]
<NDArray 2 @cpu(0)>

kvstore.create
>>> store = mx.kv.create('local')
>>> store.init('w', nd.zeros(2))
>>> store.push('w', [nd.ones(2), nd.ones(2)])
>>> out = nd.zeros(2)
>>> store.pull('w', out=out)
>>> out
[2. 2.]
<NDArray 2 @cpu(0)>

kvstore.KVStore
>>> store = mx.kv.create('device')
>>> store.type, store.rank, store.num_workers
('device', 0, 1)

kvstore.KVStoreBase
>>> @mx.kv.KVStoreBase.register
... class Mine(mx.kv.KVStoreBase):
...     def broadcast(self, key, value, out):
...         for o in out if isinstance(out, list) else [out]:
...             o[:] = value
>>> type(mx.kv.create('mine')).__name__
'Mine'

library.load
>>> try:
...     mx.library.load('operators.so')
... except mx.error.MXNetError as error:
...     print(type(error).__name__)
MXNetError

lr_scheduler.CosineScheduler
>>> rate = mx.lr_scheduler.CosineScheduler(max_update=20, base_lr=1.0)
>>> [round(rate(step), 3) for step in (1, 10, 20)]
[0.994, 0.5, 0.0]

lr_scheduler.FactorScheduler
>>> rate = mx.lr_scheduler.FactorScheduler(step=10, factor=0.5, base_lr=1.0)
>>> [round(rate(step), 3) for step in (1, 10, 20)]
[1.0, 1.0, 0.5]

lr_scheduler.LRScheduler
>>> class Halves(mx.lr_scheduler.LRScheduler):
...     def __call__(self, num_update):
...         return self.base_lr / 2**num_update
>>> Halves(base_lr=0.8)(2)
0.2

lr_scheduler.MultiFactorScheduler
>>> rate = mx.lr_scheduler.MultiFactorScheduler(step=[5, 15], factor=0.1, base_lr=1.0)
>>> [round(rate(step), 3) for step in (1, 10, 20)]
[1.0, 0.1, 0.01]

lr_scheduler.PolyScheduler
>>> rate = mx.lr_scheduler.PolyScheduler(max_update=20, base_lr=1.0)
>>> [round(rate(step), 3) for step in (1, 10, 20)]
[0.902, 0.25, 0.0]

metric.Accuracy
>>> m = mx.metric.Accuracy()
>>> m.update(nd.array([0, 1, 1]), nd.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('accuracy', 0.6667)

metric.alias
>>> @mx.metric.register
... @mx.metric.alias('err')
... class Wrong(mx.metric.EvalMetric):
...     def update(self, labels, preds):
...         self.sum_metric += float((labels[0] != preds[0]).sum().asscalar())
...         self.num_inst += labels[0].size
>>> metric = mx.metric.create('err', name='wrong')
>>> metric.update([nd.array([1, 0])], [nd.array([1, 1])])
>>> metric.get()
('wrong', 0.5)

metric.Caffe
>>> metric = mx.metric.Caffe()
>>> metric.update(None, [nd.array([1, 3])])
>>> metric.get()
('caffe', 2.0)

metric.check_label_shapes
>>> lists = mx.metric.check_label_shapes([nd.ones(2)], [nd.ones((2, 3))])

metric.CompositeEvalMetric
>>> m = mx.metric.CompositeEvalMetric([mx.metric.MAE(), mx.metric.MSE()])
>>> m.update([nd.array([0, 2])], [nd.array([1, 4])])
>>> m.get()[0]
['mae', 'mse']

metric.create
>>> mx.metric.create('acc').name
'accuracy'
>>> mx.metric.create(['mae', 'mse']).get()[0]
['mae', 'mse']

metric.CrossEntropy
>>> m = mx.metric.CrossEntropy()
>>> m.update(nd.array([0, 1]), nd.array([[0.5, 0.5], [0.2, 0.8]]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('cross-entropy', 0.4581)

metric.CustomMetric
>>> m = mx.metric.CustomMetric(lambda label, pred: abs(label - pred).max())
>>> m.update([nd.array([0, 2])], [nd.array([1, 4])])
>>> float(m.get()[1])
2.0

metric.EvalMetric
>>> class Mean(mx.metric.EvalMetric):
...     def update(self, labels, preds):
...         self.sum_metric += float(preds[0].sum().asscalar())
...         self.num_inst += preds[0].size
>>> metric = Mean('mean')
>>> metric.update([nd.array([1, 1])], [nd.array([1, 3])])
>>> metric.get()
('mean', 2.0)

metric.F1
>>> m = mx.metric.F1()
>>> m.update(nd.array([0, 1, 1]), nd.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('f1', 0.6667)

metric.Loss
>>> m = mx.metric.Loss()
>>> m.update(None, [nd.array([1, 3])])
>>> float(m.get()[1])
2.0

metric.MAE
>>> m = mx.metric.MAE()
>>> m.update(nd.array([0, 2]), nd.array([1, 4]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('mae', 1.5)

metric.MCC
>>> m = mx.metric.MCC()
>>> m.update(nd.array([0, 1, 1]), nd.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('mcc', 0.5)

metric.MSE
>>> m = mx.metric.MSE()
>>> m.update(nd.array([0, 2]), nd.array([1, 4]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('mse', 2.5)

metric.NegativeLogLikelihood
>>> m = mx.metric.NegativeLogLikelihood()
>>> m.update(nd.array([0, 1]), nd.array([[0.5, 0.5], [0.2, 0.8]]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('nll-loss', 0.4581)

metric.np
>>> m = mx.metric.np(lambda label, pred: abs(label - pred).sum())
>>> m.update([nd.array([0, 2])], [nd.array([1, 4])])
>>> float(m.get()[1])
3.0

metric.PCC
>>> m = mx.metric.PCC()
>>> m.update(nd.array([0, 1, 1]), nd.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('pcc', 0.5)

metric.PearsonCorrelation
>>> m = mx.metric.PearsonCorrelation()
>>> m.update(nd.array([0, 1, 2]), nd.array([0, 2, 4]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('pearsonr', 1.0)

metric.Perplexity
>>> m = mx.metric.Perplexity(ignore_label=None)
>>> m.update([nd.array([0, 1])], [nd.array([[0.5, 0.5], [0.5, 0.5]])])
>>> round(float(m.get()[1]), 4)
2.0

metric.register
>>> @mx.metric.register
... class Largest(mx.metric.EvalMetric):
...     def update(self, labels, preds):
...         self.sum_metric = max(self.sum_metric, float(preds[0].max().asscalar()))
...         self.num_inst = 1
>>> metric = mx.metric.create('largest', name='largest')
>>> metric.update([nd.array([1])], [nd.array([1, 7])])
>>> metric.get()
('largest', 7.0)

metric.RMSE
>>> m = mx.metric.RMSE()
>>> m.update(nd.array([0, 2]), nd.array([1, 4]))
>>> name, value = m.get()
>>> name, round(float(value), 4)
('rmse', 1.5811)

metric.TopKAccuracy
>>> m = mx.metric.TopKAccuracy(top_k=2)
>>> m.update(nd.array([0, 2]), nd.array([[0.3, 0.6, 0.1], [0.5, 0.4, 0.1]]))
>>> m.get()
('top_k_accuracy_2', 0.5)

metric.Torch
>>> metric = mx.metric.Torch()
>>> metric.update(None, [nd.array([1, 3])])
>>> metric.get()
('torch', 2.0)

misc.FactorScheduler
>>> from mxnet import misc
>>> misc.FactorScheduler(step=10, factor=0.5).factor
0.5

misc.LearningRateScheduler
>>> from mxnet import misc
>>> misc.LearningRateScheduler().base_lr
0.01

model.BatchEndParam
>>> mx.model.BatchEndParam(epoch=0, nbatch=3, eval_metric=None, locals=None).nbatch
3

model.FeedForward
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> model = mx.model.FeedForward(net, num_epoch=2, numpy_batch_size=2)
>>> model.fit(nd.ones((4, 3)).asnumpy(), nd.zeros(4).asnumpy())
>>> model.predict(nd.ones((4, 3)).asnumpy()).shape
(4, 2)

model.load_checkpoint
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> args = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> mx.model.save_checkpoint('model', 1, net, args, {})
>>> symbol, arg_params, aux_params = mx.model.load_checkpoint('model', 1)
>>> symbol.list_outputs(), sorted(arg_params)
(['softmax_output'], ['fc_bias', 'fc_weight'])

model.load_params
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> args = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> mx.model.save_checkpoint('model', 1, net, args, {})
>>> arg_params, aux_params = mx.model.load_params('model', 1)
>>> sorted(arg_params)
['fc_bias', 'fc_weight']

model.save_checkpoint
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> args = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> mx.model.save_checkpoint('model', 1, net, args, {})
>>> import os
>>> sorted(os.listdir())
['model-0001.manifest', 'model-0001.params', 'model-symbol.json']

module.BaseModule
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> net = mx.sym.SoftmaxOutput(net, name='softmax')
>>> data = mx.io.NDArrayIter(nd.ones((4, 3)), nd.zeros(4), batch_size=2)
>>> mod = mx.mod.Module(net)
>>> mod.fit(data, num_epoch=2)
>>> mod.predict(data).shape
(4, 2)

module.BucketingModule
>>> def network(length):
...     x = mx.sym.mean(mx.sym.Variable('data'), axis=1, keepdims=True)
...     x = mx.sym.FullyConnected(x, num_hidden=2, name='fc')
...     return mx.sym.SoftmaxOutput(x, name='softmax'), ['data'], ['softmax_label']
>>> mod = mx.mod.BucketingModule(network, default_bucket_key=8)
>>> mod.bind([('data', (2, 8))], [('softmax_label', (2,))])
>>> mod.init_params()
>>> batch = mx.io.DataBatch([nd.ones((2, 4))], [nd.zeros(2)], bucket_key=4, provide_data=[('data', (2, 4))], provide_label=[('softmax_label', (2,))])
>>> mod.forward(batch)
>>> mod.get_outputs()[0].shape
(2, 2)

module.PythonLossModule
>>> loss = mx.mod.PythonLossModule(grad_func=lambda scores, labels: scores - labels)
>>> loss.bind([('data', (2, 1))], [('softmax_label', (2, 1))])
>>> loss.forward(mx.io.DataBatch([nd.ones((2, 1))], [nd.zeros((2, 1))]), is_train=True)
>>> loss.backward()
>>> loss.get_input_grads()[0].shape
(2, 1)

module.PythonModule
>>> class Sum(mx.mod.PythonModule):
...     def _compute_output_shapes(self):
...         return [('sum_output', (2,))]
...     def forward(self, batch, is_train=None):
...         self.sums = batch.data[0].sum(axis=1)
...     def get_outputs(self, merge_multi_context=True):
...         return [self.sums]
>>> mod = Sum(['data'], [], ['sum_output'])
>>> mod.bind([('data', (2, 3))])
>>> mod.forward(mx.io.DataBatch([nd.ones((2, 3))]))
>>> mod.get_outputs()[0]
[3. 3.]
<NDArray 2 @cpu(0)>

module.SequentialModule
>>> first = mx.mod.Module(mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=4, name='a'), label_names=[])
>>> second = mx.mod.Module(mx.sym.SoftmaxOutput(mx.sym.Variable('data'), name='softmax'))
>>> mod = mx.mod.SequentialModule()
>>> mod = mod.add(first).add(second, take_labels=True, auto_wiring=True)
>>> mod.bind([('data', (2, 3))], [('softmax_label', (2,))])
>>> mod.init_params()
>>> mod.output_shapes
[('softmax_output', (2, 4))]

name.NameManager
>>> with mx.name.NameManager():
...     (mx.sym.Variable('x') * 2).name
'_mulscalar0'

name.Prefix
>>> with mx.name.Prefix('net_'):
...     mx.sym.FullyConnected(mx.sym.Variable('x'), num_hidden=2, name='fc').name
'net_fc'

nd.abs
>>> nd.abs(nd.array([-1.5, 2]))
[1.5 2. ]
<NDArray 2 @cpu(0)>

nd.Activation
>>> nd.Activation(nd.array([-1, 0, 2]), act_type='softrelu')
[0.31326163 0.6931472  2.126928  ]
<NDArray 3 @cpu(0)>

nd.adam_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.adam_update(weight, grad, nd.zeros(2), nd.zeros(2), lr=0.1, out=weight)
[0.6837701 1.6837702]
<NDArray 2 @cpu(0)>

nd.add
>>> nd.add(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[3. 7. 6.]
<NDArray 3 @cpu(0)>

nd.add_n
>>> nd.add_n(nd.array([1, 2]), nd.array([10, 20]), nd.array([100, 200]))
[111. 222.]
<NDArray 2 @cpu(0)>

nd.all_finite
>>> nd.all_finite(nd.array([1, float('inf')]))
[0.]
<NDArray 1 @cpu(0)>

nd.amp_cast
>>> nd.amp_cast(nd.array([1, 2]), dtype='float16').dtype
<class 'numpy.float16'>

nd.amp_multicast
>>> a, b = nd.amp_multicast(nd.ones(2), nd.ones(2, dtype='float16'), num_outputs=2)
>>> a.dtype == b.dtype
True

nd.arange
>>> nd.arange(4)
[0. 1. 2. 3.]
<NDArray 4 @cpu(0)>
>>> nd.arange(1, 10, 3)
[1. 4. 7.]
<NDArray 3 @cpu(0)>

nd.arccos
>>> nd.arccos(nd.array([-1, 0, 1]))
[3.1415927 1.5707964 0.       ]
<NDArray 3 @cpu(0)>

nd.arccosh
>>> nd.arccosh(nd.array([1, 2]))
[0.       1.316958]
<NDArray 2 @cpu(0)>

nd.arcsin
>>> nd.arcsin(nd.array([-1, 0, 1]))
[-1.5707964  0.         1.5707964]
<NDArray 3 @cpu(0)>

nd.arcsinh
>>> nd.arcsinh(nd.array([0, 1]))
[0.        0.8813736]
<NDArray 2 @cpu(0)>

nd.arctan
>>> nd.arctan(nd.array([0, 1]))
[0.        0.7853982]
<NDArray 2 @cpu(0)>

nd.arctanh
>>> nd.arctanh(nd.array([0, 0.5]))
[0.         0.54930615]
<NDArray 2 @cpu(0)>

nd.argmax
>>> nd.argmax(nd.array([[1, 3, 2], [9, 8, 7]]), axis=1)
[1. 0.]
<NDArray 2 @cpu(0)>

nd.argmax_channel
>>> nd.argmax_channel(nd.array([[1, 3, 2], [9, 8, 7]]))
[1. 0.]
<NDArray 2 @cpu(0)>

nd.argmin
>>> nd.argmin(nd.array([[1, 3, 2], [9, 8, 7]]), axis=1)
[0. 2.]
<NDArray 2 @cpu(0)>

nd.argsort
>>> nd.argsort(nd.array([3, 1, 2]))
[1. 2. 0.]
<NDArray 3 @cpu(0)>

nd.array
>>> nd.array([[1, 2], [3, 4]])
[[1. 2.]
 [3. 4.]]
<NDArray 2x2 @cpu(0)>
>>> nd.array([1, 2], dtype='int32')
[1 2]
<NDArray 2 @cpu(0)>

nd.batch_dot
>>> nd.batch_dot(nd.ones((5, 2, 3)), nd.ones((5, 3, 4))).shape
(5, 2, 4)

nd.batch_take
>>> nd.batch_take(nd.array([[1, 2], [3, 4]]), nd.array([1, 0]))
[2. 3.]
<NDArray 2 @cpu(0)>

nd.BatchNorm
>>> x = nd.array([[1, 10], [3, 30]])
>>> one, zero = nd.ones(2), nd.zeros(2)
>>> with autograd.train_mode():
...     y = nd.BatchNorm(x, one, zero, nd.zeros(2), nd.ones(2))
>>> y
[[-0.9995004 -0.999995 ]
 [ 0.9995004  0.999995 ]]
<NDArray 2x2 @cpu(0)>

nd.BilinearSampler
>>> grid = nd.GridGenerator(nd.array([[1, 0, 0, 0, 1, 0]]), transform_type='affine', target_shape=(2, 2))
>>> nd.BilinearSampler(nd.arange(4).reshape((1, 1, 2, 2)), grid)
[[[[0. 1.]
   [2. 3.]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.BlockGrad
>>> x = nd.array([3])
>>> x.attach_grad()
>>> with autograd.record():
...     y = x * nd.BlockGrad(x)
>>> y.backward()
>>> x.grad
[3.]
<NDArray 1 @cpu(0)>

nd.broadcast_add
>>> nd.broadcast_add(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[7. 6.]
 [8. 7.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_axes
>>> nd.broadcast_axes(nd.array([[1], [2]]), axis=1, size=3)
[[1. 1. 1.]
 [2. 2. 2.]]
<NDArray 2x3 @cpu(0)>

nd.broadcast_div
>>> nd.broadcast_div(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[0.75      1.       ]
 [1.        1.3333334]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_equal
>>> nd.broadcast_equal(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[0. 1.]
 [1. 0.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_greater
>>> nd.broadcast_greater(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[0. 0.]
 [0. 1.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_greater_equal
>>> nd.broadcast_greater_equal(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[0. 1.]
 [1. 1.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_hypot
>>> nd.broadcast_hypot(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[5.        4.2426405]
 [5.656854  5.       ]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_lesser
>>> nd.broadcast_lesser(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[1. 0.]
 [0. 0.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_lesser_equal
>>> nd.broadcast_lesser_equal(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[1. 1.]
 [1. 0.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_like
>>> nd.broadcast_like(nd.array([[1], [2]]), nd.zeros((2, 3)))
[[1. 1. 1.]
 [2. 2. 2.]]
<NDArray 2x3 @cpu(0)>

nd.broadcast_logical_and
>>> nd.broadcast_logical_and(nd.array([[0], [1]]), nd.array([[0, 1]]))
[[0. 0.]
 [0. 1.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_logical_or
>>> nd.broadcast_logical_or(nd.array([[0], [1]]), nd.array([[0, 1]]))
[[0. 1.]
 [1. 1.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_logical_xor
>>> nd.broadcast_logical_xor(nd.array([[0], [1]]), nd.array([[0, 1]]))
[[0. 1.]
 [1. 0.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_maximum
>>> nd.broadcast_maximum(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[4. 3.]
 [4. 4.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_minimum
>>> nd.broadcast_minimum(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[3. 3.]
 [4. 3.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_mod
>>> nd.broadcast_mod(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[3. 0.]
 [0. 1.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_mul
>>> nd.broadcast_mul(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[12.  9.]
 [16. 12.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_not_equal
>>> nd.broadcast_not_equal(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[1. 0.]
 [0. 1.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_power
>>> nd.broadcast_power(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[ 81.  27.]
 [256.  64.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_sub
>>> nd.broadcast_sub(nd.array([[3], [4]]), nd.array([[4, 3]]))
[[-1.  0.]
 [ 0.  1.]]
<NDArray 2x2 @cpu(0)>

nd.broadcast_to
>>> nd.broadcast_to(nd.array([[1], [2]]), shape=(2, 3))
[[1. 1. 1.]
 [2. 2. 2.]]
<NDArray 2x3 @cpu(0)>

nd.cast
>>> nd.cast(nd.array([1.7, -1.7]), dtype='int32')
[ 1 -1]
<NDArray 2 @cpu(0)>

nd.cast_storage
>>> s = nd.cast_storage(nd.array([[0, 5], [0, 0]]), 'csr')
>>> s.stype
'csr'
>>> s.data
[5.]
<NDArray 1 @cpu(0)>

nd.cbrt
>>> nd.cbrt(nd.array([8, -27]))
[ 2.        -2.9999998]
<NDArray 2 @cpu(0)>

nd.ceil
>>> nd.ceil(nd.array([-1.5, 1.2]))
[-1.  2.]
<NDArray 2 @cpu(0)>

nd.clip
>>> nd.clip(nd.array([-5, 0.5, 9]), 0, 1)
[0.  0.5 1. ]
<NDArray 3 @cpu(0)>

nd.col2im
>>> nd.col2im(nd.ones((1, 4, 4)), output_size=(3, 3), kernel=(2, 2))
[[[[1. 2. 1.]
   [2. 4. 2.]
   [1. 2. 1.]]]]
<NDArray 1x1x3x3 @cpu(0)>

nd.concat
>>> nd.concat(nd.array([[1], [2]]), nd.array([[3], [4]]), dim=1)
[[1. 3.]
 [2. 4.]]
<NDArray 2x2 @cpu(0)>

nd.concatenate
>>> nd.concatenate([nd.array([1, 2]), nd.array([3])])
[1. 2. 3.]
<NDArray 3 @cpu(0)>

nd.contrib.adamw_update
>>> w, g = nd.ones(2), nd.array([1, -1])
>>> mean, var = nd.zeros(2), nd.zeros(2)
>>> nd.contrib.adamw_update(w, g, mean, var, nd.ones(1), lr=0.1, eta=1, wd=0.01, out=w)
[0.67377025 1.3062298 ]
<NDArray 2 @cpu(0)>

nd.contrib.AdaptiveAvgPooling2D
>>> nd.contrib.AdaptiveAvgPooling2D(nd.arange(16).reshape((1, 1, 4, 4)), output_size=2)
[[[[ 2.5  4.5]
   [10.5 12.5]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.contrib.allclose
>>> nd.contrib.allclose(nd.array([1]), nd.array([1.000001]))
1
<NDArray  @cpu(0)>

nd.contrib.arange_like
>>> nd.contrib.arange_like(nd.zeros((2, 3)), axis=1)
[0. 1. 2.]
<NDArray 3 @cpu(0)>

nd.contrib.BatchNormWithReLU
>>> x = nd.array([[1, -1], [3, -3]])
>>> one, zero = nd.ones(2), nd.zeros(2)
>>> with autograd.train_mode():
...     nd.contrib.BatchNormWithReLU(x, one, zero, nd.zeros(2), nd.ones(2)).round()
[[0. 1.]
 [1. 0.]]
<NDArray 2x2 @cpu(0)>

nd.contrib.BilinearResize2D
>>> nd.contrib.BilinearResize2D(nd.array([[[[0, 2]]]]), height=1, width=3)
[[[[0. 1. 2.]]]]
<NDArray 1x1x1x3 @cpu(0)>

nd.contrib.bipartite_matching
>>> rows, columns = nd.contrib.bipartite_matching(nd.array([[0.5, 0.6], [0.1, 0.2]]), threshold=0.01)
>>> rows
[1. 0.]
<NDArray 2 @cpu(0)>

nd.contrib.boolean_mask
>>> nd.contrib.boolean_mask(nd.array([[1], [2], [3]]), nd.array([1, 0, 1]))
[[1.]
 [3.]]
<NDArray 2x1 @cpu(0)>

nd.contrib.box_decode
>>> nd.contrib.box_decode(nd.array([[[0.5, 0, 0.693147, 0]]]), nd.array([[[0, 0, 2, 2]]]), format='corner').round()
[[[0. 0. 4. 2.]]]
<NDArray 1x1x4 @cpu(0)>

nd.contrib.box_encode
>>> samples, matches = nd.array([[1]]), nd.array([[0]])
>>> anchors, boxes = nd.array([[[0, 0, 2, 2]]]), nd.array([[[0, 0, 4, 2]]])
>>> means, stds = nd.zeros(4), nd.ones(4)
>>> targets, masks = nd.contrib.box_encode(samples, matches, anchors, boxes, means, stds)
>>> targets
[[[0.5       0.        0.6931472 0.       ]]]
<NDArray 1x1x4 @cpu(0)>
>>> masks
[[[1. 1. 1. 1.]]]
<NDArray 1x1x4 @cpu(0)>

nd.contrib.box_iou
>>> nd.contrib.box_iou(nd.array([[0, 0, 2, 2]]), nd.array([[1, 0, 3, 2], [5, 5, 6, 6]]))
[[0.33333334 0.        ]]
<NDArray 1x2 @cpu(0)>

nd.contrib.box_nms
>>> boxes = nd.array([[0, 0.9, 0, 0, 2, 2], [0, 0.8, 0, 0, 2, 1.9], [0, 0.7, 5, 5, 6, 6]])
>>> nd.contrib.box_nms(boxes, overlap_thresh=0.5)
[[ 0.   0.9  0.   0.   2.   2. ]
 [ 0.   0.7  5.   5.   6.   6. ]
 [-1.  -1.  -1.  -1.  -1.  -1. ]]
<NDArray 3x6 @cpu(0)>

nd.contrib.calibrate_entropy
>>> counts, edges = nd.array([1, 5, 90, 5, 1, 0, 0]), nd.arange(8) - 3.5
>>> low, high = nd.contrib.calibrate_entropy(counts, edges, num_quantized_bins=3)
>>> low.shape, high.shape
((1,), (1,))

nd.contrib.cond
>>> x = nd.array([-3])
>>> nd.contrib.cond(x < 0, lambda: -x, lambda: x)
[3.]
<NDArray 1 @cpu(0)>

nd.contrib.count_sketch
>>> nd.contrib.count_sketch(nd.array([[1, 2, 3]]), nd.array([[0, 1, 0]]), nd.array([[1, 1, -1]]), out_dim=2)
[[-2.  2.]]
<NDArray 1x2 @cpu(0)>

nd.contrib.ctc_loss
>>> scores = nd.zeros((4, 1, 3))
>>> nd.contrib.ctc_loss(scores, nd.array([[1, 2]]))
[1.686399]
<NDArray 1 @cpu(0)>

nd.contrib.DeformableConvolution
>>> x, offset = nd.ones((1, 1, 4, 4)), nd.zeros((1, 8, 3, 3))
>>> nd.contrib.DeformableConvolution(x, offset, nd.ones((1, 1, 2, 2)), kernel=(2, 2), num_filter=1, no_bias=True)
[[[[4. 4. 4.]
   [4. 4. 4.]
   [4. 4. 4.]]]]
<NDArray 1x1x3x3 @cpu(0)>

nd.contrib.DeformablePSROIPooling
>>> x, region = nd.ones((1, 4, 4, 4)), nd.array([[0, 0, 0, 3, 3]])
>>> out = nd.contrib.DeformablePSROIPooling(x, region, spatial_scale=1, output_dim=1, group_size=2, pooled_size=2, no_trans=True)
>>> out[0].shape
(1, 2, 2)

nd.contrib.dequantize
>>> nd.contrib.dequantize(nd.array([-127, 127], dtype='int8'), nd.array([-1]), nd.array([1]))
[-0.9960785  0.9960785]
<NDArray 2 @cpu(0)>

nd.contrib.dgl_adjacency
>>> graph = nd.array([[0, 1, 2], [3, 0, 0], [0, 4, 0]], dtype='int64').tostype('csr')
>>> nd.contrib.dgl_adjacency(graph).asnumpy().tolist()
[[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]

nd.contrib.dgl_csr_neighbor_non_uniform_sample
>>> n = nd.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype='int64').tostype('csr')
>>> seeds = nd.array([0], dtype='int64')
>>> out = nd.contrib.dgl_csr_neighbor_non_uniform_sample(n, nd.ones(3), seeds, num_hops=1, num_neighbor=2, max_num_vertices=4)
>>> [x.shape for x in out]
[(5,), (4, 3), (4,), (4,)]

nd.contrib.dgl_csr_neighbor_uniform_sample
>>> n = nd.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype='int64').tostype('csr')
>>> seeds = nd.array([0], dtype='int64')
>>> vertices, edges, hops = nd.contrib.dgl_csr_neighbor_uniform_sample(n, seeds, num_hops=1, num_neighbor=2, max_num_vertices=4)
>>> vertices.shape, edges.shape, hops.shape
((5,), (4, 3), (4,))

nd.contrib.dgl_graph_compact
>>> n = nd.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype='int64').tostype('csr')
>>> seeds = nd.array([0], dtype='int64')
>>> vertices, edges, hops = nd.contrib.dgl_csr_neighbor_uniform_sample(n, seeds, num_hops=1, num_neighbor=2, max_num_vertices=4)
>>> size = int(vertices[-1].asscalar())
>>> nd.contrib.dgl_graph_compact(edges, vertices, graph_sizes=(size,), return_mapping=False).shape == (size, size)
True

nd.contrib.dgl_subgraph
>>> graph = nd.array([[0, 1, 2], [3, 0, 0], [0, 4, 0]], dtype='int64').tostype('csr')
>>> part = nd.contrib.dgl_subgraph(graph, nd.array([0, 1], dtype='int64'), return_mapping=False)
>>> part.asnumpy().tolist()
[[0, 0], [1, 0]]

nd.contrib.div_sqrt_dim
>>> nd.contrib.div_sqrt_dim(nd.ones((1, 4)))
[[0.5 0.5 0.5 0.5]]
<NDArray 1x4 @cpu(0)>

nd.contrib.edge_id
>>> graph = nd.array([[0, 1, 2], [3, 0, 0], [0, 4, 0]]).tostype('csr')
>>> nd.contrib.edge_id(graph, nd.array([0, 0]), nd.array([2, 0]))
[ 2. -1.]
<NDArray 2 @cpu(0)>

nd.contrib.fft
>>> nd.contrib.fft(nd.array([[1, 0, 0, 0]]))
[[1. 0. 1. 0. 1. 0. 1. 0.]]
<NDArray 1x8 @cpu(0)>

nd.contrib.foreach
>>> total, states = nd.contrib.foreach(lambda x, s: (x + s, x + s), nd.arange(4), nd.zeros(1))
>>> states
[6.]
<NDArray 1 @cpu(0)>

nd.contrib.getnnz
>>> graph = nd.array([[0, 1, 2], [3, 0, 0], [0, 4, 0]]).tostype('csr')
>>> nd.contrib.getnnz(graph)
[4]
<NDArray 1 @cpu(0)>

nd.contrib.gradientmultiplier
>>> x = nd.array([1])
>>> x.attach_grad()
>>> with autograd.record():
...     y = nd.contrib.gradientmultiplier(x, scalar=-1.0)
>>> y.backward()
>>> x.grad
[-1.]
<NDArray 1 @cpu(0)>

nd.contrib.group_adagrad_update
>>> w, g, h = nd.ones((2, 2)), nd.array([[1, 1], [0, 0]]), nd.zeros((2, 1))
>>> nd.contrib.group_adagrad_update(w, g, h, lr=0.1, out=w)
[[0.9000005 0.9000005]
 [1.        1.       ]]
<NDArray 2x2 @cpu(0)>

nd.contrib.hawkesll
>>> mu, alpha, beta = nd.array([[0.5]]), nd.array([0.2]), nd.array([1])
>>> lags, marks = nd.array([[1, 2]]), nd.array([[0, 0]], dtype='int32')
>>> likelihood, state = nd.contrib.hawkesll(mu, alpha, beta, nd.zeros((1, 1)), lags, marks, nd.array([2]), nd.array([4]))
>>> likelihood
[-3.6500413]
<NDArray 1 @cpu(0)>

nd.contrib.ifft
>>> nd.contrib.ifft(nd.contrib.fft(nd.array([[1, 2, 3, 4]]))) / 4
[[1. 2. 3. 4.]]
<NDArray 1x4 @cpu(0)>

nd.contrib.index_add
>>> nd.contrib.index_add(nd.zeros((3, 2)), nd.array([0, 2, 0]), nd.ones((3, 2)))
[[2. 2.]
 [0. 0.]
 [1. 1.]]
<NDArray 3x2 @cpu(0)>

nd.contrib.index_array
>>> nd.contrib.index_array(nd.zeros((1, 2)))
[[[0 0]
  [0 1]]]
<NDArray 1x2x2 @cpu(0)>

nd.contrib.index_copy
>>> nd.contrib.index_copy(nd.zeros((3, 1)), nd.array([2]), nd.array([[5]]))
[[0.]
 [0.]
 [5.]]
<NDArray 3x1 @cpu(0)>

nd.contrib.interleaved_matmul_encdec_qk
>>> nd.contrib.interleaved_matmul_encdec_qk(nd.ones((3, 2, 8)), nd.ones((5, 2, 16)), heads=2).shape
(4, 3, 5)

nd.contrib.interleaved_matmul_encdec_valatt
>>> nd.contrib.interleaved_matmul_encdec_valatt(nd.ones((5, 2, 16)), nd.ones((4, 3, 5)), heads=2).shape
(3, 2, 8)

nd.contrib.interleaved_matmul_selfatt_qk
>>> x = nd.ones((5, 2, 3 * 8))  # (steps, batch, 3 x features)
>>> nd.contrib.interleaved_matmul_selfatt_qk(x, heads=2).shape
(4, 5, 5)

nd.contrib.interleaved_matmul_selfatt_valatt
>>> x, weights = nd.ones((5, 2, 3 * 8)), nd.ones((4, 5, 5))
>>> nd.contrib.interleaved_matmul_selfatt_valatt(x, weights, heads=2).shape
(5, 2, 8)

nd.contrib.isfinite
>>> nd.contrib.isfinite(nd.array([1, float('inf')]))
[1. 0.]
<NDArray 2 @cpu(0)>

nd.contrib.isinf
>>> nd.contrib.isinf(nd.array([1, float('inf')]))
[0. 1.]
<NDArray 2 @cpu(0)>

nd.contrib.isnan
>>> nd.contrib.isnan(nd.array([1, float('nan')]))
[0. 1.]
<NDArray 2 @cpu(0)>

nd.contrib.ModulatedDeformableConvolution
>>> x, offset, mask = nd.ones((1, 1, 3, 3)), nd.zeros((1, 8, 2, 2)), nd.full((1, 4, 2, 2), 0.5)
>>> w = nd.ones((1, 1, 2, 2))
>>> nd.contrib.ModulatedDeformableConvolution(x, offset, mask, w, kernel=(2, 2), num_filter=1, no_bias=True)
[[[[2. 2.]
   [2. 2.]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.contrib.mp_adamw_update
>>> w32 = nd.ones(2)
>>> w, g = w32.astype('float16'), nd.array([1, -1]).astype('float16')
>>> mean, var = nd.zeros(2), nd.zeros(2)
>>> nd.contrib.mp_adamw_update(w, g, mean, var, w32, nd.ones(1), lr=0.1, eta=1, out=w)
[0.6836 1.316 ]
<NDArray 2 @cpu(0)>

nd.contrib.multi_adamw_update
>>> w, g = [nd.ones(2), nd.ones(1)], [nd.array([1, -1]), nd.ones(1)]
>>> mean, var = [nd.zeros(2), nd.zeros(1)], [nd.zeros(2), nd.zeros(1)]
>>> new = nd.contrib.multi_adamw_update(w, g, mean, var, nd.ones(1), [0.1, 0.1], [0, 0], [1, 1], out=w)
>>> [x.asnumpy().round(3).tolist() for x in w]
[[0.6840000152587891, 1.315999984741211], [0.6840000152587891]]

nd.contrib.multi_lamb_update
>>> w, g = [nd.ones(2)], [nd.array([1, -1])]
>>> mean, var = [nd.zeros(2)], [nd.zeros(2)]
>>> new = nd.contrib.multi_lamb_update(w, g, mean, var, [1], [0.1], [0], out=w)
>>> w[0].asnumpy().round(3).tolist()
[0.8999999761581421, 1.100000023841858]

nd.contrib.multi_mp_adamw_update
>>> w32 = [nd.ones(2)]
>>> w, g = [w32[0].astype('float16')], [nd.array([1, -1]).astype('float16')]
>>> mean, var = [nd.zeros(2)], [nd.zeros(2)]
>>> new = nd.contrib.multi_mp_adamw_update(w, g, mean, var, w32, nd.ones(1), [0.1], [0], [1], out=w)
>>> w[0].dtype.__name__, w32[0].asnumpy().round(3).tolist()
('float16', [0.6840000152587891, 1.315999984741211])

nd.contrib.multi_mp_lamb_update
>>> w32 = [nd.ones(2)]
>>> w, g = [w32[0].astype('float16')], [nd.array([1, -1]).astype('float16')]
>>> mean, var = [nd.zeros(2)], [nd.zeros(2)]
>>> new = nd.contrib.multi_mp_lamb_update(w, g, mean, var, w32, [1], [0.1], [0], out=w)
>>> w[0].dtype.__name__, w32[0].asnumpy().round(3).tolist()
('float16', [0.8999999761581421, 1.100000023841858])

nd.contrib.MultiBoxDetection
>>> anchors = nd.array([[[0.1, 0.1, 0.4, 0.4], [0.5, 0.5, 0.9, 0.9]]])
>>> scores = nd.array([[[0.1, 0.8], [0.9, 0.2]]])
>>> nd.contrib.MultiBoxDetection(scores, nd.zeros((1, 8)), anchors, threshold=0.5)
[[[ 0.          0.9         0.09999999  0.09999999  0.4
    0.4       ]
  [-1.         -1.         -1.         -1.         -1.
   -1.        ]]]
<NDArray 1x2x6 @cpu(0)>

nd.contrib.MultiBoxPrior
>>> nd.contrib.MultiBoxPrior(nd.zeros((1, 3, 2, 2)), sizes=(0.5,)).shape
(1, 4, 4)

nd.contrib.MultiBoxTarget
>>> anchors = nd.array([[[0.1, 0.1, 0.4, 0.4], [0.5, 0.5, 0.9, 0.9]]])
>>> label = nd.array([[[0, 0.1, 0.1, 0.4, 0.4]]])
>>> moves, mask, classes = nd.contrib.MultiBoxTarget(anchors, label, nd.zeros((1, 2, 2)))
>>> classes
[[1. 0.]]
<NDArray 1x2 @cpu(0)>
>>> mask
[[1. 1. 1. 1. 0. 0. 0. 0.]]
<NDArray 1x8 @cpu(0)>

nd.contrib.MultiProposal
>>> scores, moves = nd.random.uniform(shape=(2, 2, 4, 4)), nd.zeros((2, 4, 4, 4))
>>> size = nd.array([[64, 64, 1], [64, 64, 1]])
>>> nd.contrib.MultiProposal(scores, moves, size, rpn_post_nms_top_n=3, scales=(1,), ratios=(1,), rpn_min_size=1).shape
(6, 5)

nd.contrib.Proposal
>>> scores, moves = nd.random.uniform(shape=(1, 2, 4, 4)), nd.zeros((1, 4, 4, 4))
>>> size = nd.array([[64, 64, 1]])
>>> nd.contrib.Proposal(scores, moves, size, rpn_post_nms_top_n=3, scales=(1,), ratios=(1,), rpn_min_size=1).shape
(3, 5)

nd.contrib.PSROIPooling
>>> x, region = nd.arange(64).reshape((1, 4, 4, 4)), nd.array([[0, 0, 0, 3, 3]])
>>> nd.contrib.PSROIPooling(x, region, spatial_scale=1, output_dim=1, pooled_size=2)
[[[[ 2.5 20.5]
   [42.5 60.5]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.contrib.quadratic
>>> nd.contrib.quadratic(nd.array([1, 2]), a=1, b=2, c=3)
[ 6. 11.]
<NDArray 2 @cpu(0)>

nd.contrib.quantize
>>> q, low, high = nd.contrib.quantize(nd.array([0, 1]), nd.array([0]), nd.array([1]), out_type='uint8')
>>> q
[  0 255]
<NDArray 2 @cpu(0)>

nd.contrib.quantize_asym
>>> q, scale, shift = nd.contrib.quantize_asym(nd.array([0, 1, 2]))
>>> q, scale.asscalar(), shift.asscalar()
(
[  0 128 255]
<NDArray 3 @cpu(0)>, np.float32(127.5), np.float32(-0.0))

nd.contrib.quantize_v2
>>> q, low, high = nd.contrib.quantize_v2(nd.array([-1, 0, 1]), out_type='int8')
>>> q
[-128    0  127]
<NDArray 3 @cpu(0)>

nd.contrib.quantized_act
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> nd.contrib.quantized_act(q, low, high, act_type='relu')[0]
[[ 0 64]]
<NDArray 1x2 @cpu(0)>

nd.contrib.quantized_batch_norm
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> one, zero = nd.ones(1), nd.zeros(1)
>>> y, low, high = nd.contrib.quantized_batch_norm(q.reshape((2, 1, 1, 1)), one, zero, zero, one, low, high, min_calib_range=-1, max_calib_range=1)
>>> y.reshape((2,))
[-128   64]
<NDArray 2 @cpu(0)>

nd.contrib.quantized_concat
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> nd.contrib.quantized_concat(q, q, low, low, high, high, num_args=2)[0]
[[-128   64 -128   64]]
<NDArray 1x4 @cpu(0)>

nd.contrib.quantized_conv
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> x, w = q.reshape((1, 1, 1, 2)), q.reshape((1, 1, 1, 2))
>>> y, low, high = nd.contrib.quantized_conv(x, w, low, high, low, high, kernel=(1, 2), num_filter=1, no_bias=True)
>>> y.reshape((1,)), y.dtype.__name__
(
[20480]
<NDArray 1 @cpu(0)>, 'int32')

nd.contrib.quantized_elemwise_add
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> nd.contrib.quantized_elemwise_add(q, q, low, high, low, high, min_calib_range=-2, max_calib_range=2)[0]
[[-128   64]]
<NDArray 1x2 @cpu(0)>

nd.contrib.quantized_elemwise_mul
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> nd.contrib.quantized_elemwise_mul(q, q, low, high, low, high, enable_float_output=True)
[[1.01581   0.2539525]]
<NDArray 1x2 @cpu(0)>

nd.contrib.quantized_embedding
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> nd.contrib.quantized_embedding(nd.array([0]), q, low, high, input_dim=1, output_dim=2)[0]
[[-128   64]]
<NDArray 1x2 @cpu(0)>

nd.contrib.quantized_flatten
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> nd.contrib.quantized_flatten(q.reshape((1, 1, 2)), low, high)[0]
[[-128   64]]
<NDArray 1x2 @cpu(0)>

nd.contrib.quantized_fully_connected
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> zero = nd.zeros(1, dtype='int8')
>>> y, low, high = nd.contrib.quantized_fully_connected(q, q, zero, low, high, low, high, low, high, num_hidden=1)
>>> y, y.dtype.__name__
(
[[20480]]
<NDArray 1x1 @cpu(0)>, 'int32')

nd.contrib.quantized_pooling
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> nd.contrib.quantized_pooling(q.reshape((1, 1, 1, 2)), low, high, kernel=(1, 2), pool_type='max')[0]
[[[[64]]]]
<NDArray 1x1x1x1 @cpu(0)>

nd.contrib.quantized_rnn
>>> x, h, cell = nd.ones((3, 1, 2)), nd.zeros((1, 1, 4)), nd.zeros((1, 1, 4))
>>> w = nd.random.uniform(-0.1, 0.1, (4 * 4 * (2 + 4) + 2 * 4 * 4,))
>>> x8 = nd.full((3, 1, 2), 255, dtype='uint8')
>>> nd.contrib.quantized_rnn(x8, w, h, cell, nd.array([255]), nd.array([0]), state_size=4, num_layers=1, mode='lstm').shape
(3, 1, 4)

nd.contrib.rand_zipfian
>>> samples, true, counts = nd.contrib.rand_zipfian(nd.array([1]), 4, 10)
>>> samples.shape
(4,)

nd.contrib.requantize
>>> q, low, high = nd.contrib.quantize_v2(nd.array([[-1, 0.5]]), min_calib_range=-1, max_calib_range=1)
>>> y, low, high = nd.contrib.quantized_elemwise_add(q, q, low, high, low, high)
>>> nd.contrib.requantize(y, low, high, min_calib_range=-2, max_calib_range=2)[0]
[[-127   64]]
<NDArray 1x2 @cpu(0)>

nd.contrib.ROIAlign
>>> x, roi = nd.arange(16).reshape((1, 1, 4, 4)), nd.array([[0, 0, 0, 2, 2]])
>>> nd.contrib.ROIAlign(x, roi, pooled_size=(1, 1), spatial_scale=1.0)
[[[[5.]]]]
<NDArray 1x1x1x1 @cpu(0)>

nd.contrib.round_ste
>>> nd.contrib.round_ste(nd.array([0.4, 1.6]))
[0. 2.]
<NDArray 2 @cpu(0)>

nd.contrib.RROIAlign
>>> x, region = nd.ones((1, 1, 6, 6)), nd.array([[0, 3, 3, 2, 2, 45]])
>>> nd.contrib.RROIAlign(x, region, pooled_size=(2, 2), spatial_scale=1)
[[[[1. 1.]
   [1. 1.]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.contrib.sign_ste
>>> nd.contrib.sign_ste(nd.array([-3, 2]))
[-1.  1.]
<NDArray 2 @cpu(0)>

nd.contrib.SparseEmbedding
>>> nd.contrib.SparseEmbedding(nd.array([1, 0]), nd.array([[1, 2], [3, 4]]), input_dim=2, output_dim=2)
[[3. 4.]
 [1. 2.]]
<NDArray 2x2 @cpu(0)>

nd.contrib.SyncBatchNorm
>>> x = nd.array([[1, -1], [3, -3]])
>>> one, zero = nd.ones(2), nd.zeros(2)
>>> with autograd.train_mode():
...     nd.contrib.SyncBatchNorm(x, one, zero, nd.zeros(2), nd.ones(2), key='norm').round()
[[-1.  1.]
 [ 1. -1.]]
<NDArray 2x2 @cpu(0)>

nd.contrib.while_loop
>>> steps, state = nd.contrib.while_loop(lambda i: i < 3, lambda i: (i, i + 1), nd.zeros(1), max_iterations=5)
>>> state
[3.]
<NDArray 1 @cpu(0)>

nd.Convolution
>>> x, weight = nd.arange(16).reshape((1, 1, 4, 4)), nd.ones((1, 1, 3, 3))
>>> nd.Convolution(x, weight, kernel=(3, 3), num_filter=1, no_bias=True)
[[[[45. 54.]
   [81. 90.]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.Correlation
>>> nd.Correlation(nd.ones((1, 2, 3, 3)), nd.ones((1, 2, 3, 3)), max_displacement=0)
[[[[1. 1. 1.]
   [1. 1. 1.]
   [1. 1. 1.]]]]
<NDArray 1x1x3x3 @cpu(0)>

nd.cos
>>> nd.cos(nd.array([0, 3.1415927]))
[ 1. -1.]
<NDArray 2 @cpu(0)>

nd.cosh
>>> nd.cosh(nd.array([0, 1]))
[1.        1.5430807]
<NDArray 2 @cpu(0)>

nd.Crop
>>> nd.Crop(nd.arange(16).reshape((1, 1, 4, 4)), h_w=(2, 2), offset=(1, 1))
[[[[ 5.  6.]
   [ 9. 10.]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.ctc_loss
>>> activations = nd.zeros((4, 1, 3))  # (steps, batch, classes), class 0 is the blank
>>> nd.ctc_loss(activations, nd.array([[1, 2]]))
[1.686399]
<NDArray 1 @cpu(0)>

nd.cumsum
>>> nd.cumsum(nd.array([[1, 2, 3], [4, 5, 6]]), axis=1)
[[ 1.  3.  6.]
 [ 4.  9. 15.]]
<NDArray 2x3 @cpu(0)>

nd.Custom
>>> class Twice(mx.operator.CustomOp):
...     def forward(self, is_train, req, in_data, out_data, aux):
...         self.assign(out_data[0], req[0], in_data[0] * 2)
>>> @mx.operator.register('twice_in_the_reference')
... class TwiceProp(mx.operator.CustomOpProp):
...     def create_operator(self, ctx, shapes, dtypes):
...         return Twice()
>>> nd.Custom(nd.array([1, 2]), op_type='twice_in_the_reference')
[2. 4.]
<NDArray 2 @cpu(0)>

nd.Deconvolution
>>> x, weight = nd.ones((1, 1, 2, 2)), nd.ones((1, 1, 2, 2))
>>> nd.Deconvolution(x, weight, kernel=(2, 2), stride=(1, 1), num_filter=1)
[[[[1. 2. 1.]
   [2. 4. 2.]
   [1. 2. 1.]]]]
<NDArray 1x1x3x3 @cpu(0)>

nd.degrees
>>> nd.degrees(nd.array([0, 3.1415927]))
[  0. 180.]
<NDArray 2 @cpu(0)>

nd.depth_to_space
>>> nd.depth_to_space(nd.arange(4).reshape((1, 4, 1, 1)), block_size=2)
[[[[0. 1.]
   [2. 3.]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.diag
>>> nd.diag(nd.array([[1, 2], [3, 4]]))
[1. 4.]
<NDArray 2 @cpu(0)>
>>> nd.diag(nd.array([1, 2]))
[[1. 0.]
 [0. 2.]]
<NDArray 2x2 @cpu(0)>

nd.divide
>>> nd.divide(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[0.5 2.5 1. ]
<NDArray 3 @cpu(0)>

nd.dot
>>> nd.dot(nd.array([[1, 2], [3, 4]]), nd.array([10, 100]))
[210. 430.]
<NDArray 2 @cpu(0)>

nd.Dropout
>>> nd.Dropout(nd.ones(3))  # only training drops
[1. 1. 1.]
<NDArray 3 @cpu(0)>
>>> with autograd.train_mode():
...     y = nd.Dropout(nd.ones(1000), p=0.5)
>>> bool(300 < (y > 0).sum().asscalar() < 700)
True

nd.elemwise_add
>>> nd.elemwise_add(nd.array([1, 6]), nd.array([2, 3]))
[3. 9.]
<NDArray 2 @cpu(0)>

nd.elemwise_div
>>> nd.elemwise_div(nd.array([1, 6]), nd.array([2, 3]))
[0.5 2. ]
<NDArray 2 @cpu(0)>

nd.elemwise_mul
>>> nd.elemwise_mul(nd.array([1, 6]), nd.array([2, 3]))
[ 2. 18.]
<NDArray 2 @cpu(0)>

nd.elemwise_sub
>>> nd.elemwise_sub(nd.array([1, 6]), nd.array([2, 3]))
[-1.  3.]
<NDArray 2 @cpu(0)>

nd.Embedding
>>> weight = nd.array([[0, 0], [1, 10], [2, 20]])
>>> nd.Embedding(nd.array([2, 1]), weight, input_dim=3, output_dim=2)
[[ 2. 20.]
 [ 1. 10.]]
<NDArray 2x2 @cpu(0)>

nd.empty
>>> nd.empty((2, 3)).shape
(2, 3)

nd.equal
>>> nd.equal(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[0. 0. 1.]
<NDArray 3 @cpu(0)>

nd.erf
>>> nd.erf(nd.array([-1, 0, 1]))
[-0.8427008  0.         0.8427008]
<NDArray 3 @cpu(0)>

nd.erfinv
>>> nd.erfinv(nd.array([-0.5, 0, 0.5]))
[-0.47693628  0.          0.47693628]
<NDArray 3 @cpu(0)>

nd.exp
>>> nd.exp(nd.array([0, 1, 2]))
[1.        2.718282  7.3890557]
<NDArray 3 @cpu(0)>

nd.expand_dims
>>> nd.expand_dims(nd.array([1, 2]), axis=1)
[[1.]
 [2.]]
<NDArray 2x1 @cpu(0)>

nd.expm1
>>> nd.expm1(nd.array([0, 1e-4]))
[0.     0.0001]
<NDArray 2 @cpu(0)>

nd.eye
>>> nd.eye(2, 3)
[[1. 0. 0.]
 [0. 1. 0.]]
<NDArray 2x3 @cpu(0)>

nd.fill_element_0index
>>> nd.fill_element_0index(nd.zeros((2, 2)), nd.array([7, 8]), nd.array([1, 0]))
[[0. 7.]
 [8. 0.]]
<NDArray 2x2 @cpu(0)>

nd.fix
>>> nd.fix(nd.array([-1.7, 1.7]))
[-1.  1.]
<NDArray 2 @cpu(0)>

nd.flatten
>>> nd.flatten(nd.zeros((2, 3, 4))).shape
(2, 12)

nd.flip
>>> nd.flip(nd.array([[1, 2], [3, 4]]), axis=1)
[[2. 1.]
 [4. 3.]]
<NDArray 2x2 @cpu(0)>

nd.floor
>>> nd.floor(nd.array([-1.5, 1.2]))
[-2.  1.]
<NDArray 2 @cpu(0)>

nd.from_dlpack
>>> nd.from_dlpack(nd.to_dlpack_for_read(nd.array([1, 2])))
[1. 2.]
<NDArray 2 @cpu(0)>

nd.from_numpy
>>> import numpy
>>> nd.from_numpy(numpy.arange(3.0))
[0. 1. 2.]
<NDArray 3 @cpu(0)>

nd.ftml_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.ftml_update(weight, grad, nd.zeros(2), nd.zeros(2), nd.zeros(2), lr=0.1, t=1, out=weight)
[0.9 1.9]
<NDArray 2 @cpu(0)>

nd.ftrl_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.ftrl_update(weight, grad, nd.zeros(2), nd.zeros(2), lr=0.1, out=weight)
[0.8180909 1.8094761]
<NDArray 2 @cpu(0)>

nd.full
>>> nd.full((2, 2), 7)
[[7. 7.]
 [7. 7.]]
<NDArray 2x2 @cpu(0)>

nd.FullyConnected
>>> x, weight = nd.array([[1, 2]]), nd.array([[1, 1], [0, 10], [1, 0]])
>>> nd.FullyConnected(x, weight, nd.zeros(3), num_hidden=3)
[[ 3. 20.  1.]]
<NDArray 1x3 @cpu(0)>

nd.gamma
>>> nd.gamma(nd.array([1, 3, 5]))
[ 1.  2. 24.]
<NDArray 3 @cpu(0)>

nd.gammaln
>>> nd.gammaln(nd.array([1, 3, 5]))
[0.        0.6931472 3.1780539]
<NDArray 3 @cpu(0)>

nd.gather_nd
>>> nd.gather_nd(nd.array([[1, 2], [3, 4]]), nd.array([[0, 1], [1, 0]]))
[2. 3.]
<NDArray 2 @cpu(0)>

nd.greater
>>> nd.greater(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[0. 1. 0.]
<NDArray 3 @cpu(0)>

nd.greater_equal
>>> nd.greater_equal(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[0. 1. 1.]
<NDArray 3 @cpu(0)>

nd.GridGenerator
>>> nd.GridGenerator(nd.array([[1, 0, 0, 0, 1, 0]]), transform_type='affine', target_shape=(2, 2))
[[[[-1.  1.]
   [-1.  1.]]
  [[-1. -1.]
   [ 1.  1.]]]]
<NDArray 1x2x2x2 @cpu(0)>

nd.GroupNorm
>>> nd.GroupNorm(nd.array([[[1], [3], [10], [30]]]), nd.ones(4), nd.zeros(4), num_groups=2)
[[[-0.999995]
  [ 0.999995]
  [-1.      ]
  [ 1.      ]]]
<NDArray 1x4x1 @cpu(0)>

nd.hard_sigmoid
>>> nd.hard_sigmoid(nd.array([-3, 0, 1]))
[0.  0.5 0.7]
<NDArray 3 @cpu(0)>

nd.histogram
>>> counts, edges = nd.histogram(nd.array([1, 2, 2, 5]), bins=2, range=(0, 6))
>>> counts
[3 1]
<NDArray 2 @cpu(0)>
>>> edges
[0. 3. 6.]
<NDArray 3 @cpu(0)>

nd.identity
>>> nd.identity(nd.array([1, 2]))
[1. 2.]
<NDArray 2 @cpu(0)>

nd.IdentityAttachKLSparseReg
>>> nd.IdentityAttachKLSparseReg(nd.array([[0.2, 0.4]]), nd.array([0.1, 0.1]))
[[0.2 0.4]]
<NDArray 1x2 @cpu(0)>

nd.im2col
>>> nd.im2col(nd.arange(9).reshape((1, 1, 3, 3)), kernel=(2, 2))
[[[0. 1. 3. 4.]
  [1. 2. 4. 5.]
  [3. 4. 6. 7.]
  [4. 5. 7. 8.]]]
<NDArray 1x4x4 @cpu(0)>

nd.image.adjust_lighting
>>> nd.image.adjust_lighting(nd.ones((4, 4, 3)), alpha=(0.1, 0.1, 0.1)).shape
(4, 4, 3)

nd.image.crop
>>> nd.image.crop(nd.arange(16).reshape((4, 4, 1)), x=1, y=0, width=2, height=1).reshape((2,))
[1. 2.]
<NDArray 2 @cpu(0)>

nd.image.flip_left_right
>>> nd.image.flip_left_right(nd.array([[[1], [2]]])).reshape((2,))
[2. 1.]
<NDArray 2 @cpu(0)>

nd.image.flip_top_bottom
>>> nd.image.flip_top_bottom(nd.array([[[1]], [[2]]])).reshape((2,))
[2. 1.]
<NDArray 2 @cpu(0)>

nd.image.normalize
>>> nd.image.normalize(nd.ones((3, 1, 1)), mean=(0, 0.5, 1), std=(1, 1, 1)).reshape((3,))
[1.  0.5 0. ]
<NDArray 3 @cpu(0)>

nd.image.random_brightness
>>> nd.image.random_brightness(nd.ones((4, 4, 3)), 0.9, 1.1).shape
(4, 4, 3)

nd.image.random_color_jitter
>>> nd.image.random_color_jitter(nd.ones((4, 4, 3)), 0.1, 0.1, 0.1, 0.1).shape
(4, 4, 3)

nd.image.random_contrast
>>> nd.image.random_contrast(nd.ones((4, 4, 3)), 0.9, 1.1).shape
(4, 4, 3)

nd.image.random_flip_left_right
>>> nd.image.random_flip_left_right(nd.ones((4, 4, 3))).shape
(4, 4, 3)

nd.image.random_flip_top_bottom
>>> nd.image.random_flip_top_bottom(nd.ones((4, 4, 3))).shape
(4, 4, 3)

nd.image.random_hue
>>> nd.image.random_hue(nd.ones((4, 4, 3)), 0.9, 1.1).shape
(4, 4, 3)

nd.image.random_lighting
>>> nd.image.random_lighting(nd.ones((4, 4, 3))).shape
(4, 4, 3)

nd.image.random_saturation
>>> nd.image.random_saturation(nd.ones((4, 4, 3)), 0.9, 1.1).shape
(4, 4, 3)

nd.image.resize
>>> nd.image.resize(nd.ones((4, 4, 3)).astype('uint8'), size=(2, 3)).shape
(3, 2, 3)

nd.image.to_tensor
>>> nd.image.to_tensor(nd.full((1, 2, 3), 255, dtype='uint8')).shape
(3, 1, 2)

nd.imdecode
>>> import cv2, numpy
>>> ok, png = cv2.imencode('.png', numpy.zeros((4, 5, 3), 'uint8'))
>>> nd.imdecode(png.tobytes()).shape
(1, 3, 4, 5)

nd.InstanceNorm
>>> nd.InstanceNorm(nd.array([[[1, 3], [10, 30]]]), nd.ones(2), nd.zeros(2))
[[[-0.9995004  0.9995004]
  [-0.999995   0.999995 ]]]
<NDArray 1x2x2 @cpu(0)>

nd.khatri_rao
>>> nd.khatri_rao(nd.array([[1, 2]]), nd.array([[3, 4], [5, 6]]))
[[ 3.  8.]
 [ 5. 12.]]
<NDArray 2x2 @cpu(0)>

nd.L2Normalization
>>> nd.L2Normalization(nd.array([[3, 4], [6, 8]]))
[[0.6 0.8]
 [0.6 0.8]]
<NDArray 2x2 @cpu(0)>

nd.lamb_update_phase1
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.lamb_update_phase1(weight, grad, nd.zeros(2), nd.zeros(2), t=1, wd=0)
[0.9999999 0.9999999]
<NDArray 2 @cpu(0)>

nd.lamb_update_phase2
>>> weight, step = nd.array([3, 4]), nd.array([0, 1])
>>> nd.lamb_update_phase2(weight, step, weight.norm(), step.norm(), lr=0.1)
[3.  3.5]
<NDArray 2 @cpu(0)>

nd.LayerNorm
>>> nd.LayerNorm(nd.array([[1, 3], [10, 30]]), nd.ones(2), nd.zeros(2))
[[-0.999995  0.999995]
 [-1.        1.      ]]
<NDArray 2x2 @cpu(0)>

nd.LeakyReLU
>>> nd.LeakyReLU(nd.array([-4, 2]), slope=0.25)
[-1.  2.]
<NDArray 2 @cpu(0)>
>>> nd.LeakyReLU(nd.array([-1, 2]), act_type='gelu')
[-0.15865526  1.9544997 ]
<NDArray 2 @cpu(0)>

nd.lesser
>>> nd.lesser(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[1. 0. 0.]
<NDArray 3 @cpu(0)>

nd.lesser_equal
>>> nd.lesser_equal(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[1. 0. 1.]
<NDArray 3 @cpu(0)>

nd.linalg.det
>>> nd.linalg.det(nd.array([[4, 2], [2, 3]]))
[8.]
<NDArray 1 @cpu(0)>

nd.linalg.extractdiag
>>> nd.linalg.extractdiag(nd.array([[4, 2], [2, 3]]))
[4. 3.]
<NDArray 2 @cpu(0)>

nd.linalg.extracttrian
>>> nd.linalg.extracttrian(nd.array([[4, 2], [2, 3]]))
[4. 2. 3.]
<NDArray 3 @cpu(0)>

nd.linalg.gelqf
>>> q, l = nd.linalg.gelqf(nd.array([[3, 4]]))
>>> q
[[-0.6 -0.8]]
<NDArray 1x2 @cpu(0)>
>>> l
[[-5.]]
<NDArray 1x1 @cpu(0)>

nd.linalg.gemm
>>> nd.linalg.gemm(nd.ones((2, 3)), nd.ones((3, 2)), nd.ones((2, 2)), alpha=2, beta=10)
[[16. 16.]
 [16. 16.]]
<NDArray 2x2 @cpu(0)>

nd.linalg.gemm2
>>> nd.linalg.gemm2(nd.array([[1, 2]]), nd.array([[3, 4]]), transpose_b=True)
[[11.]]
<NDArray 1x1 @cpu(0)>

nd.linalg.inverse
>>> nd.linalg.inverse(nd.array([[2, 0], [0, 4]]))
[[0.5  0.  ]
 [0.   0.25]]
<NDArray 2x2 @cpu(0)>

nd.linalg.makediag
>>> nd.linalg.makediag(nd.array([1, 2]))
[[1. 0.]
 [0. 2.]]
<NDArray 2x2 @cpu(0)>

nd.linalg.maketrian
>>> nd.linalg.maketrian(nd.array([1, 2, 3]))
[[1. 0.]
 [2. 3.]]
<NDArray 2x2 @cpu(0)>

nd.linalg.potrf
>>> nd.linalg.potrf(nd.array([[4, 2], [2, 5]]))
[[2. 0.]
 [1. 2.]]
<NDArray 2x2 @cpu(0)>

nd.linalg.potri
>>> nd.linalg.potri(nd.array([[2, 0], [1, 2]]))
[[ 0.3125 -0.125 ]
 [-0.125   0.25  ]]
<NDArray 2x2 @cpu(0)>

nd.linalg.slogdet
>>> sign, logdet = nd.linalg.slogdet(nd.array([[4, 2], [2, 3]]))
>>> sign
[1.]
<NDArray 1 @cpu(0)>
>>> logdet
[2.0794415]
<NDArray 1 @cpu(0)>

nd.linalg.sumlogdiag
>>> nd.linalg.sumlogdiag(nd.array([[1, 5], [0, 1]]))
[0.]
<NDArray 1 @cpu(0)>

nd.linalg.syevd
>>> u, values = nd.linalg.syevd(nd.array([[2, 0], [0, 3]]))
>>> values
[2. 3.]
<NDArray 2 @cpu(0)>

nd.linalg.syrk
>>> nd.linalg.syrk(nd.array([[1, 2], [3, 4]]))
[[ 5. 11.]
 [11. 25.]]
<NDArray 2x2 @cpu(0)>

nd.linalg.trmm
>>> nd.linalg.trmm(nd.array([[1, 0], [2, 3]]), nd.array([[1], [1]]))
[[1.]
 [5.]]
<NDArray 2x1 @cpu(0)>

nd.linalg.trsm
>>> nd.linalg.trsm(nd.array([[2, 0], [1, 4]]), nd.array([[2], [5]]))
[[1.]
 [1.]]
<NDArray 2x1 @cpu(0)>

nd.linalg_det
>>> nd.linalg_det(nd.array([[4, 2], [2, 3]]))
[8.]
<NDArray 1 @cpu(0)>

nd.linalg_extractdiag
>>> nd.linalg_extractdiag(nd.array([[4, 2], [2, 3]]))
[4. 3.]
<NDArray 2 @cpu(0)>

nd.linalg_extracttrian
>>> nd.linalg_extracttrian(nd.array([[4, 2], [2, 3]]))
[4. 2. 3.]
<NDArray 3 @cpu(0)>

nd.linalg_gelqf
>>> q, l = nd.linalg_gelqf(nd.array([[3, 4]]))
>>> q
[[-0.6 -0.8]]
<NDArray 1x2 @cpu(0)>
>>> l
[[-5.]]
<NDArray 1x1 @cpu(0)>

nd.linalg_gemm
>>> nd.linalg_gemm(nd.ones((2, 3)), nd.ones((3, 2)), nd.ones((2, 2)), alpha=2, beta=10)
[[16. 16.]
 [16. 16.]]
<NDArray 2x2 @cpu(0)>

nd.linalg_gemm2
>>> nd.linalg_gemm2(nd.array([[1, 2]]), nd.array([[3, 4]]), transpose_b=True)
[[11.]]
<NDArray 1x1 @cpu(0)>

nd.linalg_inverse
>>> nd.linalg_inverse(nd.array([[2, 0], [0, 4]]))
[[0.5  0.  ]
 [0.   0.25]]
<NDArray 2x2 @cpu(0)>

nd.linalg_makediag
>>> nd.linalg_makediag(nd.array([1, 2]))
[[1. 0.]
 [0. 2.]]
<NDArray 2x2 @cpu(0)>

nd.linalg_maketrian
>>> nd.linalg_maketrian(nd.array([1, 2, 3]))
[[1. 0.]
 [2. 3.]]
<NDArray 2x2 @cpu(0)>

nd.linalg_potrf
>>> nd.linalg_potrf(nd.array([[4, 2], [2, 5]]))
[[2. 0.]
 [1. 2.]]
<NDArray 2x2 @cpu(0)>

nd.linalg_potri
>>> nd.linalg_potri(nd.array([[2, 0], [1, 2]]))
[[ 0.3125 -0.125 ]
 [-0.125   0.25  ]]
<NDArray 2x2 @cpu(0)>

nd.linalg_slogdet
>>> sign, logdet = nd.linalg_slogdet(nd.array([[4, 2], [2, 3]]))
>>> sign
[1.]
<NDArray 1 @cpu(0)>
>>> logdet
[2.0794415]
<NDArray 1 @cpu(0)>

nd.linalg_sumlogdiag
>>> nd.linalg_sumlogdiag(nd.array([[1, 5], [0, 1]]))
[0.]
<NDArray 1 @cpu(0)>

nd.linalg_syevd
>>> u, values = nd.linalg_syevd(nd.array([[2, 0], [0, 3]]))
>>> values
[2. 3.]
<NDArray 2 @cpu(0)>

nd.linalg_syrk
>>> nd.linalg_syrk(nd.array([[1, 2], [3, 4]]))
[[ 5. 11.]
 [11. 25.]]
<NDArray 2x2 @cpu(0)>

nd.linalg_trmm
>>> nd.linalg_trmm(nd.array([[1, 0], [2, 3]]), nd.array([[1], [1]]))
[[1.]
 [5.]]
<NDArray 2x1 @cpu(0)>

nd.linalg_trsm
>>> nd.linalg_trsm(nd.array([[2, 0], [1, 4]]), nd.array([[2], [5]]))
[[1.]
 [1.]]
<NDArray 2x1 @cpu(0)>

nd.LinearRegressionOutput
>>> x = nd.array([[1], [4]])
>>> x.attach_grad()
>>> with autograd.record():
...     y = nd.LinearRegressionOutput(x, nd.array([[0], [5]]))
>>> y.backward()
>>> y
[[1.]
 [4.]]
<NDArray 2x1 @cpu(0)>
>>> x.grad
[[ 1.]
 [-1.]]
<NDArray 2x1 @cpu(0)>

nd.linspace
>>> nd.linspace(0, 1, 5)
[0.   0.25 0.5  0.75 1.  ]
<NDArray 5 @cpu(0)>

nd.load
>>> nd.save('a.params', [nd.array([1, 2]), nd.ones(3)])
>>> len(nd.load('a.params'))
2

nd.load_frombuffer
>>> nd.save('a.params', [nd.array([1, 2])])
>>> with open('a.params', 'rb') as file:
...     arrays = nd.load_frombuffer(file.read())
>>> arrays[0]
[1. 2.]
<NDArray 2 @cpu(0)>

nd.log
>>> nd.log(nd.array([1, 2.7182817]))
[0. 1.]
<NDArray 2 @cpu(0)>

nd.log10
>>> nd.log10(nd.array([1, 1000]))
[0. 3.]
<NDArray 2 @cpu(0)>

nd.log1p
>>> nd.log1p(nd.array([0, 1e-4]))
[0.0000e+00 9.9995e-05]
<NDArray 2 @cpu(0)>

nd.log2
>>> nd.log2(nd.array([1, 8]))
[0. 3.]
<NDArray 2 @cpu(0)>

nd.log_softmax
>>> nd.log_softmax(nd.array([[1, 1], [0, 9]]))
[[-6.931472e-01 -6.931472e-01]
 [-9.000123e+00 -1.233740e-04]]
<NDArray 2x2 @cpu(0)>

nd.logical_and
>>> nd.logical_and(nd.array([1, 0, 0]), nd.array([1, 1, 0]))
[1. 0. 0.]
<NDArray 3 @cpu(0)>

nd.logical_not
>>> nd.logical_not(nd.array([0, 1, -2]))
[1. 0. 0.]
<NDArray 3 @cpu(0)>

nd.logical_or
>>> nd.logical_or(nd.array([1, 0, 0]), nd.array([1, 1, 0]))
[1. 1. 0.]
<NDArray 3 @cpu(0)>

nd.logical_xor
>>> nd.logical_xor(nd.array([1, 0, 0]), nd.array([1, 1, 0]))
[0. 1. 0.]
<NDArray 3 @cpu(0)>

nd.LogisticRegressionOutput
>>> nd.LogisticRegressionOutput(nd.array([[0], [2]]), nd.array([[0], [1]]))
[[0.5     ]
 [0.880797]]
<NDArray 2x1 @cpu(0)>

nd.LRN
>>> nd.LRN(nd.ones((1, 3, 1, 1)), nsize=3, alpha=1).reshape((3,))
[0.4792073  0.43869135 0.4792073 ]
<NDArray 3 @cpu(0)>

nd.MAERegressionOutput
>>> x = nd.array([[1], [4]])
>>> x.attach_grad()
>>> with autograd.record():
...     y = nd.MAERegressionOutput(x, nd.array([[0], [5]]))
>>> y.backward()
>>> x.grad
[[ 1.]
 [-1.]]
<NDArray 2x1 @cpu(0)>

nd.make_loss
>>> nd.make_loss(nd.array([1, 2]))
[1. 2.]
<NDArray 2 @cpu(0)>

nd.MakeLoss
>>> x = nd.array([1, 2])
>>> x.attach_grad()
>>> with autograd.record():
...     y = nd.MakeLoss(x * x)
>>> y.backward()
>>> x.grad
[2. 4.]
<NDArray 2 @cpu(0)>

nd.max
>>> nd.max(nd.array([[1, 2, 3], [4, 5, 6]]), axis=1)
[3. 6.]
<NDArray 2 @cpu(0)>

nd.maximum
>>> nd.maximum(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[2. 5. 3.]
<NDArray 3 @cpu(0)>

nd.mean
>>> nd.mean(nd.array([[1, 2, 3], [4, 5, 6]]), axis=1)
[2. 5.]
<NDArray 2 @cpu(0)>

nd.min
>>> nd.min(nd.array([[1, 2, 3], [4, 5, 6]]), axis=1)
[1. 4.]
<NDArray 2 @cpu(0)>

nd.minimum
>>> nd.minimum(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[1. 2. 3.]
<NDArray 3 @cpu(0)>

nd.modulo
>>> nd.modulo(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[1. 1. 0.]
<NDArray 3 @cpu(0)>

nd.moments
>>> mean, var = nd.moments(nd.array([[1, 2, 3], [4, 5, 6]]), axes=1)
>>> mean
[2. 5.]
<NDArray 2 @cpu(0)>
>>> var
[0.6666667 0.6666667]
<NDArray 2 @cpu(0)>

nd.moveaxis
>>> nd.moveaxis(nd.zeros((2, 3, 4)), 0, 2).shape
(3, 4, 2)

nd.mp_lamb_update_phase1
>>> weight = nd.array([1, 2], dtype='float16')
>>> grad, master = nd.array([10, 20], dtype='float16'), nd.array([1, 2])
>>> nd.mp_lamb_update_phase1(weight, grad, nd.zeros(2), nd.zeros(2), master, t=1, wd=0)
[0.9999999 0.9999999]
<NDArray 2 @cpu(0)>

nd.mp_lamb_update_phase2
>>> weight, master = nd.array([3, 4], dtype='float16'), nd.array([3, 4])
>>> step = nd.array([0, 1])
>>> nd.mp_lamb_update_phase2(weight, step, master.norm(), step.norm(), master, lr=0.1)
[3.  3.5]
<NDArray 2 @cpu(0)>

nd.mp_nag_mom_update
>>> weight = nd.array([1, 2], dtype='float16')
>>> grad, master = nd.array([10, 20], dtype='float16'), nd.array([1, 2])
>>> nd.mp_nag_mom_update(weight, grad, nd.zeros(2), master, lr=0.1, momentum=0.9, out=weight)
[-0.9 -1.8]
<NDArray 2 @cpu(0)>

nd.mp_sgd_mom_update
>>> weight = nd.array([1, 2], dtype='float16')
>>> grad, master = nd.array([10, 20], dtype='float16'), nd.array([1, 2])
>>> nd.mp_sgd_mom_update(weight, grad, nd.zeros(2), master, lr=0.1, momentum=0.9, out=weight)
[0. 0.]
<NDArray 2 @cpu(0)>

nd.mp_sgd_update
>>> weight = nd.array([1, 2], dtype='float16')
>>> grad, master = nd.array([10, 20], dtype='float16'), nd.array([1, 2])
>>> nd.mp_sgd_update(weight, grad, master, lr=0.1, out=weight)
[0. 0.]
<NDArray 2 @cpu(0)>
>>> master
[0. 0.]
<NDArray 2 @cpu(0)>

nd.multi_all_finite
>>> nd.multi_all_finite(nd.ones(2), nd.ones(3), num_arrays=2)
[1.]
<NDArray 1 @cpu(0)>

nd.multi_lars
>>> nd.multi_lars(nd.array([0.1]), nd.array([4]), nd.array([1]), nd.array([0]), eta=0.01, eps=0)
[0.002]
<NDArray 1 @cpu(0)>

nd.multi_mp_sgd_mom_update
>>> a, g = nd.array([1], dtype='float16'), nd.array([10], dtype='float16')
>>> nd.multi_mp_sgd_mom_update(a, g, nd.zeros(1), nd.array([1]), lrs=(0.1,), wds=(0,), num_weights=1)
[0.]
<NDArray 1 @cpu(0)>

nd.multi_mp_sgd_update
>>> a, g = nd.array([1], dtype='float16'), nd.array([10], dtype='float16')
>>> nd.multi_mp_sgd_update(a, g, nd.array([1]), lrs=(0.1,), wds=(0,), num_weights=1)
[0.]
<NDArray 1 @cpu(0)>

nd.multi_sgd_mom_update
>>> a, m = nd.array([1]), nd.zeros(1)
>>> nd.multi_sgd_mom_update(a, nd.array([10]), m, lrs=(0.1,), wds=(0,), momentum=0.9, num_weights=1)
[0.]
<NDArray 1 @cpu(0)>

nd.multi_sgd_update
>>> a, b = nd.array([1]), nd.array([2])
>>> new = nd.multi_sgd_update(a, nd.array([10]), b, nd.array([20]), lrs=(0.1, 0.1), wds=(0, 0), num_weights=2)
>>> new[1]
[0.]
<NDArray 1 @cpu(0)>

nd.multi_sum_sq
>>> nd.multi_sum_sq(nd.array([1, 2]), nd.array([3]), num_arrays=2)
[5. 9.]
<NDArray 2 @cpu(0)>

nd.multiply
>>> nd.multiply(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[ 2. 10.  9.]
<NDArray 3 @cpu(0)>

nd.nag_mom_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.nag_mom_update(weight, grad, nd.zeros(2), lr=0.1, momentum=0.9, out=weight)
[-0.9 -1.8]
<NDArray 2 @cpu(0)>

nd.nanprod
>>> nd.nanprod(nd.array([[1, 2, 3], [4, float('nan'), 6]]), axis=1)
[ 6. 24.]
<NDArray 2 @cpu(0)>

nd.nansum
>>> nd.nansum(nd.array([[1, 2, 3], [4, float('nan'), 6]]), axis=1)
[ 6. 10.]
<NDArray 2 @cpu(0)>

nd.NDArray
>>> x = nd.array([[1, 2], [3, 4]])
>>> x.shape, x.dtype.__name__, x.context
((2, 2), 'float32', cpu(0))
>>> x[:, 1] + 1
[3. 5.]
<NDArray 2 @cpu(0)>
>>> x.sum().asscalar()
np.float32(10.0)

nd.negative
>>> nd.negative(nd.array([1, -2]))
[-1.  2.]
<NDArray 2 @cpu(0)>

nd.norm
>>> nd.norm(nd.array([[3, 4], [6, 8]]), axis=1)
[ 5. 10.]
<NDArray 2 @cpu(0)>

nd.not_equal
>>> nd.not_equal(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[1. 1. 0.]
<NDArray 3 @cpu(0)>

nd.one_hot
>>> nd.one_hot(nd.array([1, 0]), depth=3)
[[0. 1. 0.]
 [1. 0. 0.]]
<NDArray 2x3 @cpu(0)>

nd.onehot_encode
>>> nd.onehot_encode(nd.array([1, 0]), nd.zeros((2, 3)))
[[0. 1. 0.]
 [1. 0. 0.]]
<NDArray 2x3 @cpu(0)>

nd.ones
>>> nd.ones((2, 3))
[[1. 1. 1.]
 [1. 1. 1.]]
<NDArray 2x3 @cpu(0)>

nd.ones_like
>>> nd.ones_like(nd.array([5, 6]))
[1. 1.]
<NDArray 2 @cpu(0)>

nd.pad
>>> nd.pad(nd.ones((1, 1, 2, 2)), mode='constant', pad_width=(0, 0, 0, 0, 1, 0, 0, 1), constant_value=5)
[[[[5. 5. 5.]
   [1. 1. 5.]
   [1. 1. 5.]]]]
<NDArray 1x1x3x3 @cpu(0)>

nd.pick
>>> nd.pick(nd.array([[1, 2], [3, 4]]), nd.array([1, 0]))
[2. 3.]
<NDArray 2 @cpu(0)>

nd.Pooling
>>> x = nd.arange(16).reshape((1, 1, 4, 4))
>>> nd.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type='max')
[[[[ 5.  7.]
   [13. 15.]]]]
<NDArray 1x1x2x2 @cpu(0)>
>>> nd.Pooling(x, global_pool=True, pool_type='avg')
[[[[7.5]]]]
<NDArray 1x1x1x1 @cpu(0)>

nd.power
>>> nd.power(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[ 1. 25. 27.]
<NDArray 3 @cpu(0)>

nd.preloaded_multi_mp_sgd_mom_update
>>> a, g = nd.array([1], dtype='float16'), nd.array([10], dtype='float16')
>>> lrs, wds = nd.array([0.1]), nd.array([0])
>>> nd.preloaded_multi_mp_sgd_mom_update(a, g, nd.zeros(1), nd.array([1]), lrs, wds, num_weights=1)
[0.]
<NDArray 1 @cpu(0)>

nd.preloaded_multi_mp_sgd_update
>>> a, g = nd.array([1], dtype='float16'), nd.array([10], dtype='float16')
>>> nd.preloaded_multi_mp_sgd_update(a, g, nd.array([1]), nd.array([0.1]), nd.array([0]), num_weights=1)
[0.]
<NDArray 1 @cpu(0)>

nd.preloaded_multi_sgd_mom_update
>>> lrs, wds = nd.array([0.1]), nd.array([0])
>>> nd.preloaded_multi_sgd_mom_update(nd.array([1]), nd.array([10]), nd.zeros(1), lrs, wds, num_weights=1)
[0.]
<NDArray 1 @cpu(0)>

nd.preloaded_multi_sgd_update
>>> lrs, wds = nd.array([0.1]), nd.array([0])
>>> nd.preloaded_multi_sgd_update(nd.array([1]), nd.array([10]), lrs, wds, num_weights=1)
[0.]
<NDArray 1 @cpu(0)>

nd.prod
>>> nd.prod(nd.array([[1, 2, 3], [4, 5, 6]]), axis=1)
[  6. 120.]
<NDArray 2 @cpu(0)>

nd.radians
>>> nd.radians(nd.array([0, 180]))
[0.        3.1415927]
<NDArray 2 @cpu(0)>

nd.random.exponential
>>> mx.random.seed(1)
>>> nd.random.exponential(scale=2, shape=(2, 3)).shape
(2, 3)

nd.random.exponential_like
>>> x = nd.random.exponential_like(nd.zeros((2, 3)), lam=2)
>>> x.shape, x.dtype.__name__
((2, 3), 'float32')

nd.random.gamma
>>> mx.random.seed(1)
>>> nd.random.gamma(alpha=2, beta=3, shape=(2, 3)).shape
(2, 3)

nd.random.gamma_like
>>> x = nd.random.gamma_like(nd.zeros((2, 3)), alpha=2, beta=1)
>>> x.shape, x.dtype.__name__
((2, 3), 'float32')

nd.random.generalized_negative_binomial
>>> mx.random.seed(1)
>>> nd.random.generalized_negative_binomial(mu=2, alpha=0.3, shape=(2, 3)).shape
(2, 3)

nd.random.generalized_negative_binomial_like
>>> x = nd.random.generalized_negative_binomial_like(nd.zeros((2, 3)), mu=2, alpha=0.5)
>>> x.shape, x.dtype.__name__
((2, 3), 'float32')

nd.random.multinomial
>>> nd.random.multinomial(nd.array([[0, 1, 0], [0, 0, 1]]))
[1 2]
<NDArray 2 @cpu(0)>

nd.random.negative_binomial
>>> mx.random.seed(1)
>>> nd.random.negative_binomial(k=3, p=0.4, shape=(2, 3)).shape
(2, 3)

nd.random.negative_binomial_like
>>> x = nd.random.negative_binomial_like(nd.zeros((2, 3)), k=3, p=0.5)
>>> x.shape, x.dtype.__name__
((2, 3), 'float32')

nd.random.normal
>>> mx.random.seed(1)
>>> nd.random.normal(loc=0, scale=1, shape=(2, 3)).shape
(2, 3)

nd.random.normal_like
>>> x = nd.random.normal_like(nd.zeros((2, 3)), loc=1, scale=2)
>>> x.shape, x.dtype.__name__
((2, 3), 'float32')

nd.random.pdf_dirichlet
>>> nd.random.pdf_dirichlet(nd.array([[0.3, 0.7]]), nd.array([[1, 1]]))
[1.]
<NDArray 1 @cpu(0)>

nd.random.pdf_exponential
>>> nd.random.pdf_exponential(nd.array([[0, 1]]), nd.array([2]))
[[2.         0.27067056]]
<NDArray 1x2 @cpu(0)>

nd.random.pdf_gamma
>>> nd.random.pdf_gamma(nd.array([[1, 2]]), nd.array([1]), nd.array([1]))
[[0.36787942 0.13533528]]
<NDArray 1x2 @cpu(0)>

nd.random.pdf_generalized_negative_binomial
>>> nd.random.pdf_generalized_negative_binomial(nd.array([[0, 1]]), nd.array([1]), nd.array([1]))
[[0.5  0.25]]
<NDArray 1x2 @cpu(0)>

nd.random.pdf_negative_binomial
>>> nd.random.pdf_negative_binomial(nd.array([[0, 1]]), nd.array([1]), nd.array([0.5]))
[[0.5  0.25]]
<NDArray 1x2 @cpu(0)>

nd.random.pdf_normal
>>> nd.random.pdf_normal(nd.array([[0, 1]]), nd.array([0]), nd.array([1]))
[[0.3989423  0.24197072]]
<NDArray 1x2 @cpu(0)>

nd.random.pdf_poisson
>>> nd.random.pdf_poisson(nd.array([[0, 1]]), nd.array([1]))
[[0.36787942 0.36787942]]
<NDArray 1x2 @cpu(0)>

nd.random.pdf_uniform
>>> nd.random.pdf_uniform(nd.array([[0, 1]]), nd.array([0]), nd.array([2]))
[[0.5 0.5]]
<NDArray 1x2 @cpu(0)>

nd.random.poisson
>>> mx.random.seed(1)
>>> nd.random.poisson(lam=4, shape=(2, 3)).shape
(2, 3)

nd.random.poisson_like
>>> x = nd.random.poisson_like(nd.zeros((2, 3)), lam=3)
>>> x.shape, x.dtype.__name__
((2, 3), 'float32')

nd.random.randint
>>> mx.random.seed(1)
>>> nd.random.randint(0, 10, shape=(2, 3)).shape
(2, 3)

nd.random.randn
>>> nd.random.randn(2, 3).shape
(2, 3)

nd.random.shuffle
>>> nd.random.shuffle(nd.arange(5)).sum()
[10.]
<NDArray 1 @cpu(0)>

nd.random.uniform
>>> mx.random.seed(1)
>>> nd.random.uniform(low=0, high=1, shape=(2, 3)).shape
(2, 3)

nd.random.uniform_like
>>> x = nd.random.uniform_like(nd.zeros((2, 3)), low=0, high=1)
>>> x.shape, x.dtype.__name__
((2, 3), 'float32')

nd.random_exponential
>>> nd.random_exponential(lam=2, shape=(2, 3)).shape
(2, 3)

nd.random_gamma
>>> nd.random_gamma(alpha=2, beta=3, shape=(2, 3)).shape
(2, 3)

nd.random_generalized_negative_binomial
>>> nd.random_generalized_negative_binomial(mu=2, alpha=0.3, shape=(2, 3)).shape
(2, 3)

nd.random_negative_binomial
>>> nd.random_negative_binomial(k=3, p=0.4, shape=(2, 3)).shape
(2, 3)

nd.random_normal
>>> nd.random_normal(loc=0, scale=1, shape=(2, 3)).shape
(2, 3)

nd.random_pdf_dirichlet
>>> nd.random_pdf_dirichlet(nd.array([[0.3, 0.7]]), nd.array([[1, 1]]))
[1.]
<NDArray 1 @cpu(0)>

nd.random_pdf_exponential
>>> nd.random_pdf_exponential(nd.array([[0, 1]]), nd.array([2]))
[[2.         0.27067056]]
<NDArray 1x2 @cpu(0)>

nd.random_pdf_gamma
>>> nd.random_pdf_gamma(nd.array([[1, 2]]), nd.array([1]), nd.array([1]))
[[0.36787942 0.13533528]]
<NDArray 1x2 @cpu(0)>

nd.random_pdf_generalized_negative_binomial
>>> nd.random_pdf_generalized_negative_binomial(nd.array([[0, 1]]), nd.array([1]), nd.array([1]))
[[0.5  0.25]]
<NDArray 1x2 @cpu(0)>

nd.random_pdf_negative_binomial
>>> nd.random_pdf_negative_binomial(nd.array([[0, 1]]), nd.array([1]), nd.array([0.5]))
[[0.5  0.25]]
<NDArray 1x2 @cpu(0)>

nd.random_pdf_normal
>>> nd.random_pdf_normal(nd.array([[0, 1]]), nd.array([0]), nd.array([1]))
[[0.3989423  0.24197072]]
<NDArray 1x2 @cpu(0)>

nd.random_pdf_poisson
>>> nd.random_pdf_poisson(nd.array([[0, 1]]), nd.array([1]))
[[0.36787942 0.36787942]]
<NDArray 1x2 @cpu(0)>

nd.random_pdf_uniform
>>> nd.random_pdf_uniform(nd.array([[0, 1]]), nd.array([0]), nd.array([2]))
[[0.5 0.5]]
<NDArray 1x2 @cpu(0)>

nd.random_poisson
>>> nd.random_poisson(lam=4, shape=(2, 3)).shape
(2, 3)

nd.random_randint
>>> nd.random_randint(low=0, high=10, shape=(2, 3)).shape
(2, 3)

nd.random_uniform
>>> nd.random_uniform(low=0, high=1, shape=(2, 3)).shape
(2, 3)

nd.ravel_multi_index
>>> nd.ravel_multi_index(nd.array([[0, 1], [2, 0]]), shape=(2, 3))
[2. 3.]
<NDArray 2 @cpu(0)>

nd.rcbrt
>>> nd.rcbrt(nd.array([8, 27]))
[0.5        0.33333337]
<NDArray 2 @cpu(0)>

nd.reciprocal
>>> nd.reciprocal(nd.array([1, 2, -4]))
[ 1.    0.5  -0.25]
<NDArray 3 @cpu(0)>

nd.relu
>>> nd.relu(nd.array([-1, 0, 2]))
[0. 0. 2.]
<NDArray 3 @cpu(0)>

nd.repeat
>>> nd.repeat(nd.array([1, 2]), repeats=2)
[1. 1. 2. 2.]
<NDArray 4 @cpu(0)>

nd.reset_arrays
>>> a = nd.ones(2)
>>> nd.reset_arrays(a, num_arrays=1)
[]
>>> a
[0. 0.]
<NDArray 2 @cpu(0)>

nd.reshape
>>> nd.reshape(nd.arange(6), shape=(2, -1))
[[0. 1. 2.]
 [3. 4. 5.]]
<NDArray 2x3 @cpu(0)>
>>> nd.reshape(nd.zeros((2, 3, 4)), shape=(0, -3)).shape
(2, 12)

nd.reshape_like
>>> nd.reshape_like(nd.arange(6), nd.zeros((3, 2)))
[[0. 1.]
 [2. 3.]
 [4. 5.]]
<NDArray 3x2 @cpu(0)>

nd.rint
>>> nd.rint(nd.array([0.5, 1.5, -1.2]))
[ 0.  1. -1.]
<NDArray 3 @cpu(0)>

nd.rmsprop_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.rmsprop_update(weight, grad, nd.zeros(2), lr=0.1, out=weight)
[0.55278647 1.5527865 ]
<NDArray 2 @cpu(0)>

nd.rmspropalex_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.rmspropalex_update(weight, grad, nd.zeros(2), nd.zeros(2), nd.zeros(2), lr=0.1, out=weight)
[0.5411686 1.5411686]
<NDArray 2 @cpu(0)>

nd.RNN
>>> x, state = nd.ones((5, 2, 3)), nd.zeros((1, 2, 4))  # 5 steps, batch 2
>>> weights = nd.ones(4 * 3 + 4 * 4 + 2 * 4) * 0.1
>>> nd.RNN(x, weights, state, state_size=4, num_layers=1, mode='rnn_tanh').shape
(5, 2, 4)

nd.ROIPooling
>>> x, roi = nd.arange(16).reshape((1, 1, 4, 4)), nd.array([[0, 0, 0, 1, 1]])
>>> nd.ROIPooling(x, roi, pooled_size=(1, 1), spatial_scale=1.0)
[[[[5.]]]]
<NDArray 1x1x1x1 @cpu(0)>

nd.round
>>> nd.round(nd.array([0.5, 1.5, -1.2]))
[ 1.  2. -1.]
<NDArray 3 @cpu(0)>

nd.rsqrt
>>> nd.rsqrt(nd.array([1, 4, 16]))
[1.   0.5  0.25]
<NDArray 3 @cpu(0)>

nd.sample_exponential
>>> nd.sample_exponential(nd.array([1, 100]), shape=(3,)).shape
(2, 3)

nd.sample_gamma
>>> nd.sample_gamma(nd.array([1, 2]), nd.array([1, 1]), shape=(3,)).shape
(2, 3)

nd.sample_generalized_negative_binomial
>>> nd.sample_generalized_negative_binomial(nd.array([1, 2]), nd.array([0.1, 0.2]), shape=(3,)).shape
(2, 3)

nd.sample_multinomial
>>> nd.sample_multinomial(nd.array([[0, 1, 0], [0, 0, 1]]))
[1 2]
<NDArray 2 @cpu(0)>

nd.sample_negative_binomial
>>> nd.sample_negative_binomial(nd.array([1, 2]), nd.array([0.1, 0.2]), shape=(3,)).shape
(2, 3)

nd.sample_normal
>>> nd.sample_normal(nd.array([0, 100]), nd.array([1, 1]), shape=(3,)).shape
(2, 3)

nd.sample_poisson
>>> nd.sample_poisson(nd.array([1, 100]), shape=(3,)).shape
(2, 3)

nd.sample_uniform
>>> nd.sample_uniform(nd.array([0, 5]), nd.array([1, 6]), shape=(3,)).shape
(2, 3)

nd.save
>>> nd.save('a.params', {'w': nd.array([1, 2])})
>>> nd.load('a.params')['w']
[1. 2.]
<NDArray 2 @cpu(0)>

nd.scatter_nd
>>> nd.scatter_nd(nd.array([7, 8]), nd.array([[0, 1], [1, 0]]), shape=(2, 2))
[[0. 7.]
 [8. 0.]]
<NDArray 2x2 @cpu(0)>

nd.SequenceLast
>>> x = nd.array([[[1], [10]], [[2], [20]], [[3], [30]]])  # (steps, batch, features)
>>> nd.SequenceLast(x, nd.array([1, 3]), use_sequence_length=True)
[[ 1.]
 [30.]]
<NDArray 2x1 @cpu(0)>

nd.SequenceMask
>>> x = nd.array([[[1], [10]], [[2], [20]], [[3], [30]]])  # (steps, batch, features)
>>> nd.SequenceMask(x, nd.array([1, 3]), use_sequence_length=True).squeeze()
[[ 1. 10.]
 [ 0. 20.]
 [ 0. 30.]]
<NDArray 3x2 @cpu(0)>

nd.SequenceReverse
>>> x = nd.array([[[1], [10]], [[2], [20]], [[3], [30]]])  # (steps, batch, features)
>>> nd.SequenceReverse(x, nd.array([2, 3]), use_sequence_length=True).squeeze()
[[ 2. 30.]
 [ 1. 20.]
 [ 3. 10.]]
<NDArray 3x2 @cpu(0)>

nd.sgd_mom_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> momentum = nd.zeros(2)
>>> nd.sgd_mom_update(weight, grad, momentum, lr=0.1, momentum=0.9, out=weight)
[0. 0.]
<NDArray 2 @cpu(0)>
>>> momentum
[-1. -2.]
<NDArray 2 @cpu(0)>

nd.sgd_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.sgd_update(weight, grad, lr=0.1, out=weight)
[0. 0.]
<NDArray 2 @cpu(0)>

nd.shape_array
>>> nd.shape_array(nd.array([[1, 2, 3]]))
[1 3]
<NDArray 2 @cpu(0)>

nd.shuffle
>>> nd.shuffle(nd.arange(5)).sum()
[10.]
<NDArray 1 @cpu(0)>

nd.sigmoid
>>> nd.sigmoid(nd.array([-1, 0, 1]))
[0.2689414 0.5       0.7310586]
<NDArray 3 @cpu(0)>

nd.sign
>>> nd.sign(nd.array([-3, 0, 2]))
[-1.  0.  1.]
<NDArray 3 @cpu(0)>

nd.signsgd_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.signsgd_update(weight, grad, lr=0.1, out=weight)
[0.9 1.9]
<NDArray 2 @cpu(0)>

nd.signum_update
>>> weight, grad = nd.array([1, 2]), nd.array([10, 20])
>>> nd.signum_update(weight, grad, nd.zeros(2), lr=0.1, momentum=0.9, out=weight)
[0.9 1.9]
<NDArray 2 @cpu(0)>

nd.sin
>>> nd.sin(nd.array([0, 1.5707963]))
[0. 1.]
<NDArray 2 @cpu(0)>

nd.sinh
>>> nd.sinh(nd.array([0, 1]))
[0.        1.1752012]
<NDArray 2 @cpu(0)>

nd.size_array
>>> nd.size_array(nd.array([[1, 2, 3]]))
[3]
<NDArray 1 @cpu(0)>

nd.slice
>>> nd.slice(nd.arange(12).reshape((3, 4)), begin=(0, 1), end=(2, 3))
[[1. 2.]
 [5. 6.]]
<NDArray 2x2 @cpu(0)>

nd.slice_axis
>>> nd.slice_axis(nd.arange(12).reshape((3, 4)), axis=1, begin=1, end=3)
[[ 1.  2.]
 [ 5.  6.]
 [ 9. 10.]]
<NDArray 3x2 @cpu(0)>

nd.slice_like
>>> nd.slice_like(nd.arange(12).reshape((3, 4)), nd.zeros((2, 2)))
[[0. 1.]
 [4. 5.]]
<NDArray 2x2 @cpu(0)>

nd.smooth_l1
>>> nd.smooth_l1(nd.array([-2, -0.5, 0, 0.5, 2]), scalar=1)
[1.5   0.125 0.    0.125 1.5  ]
<NDArray 5 @cpu(0)>

nd.softmax
>>> nd.softmax(nd.array([[1, 1], [0, 9]]))
[[5.0000000e-01 5.0000000e-01]
 [1.2339458e-04 9.9987662e-01]]
<NDArray 2x2 @cpu(0)>

nd.softmax_cross_entropy
>>> nd.softmax_cross_entropy(nd.array([[1, 1], [0, 9]]), nd.array([0, 1]))
[0.69327056]
<NDArray 1 @cpu(0)>

nd.SoftmaxActivation
>>> nd.SoftmaxActivation(nd.array([[1, 1], [0, 9]]))
[[5.0000000e-01 5.0000000e-01]
 [1.2339458e-04 9.9987662e-01]]
<NDArray 2x2 @cpu(0)>

nd.SoftmaxOutput
>>> x = nd.array([[0, 0], [0, 9]])
>>> x.attach_grad()
>>> with autograd.record():
...     y = nd.SoftmaxOutput(x, nd.array([1, 1]))
>>> y.backward()
>>> y
[[5.0000000e-01 5.0000000e-01]
 [1.2339458e-04 9.9987662e-01]]
<NDArray 2x2 @cpu(0)>
>>> x.grad
[[ 5.0000000e-01 -5.0000000e-01]
 [ 1.2339458e-04 -1.2338161e-04]]
<NDArray 2x2 @cpu(0)>

nd.softmin
>>> nd.softmin(nd.array([[1, 1], [0, 9]]))
[[5.0000000e-01 5.0000000e-01]
 [9.9987662e-01 1.2339458e-04]]
<NDArray 2x2 @cpu(0)>

nd.softsign
>>> nd.softsign(nd.array([-1, 0, 3]))
[-0.5   0.    0.75]
<NDArray 3 @cpu(0)>

nd.sort
>>> nd.sort(nd.array([3, 1, 2]), is_ascend=False)
[3. 2. 1.]
<NDArray 3 @cpu(0)>

nd.space_to_depth
>>> nd.space_to_depth(nd.arange(4).reshape((1, 1, 2, 2)), block_size=2).shape
(1, 4, 1, 1)

nd.sparse.abs
>>> x = nd.array([[0, -3]]).tostype('csr')
>>> y = nd.sparse.abs(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 3.0]])

nd.sparse.adagrad_update
>>> w = nd.ones((2, 2))
>>> g = nd.array([[0, 0], [1, 1]]).tostype('row_sparse')
>>> h = nd.zeros((2, 2))
>>> nd.sparse.adagrad_update(w, g, h, lr=0.1, out=w)
[[1.  1. ]
 [0.9 0.9]]
<NDArray 2x2 @cpu(0)>

nd.sparse.adam_update
>>> w = nd.ones((2, 2))
>>> g = nd.array([[0, 0], [1, 1]]).tostype('row_sparse')
>>> mean, var = nd.zeros((2, 2)), nd.zeros((2, 2))
>>> nd.sparse.adam_update(w, g, mean, var, lr=0.1, out=w)
[[1.         1.        ]
 [0.68377024 0.68377024]]
<NDArray 2x2 @cpu(0)>

nd.sparse.add
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.add(x, nd.array([[2, 0], [0, 4]]).tostype('csr'))
>>> y.stype, y.asnumpy().tolist()
('csr', [[2.0, 6.0], [0.0, 12.0]])

nd.sparse.add_n
>>> x = nd.array([[0, 0], [1, 2]]).tostype('row_sparse')
>>> y = nd.sparse.add_n(x, x, x)
>>> y.stype, y.asnumpy().tolist()
('row_sparse', [[0.0, 0.0], [3.0, 6.0]])

nd.sparse.arccos
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.arccos(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[1.5707963705062866, 0.0]])

nd.sparse.arccosh
>>> x = nd.array([[1, 2]]).tostype('csr')
>>> y = nd.sparse.arccosh(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[0.0, 1.316957950592041]])

nd.sparse.arcsin
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.arcsin(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 1.5707963705062866]])

nd.sparse.arcsinh
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.arcsinh(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.8813735842704773]])

nd.sparse.arctan
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.arctan(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.7853981852531433]])

nd.sparse.arctanh
>>> x = nd.array([[0, 0.5]]).tostype('csr')
>>> y = nd.sparse.arctanh(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.5493061542510986]])

nd.sparse.array
>>> import scipy.sparse
>>> nd.sparse.array(scipy.sparse.csr_matrix([[0, 1]])).stype
'csr'

nd.sparse.BaseSparseNDArray
>>> x = nd.sparse.zeros('csr', (2, 3))
>>> isinstance(x, nd.sparse.BaseSparseNDArray)
True

nd.sparse.broadcast_add
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.broadcast_add(x, nd.array([[2], [4]]))
>>> y.stype, y.asnumpy().tolist()
('default', [[2.0, 8.0], [4.0, 12.0]])

nd.sparse.broadcast_div
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.broadcast_div(x, nd.array([[2], [4]]))
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 3.0], [0.0, 2.0]])

nd.sparse.broadcast_minus
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.broadcast_minus(x, nd.array([[2], [4]]))
>>> y.stype, y.asnumpy().tolist()
('default', [[-2.0, 4.0], [-4.0, 4.0]])

nd.sparse.broadcast_mul
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.broadcast_mul(x, nd.array([[2], [4]]))
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 12.0], [0.0, 32.0]])

nd.sparse.cbrt
>>> x = nd.array([[0, 8]]).tostype('csr')
>>> y = nd.sparse.cbrt(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 2.0]])

nd.sparse.ceil
>>> x = nd.array([[0, 1.2]]).tostype('csr')
>>> y = nd.sparse.ceil(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 2.0]])

nd.sparse.clip
>>> x = nd.array([[0, 9]]).tostype('csr')
>>> y = nd.sparse.clip(x, 0, 5)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 5.0]])

nd.sparse.concat
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.concat(x, x, dim=0)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 1.0], [0.0, 1.0]])

nd.sparse.cos
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.cos(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[1.0, 0.5403022766113281]])

nd.sparse.cosh
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.cosh(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[1.0, 1.5430806875228882]])

nd.sparse.csr_matrix
>>> m = nd.sparse.csr_matrix(([7, 8], [2, 0], [0, 1, 2]), shape=(2, 3))
>>> m.asnumpy()
array([[0., 0., 7.],
       [8., 0., 0.]], dtype=float32)
>>> m.indices.asnumpy()
array([2, 0])

nd.sparse.CSRNDArray
>>> x = nd.array([[0, 5], [7, 0]]).tostype('csr')
>>> x.data.asnumpy().tolist(), x.indices.asnumpy().tolist(), x.indptr.asnumpy().tolist()
([5.0, 7.0], [1, 0], [0, 1, 2])
>>> nd.dot(x, nd.array([[1], [2]]))
[[10.]
 [ 7.]]
<NDArray 2x1 @cpu(0)>

nd.sparse.degrees
>>> x = nd.array([[0, 3]]).tostype('csr')
>>> y = nd.sparse.degrees(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 171.88734436035156]])

nd.sparse.divide
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.divide(x, nd.array([[2], [4]]))
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 3.0], [0.0, 2.0]])

nd.sparse.dot
>>> m = nd.sparse.csr_matrix(([7, 8], [2, 0], [0, 1, 2]), shape=(2, 3))
>>> nd.sparse.dot(m, nd.ones((3, 1)))
[[7.]
 [8.]]
<NDArray 2x1 @cpu(0)>

nd.sparse.elemwise_add
>>> x = nd.array([[0, 0], [1, 2]]).tostype('row_sparse')
>>> y = nd.sparse.elemwise_add(x, x)
>>> y.stype, y.asnumpy().tolist()
('row_sparse', [[0.0, 0.0], [2.0, 4.0]])

nd.sparse.elemwise_div
>>> x = nd.array([[1, 2]]).tostype('csr')
>>> y = nd.sparse.elemwise_div(x, x)
>>> y.stype, y.asnumpy().tolist()
('default', [[1.0, 1.0]])

nd.sparse.elemwise_mul
>>> x = nd.array([[0, 0], [1, 2]]).tostype('row_sparse')
>>> y = nd.sparse.elemwise_mul(x, x)
>>> y.stype, y.asnumpy().tolist()
('row_sparse', [[0.0, 0.0], [1.0, 4.0]])

nd.sparse.elemwise_sub
>>> x = nd.array([[0, 0], [1, 2]]).tostype('row_sparse')
>>> y = nd.sparse.elemwise_sub(x, x)
>>> y.stype, y.asnumpy().tolist()
('row_sparse', [[0.0, 0.0], [0.0, 0.0]])

nd.sparse.Embedding
>>> table = nd.array([[1, 2], [3, 4]]).tostype('row_sparse')
>>> nd.sparse.Embedding(nd.array([1, 0]), table, input_dim=2, output_dim=2)
[[3. 4.]
 [1. 2.]]
<NDArray 2x2 @cpu(0)>

nd.sparse.empty
>>> nd.sparse.empty('csr', (2, 3)).shape
(2, 3)

nd.sparse.exp
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.exp(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[1.0, 2.7182819843292236]])

nd.sparse.expm1
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.expm1(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 1.718281865119934]])

nd.sparse.fix
>>> x = nd.array([[0, -1.7]]).tostype('csr')
>>> y = nd.sparse.fix(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, -1.0]])

nd.sparse.floor
>>> x = nd.array([[0, 1.7]]).tostype('csr')
>>> y = nd.sparse.floor(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 1.0]])

nd.sparse.ftrl_update
>>> w = nd.ones((2, 2))
>>> g = nd.array([[0, 0], [1, 1]]).tostype('row_sparse')
>>> z, n = nd.zeros((2, 2)), nd.zeros((2, 2))
>>> nd.sparse.ftrl_update(w, g, z, n, lr=0.1, out=w)
[[0.     0.    ]
 [0.4495 0.4495]]
<NDArray 2x2 @cpu(0)>

nd.sparse.FullyConnected
>>> w = nd.array([[1, 2], [0, 0]]).tostype('row_sparse')
>>> nd.sparse.FullyConnected(nd.array([[1, 1]]), w, num_hidden=2, no_bias=True)
[[3. 0.]]
<NDArray 1x2 @cpu(0)>

nd.sparse.gamma
>>> x = nd.array([[1, 4]]).tostype('csr')
>>> y = nd.sparse.gamma(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[1.0, 6.0]])

nd.sparse.gammaln
>>> x = nd.array([[1, 4]]).tostype('csr')
>>> y = nd.sparse.gammaln(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[0.0, 1.7917594909667969]])

nd.sparse.gs_retain
>>> x = nd.array([[1, 2], [3, 4]]).tostype('row_sparse')
>>> y = nd.sparse.gs_retain(x, nd.array([1]))
>>> y.indices.asnumpy().tolist(), y.data.asnumpy().tolist()
([1], [[3.0, 4.0]])

nd.sparse.LinearRegressionOutput
>>> x, y = nd.array([[2, -1]]), nd.array([[0, 1]]).tostype('csr')
>>> x.attach_grad()
>>> with autograd.record():
...     out = nd.sparse.LinearRegressionOutput(x, y)
>>> out.backward()
>>> x.grad
[[ 1. -1.]]
<NDArray 1x2 @cpu(0)>

nd.sparse.log
>>> x = nd.array([[1, 2]]).tostype('csr')
>>> y = nd.sparse.log(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[0.0, 0.6931471824645996]])

nd.sparse.log10
>>> x = nd.array([[1, 100]]).tostype('csr')
>>> y = nd.sparse.log10(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[0.0, 2.0]])

nd.sparse.log1p
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.log1p(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.6931471824645996]])

nd.sparse.log2
>>> x = nd.array([[1, 8]]).tostype('csr')
>>> y = nd.sparse.log2(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[0.0, 3.0]])

nd.sparse.LogisticRegressionOutput
>>> x, y = nd.array([[2, -1]]), nd.array([[0, 1]]).tostype('csr')
>>> x.attach_grad()
>>> with autograd.record():
...     out = nd.sparse.LogisticRegressionOutput(x, y)
>>> out.backward()
>>> x.grad
[[ 0.4403985 -0.3655293]]
<NDArray 1x2 @cpu(0)>

nd.sparse.MAERegressionOutput
>>> x, y = nd.array([[2, -1]]), nd.array([[0, 1]]).tostype('csr')
>>> x.attach_grad()
>>> with autograd.record():
...     out = nd.sparse.MAERegressionOutput(x, y)
>>> out.backward()
>>> x.grad
[[ 0.5 -0.5]]
<NDArray 1x2 @cpu(0)>

nd.sparse.make_loss
>>> x = nd.array([[0, 2]]).tostype('csr')
>>> y = nd.sparse.make_loss(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 2.0]])

nd.sparse.mean
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> nd.sparse.mean(x, axis=0)
[0. 7.]
<NDArray 2 @cpu(0)>

nd.sparse.multiply
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.multiply(x, nd.array([[2, 0], [0, 4]]).tostype('csr'))
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.0], [0.0, 32.0]])

nd.sparse.negative
>>> x = nd.array([[0, 2]]).tostype('csr')
>>> y = nd.sparse.negative(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, -2.0]])

nd.sparse.norm
>>> nd.sparse.norm(nd.array([[3, 0], [0, 4]]).tostype('csr'))
[5.]
<NDArray 1 @cpu(0)>

nd.sparse.radians
>>> x = nd.array([[0, 180]]).tostype('csr')
>>> y = nd.sparse.radians(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 3.1415927410125732]])

nd.sparse.relu
>>> x = nd.array([[0, -2, 3]]).tostype('csr')
>>> y = nd.sparse.relu(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.0, 3.0]])

nd.sparse.retain
>>> r = nd.sparse.row_sparse_array(([[1], [2]], [0, 2]), shape=(3, 1))
>>> nd.sparse.retain(r, nd.array([2])).asnumpy()
array([[0.],
       [0.],
       [2.]], dtype=float32)

nd.sparse.rint
>>> x = nd.array([[0, 1.7]]).tostype('csr')
>>> y = nd.sparse.rint(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 2.0]])

nd.sparse.round
>>> x = nd.array([[0, 1.5]]).tostype('csr')
>>> y = nd.sparse.round(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 2.0]])

nd.sparse.row_sparse_array
>>> r = nd.sparse.row_sparse_array(([[1, 2]], [1]), shape=(3, 2))
>>> r.asnumpy()
array([[0., 0.],
       [1., 2.],
       [0., 0.]], dtype=float32)
>>> r.indices.asnumpy()
array([1])

nd.sparse.RowSparseNDArray
>>> x = nd.array([[0, 0], [1, 2]]).tostype('row_sparse')
>>> x.indices.asnumpy().tolist(), x.data.asnumpy().tolist()
([1], [[1.0, 2.0]])

nd.sparse.rsqrt
>>> x = nd.array([[1, 4]]).tostype('csr')
>>> y = nd.sparse.rsqrt(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[1.0, 0.5]])

nd.sparse.sgd_mom_update
>>> w = nd.ones((2, 2))
>>> g = nd.array([[0, 0], [1, 1]]).tostype('row_sparse')
>>> m = nd.zeros((2, 2))
>>> nd.sparse.sgd_mom_update(w, g, m, lr=0.5, momentum=0.9, out=w)
[[1.  1. ]
 [0.5 0.5]]
<NDArray 2x2 @cpu(0)>

nd.sparse.sgd_update
>>> w = nd.ones((2, 2))
>>> g = nd.array([[0, 0], [1, 1]]).tostype('row_sparse')
>>> nd.sparse.sgd_update(w, g, lr=0.5, out=w)
[[1.  1. ]
 [0.5 0.5]]
<NDArray 2x2 @cpu(0)>

nd.sparse.sigmoid
>>> x = nd.array([[0, 2]]).tostype('csr')
>>> y = nd.sparse.sigmoid(x)
>>> y.stype, y.asnumpy().tolist()
('default', [[0.5, 0.8807970285415649]])

nd.sparse.sign
>>> x = nd.array([[0, -2]]).tostype('csr')
>>> y = nd.sparse.sign(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, -1.0]])

nd.sparse.sin
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.sin(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.8414710164070129]])

nd.sparse.sinh
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.sinh(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 1.175201177597046]])

nd.sparse.slice
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.slice(x, begin=(1,), end=(2,))
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 8.0]])

nd.sparse.sqrt
>>> x = nd.array([[0, 4]]).tostype('csr')
>>> y = nd.sparse.sqrt(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 2.0]])

nd.sparse.square
>>> x = nd.array([[0, 3]]).tostype('csr')
>>> y = nd.sparse.square(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 9.0]])

nd.sparse.stop_gradient
>>> x = nd.array([[0, 3]]).tostype('csr')
>>> y = nd.sparse.stop_gradient(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 3.0]])

nd.sparse.subtract
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> y = nd.sparse.subtract(x, nd.array([[2, 0], [0, 4]]).tostype('csr'))
>>> y.stype, y.asnumpy().tolist()
('csr', [[-2.0, 6.0], [0.0, 4.0]])

nd.sparse.sum
>>> x = nd.array([[0, 6], [0, 8]]).tostype('csr')
>>> nd.sparse.sum(x, axis=1)
[6. 8.]
<NDArray 2 @cpu(0)>

nd.sparse.tan
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.tan(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 1.5574077367782593]])

nd.sparse.tanh
>>> x = nd.array([[0, 1]]).tostype('csr')
>>> y = nd.sparse.tanh(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.7615941762924194]])

nd.sparse.trunc
>>> x = nd.array([[0, 1.7]]).tostype('csr')
>>> y = nd.sparse.trunc(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 1.0]])

nd.sparse.where
>>> c = nd.array([[1, 0]]).tostype('csr')
>>> nd.sparse.where(c, nd.array([[1, 2]]), nd.array([[3, 4]]))
[[1. 4.]]
<NDArray 1x2 @cpu(0)>

nd.sparse.zeros
>>> nd.sparse.zeros('csr', (2, 3))
<CSRNDArray 2x3 @cpu(0)>

nd.sparse.zeros_like
>>> x = nd.array([[0, 3]]).tostype('csr')
>>> y = nd.sparse.zeros_like(x)
>>> y.stype, y.asnumpy().tolist()
('csr', [[0.0, 0.0]])

nd.SpatialTransformer
>>> nd.SpatialTransformer(nd.arange(4).reshape((1, 1, 2, 2)), nd.array([[1, 0, 0, 0, 1, 0]]), target_shape=(2, 2),
...     transform_type='affine', sampler_type='bilinear')
[[[[0. 1.]
   [2. 3.]]]]
<NDArray 1x1x2x2 @cpu(0)>

nd.split
>>> a, b = nd.split(nd.array([[1, 2], [3, 4]]), num_outputs=2, axis=1)
>>> a
[[1.]
 [3.]]
<NDArray 2x1 @cpu(0)>

nd.split_v2
>>> a, b = nd.split_v2(nd.arange(5), (2,))
>>> a
[0. 1.]
<NDArray 2 @cpu(0)>
>>> b
[2. 3. 4.]
<NDArray 3 @cpu(0)>

nd.sqrt
>>> nd.sqrt(nd.array([1, 4, 9]))
[1. 2. 3.]
<NDArray 3 @cpu(0)>

nd.square
>>> nd.square(nd.array([-3, 2]))
[9. 4.]
<NDArray 2 @cpu(0)>

nd.squeeze
>>> nd.squeeze(nd.zeros((1, 3, 1))).shape
(3,)

nd.stack
>>> nd.stack(nd.array([1, 2]), nd.array([3, 4]), axis=0)
[[1. 2.]
 [3. 4.]]
<NDArray 2x2 @cpu(0)>

nd.subtract
>>> nd.subtract(nd.array([1, 5, 3]), nd.array([2, 2, 3]))
[-1.  3.  0.]
<NDArray 3 @cpu(0)>

nd.sum
>>> nd.sum(nd.array([[1, 2, 3], [4, 5, 6]]), axis=1)
[ 6. 15.]
<NDArray 2 @cpu(0)>
>>> nd.sum(nd.array([[1, 2, 3], [4, 5, 6]]), axis=0, keepdims=True)
[[5. 7. 9.]]
<NDArray 1x3 @cpu(0)>

nd.SVMOutput
>>> x = nd.array([[1, 2, 0]])
>>> x.attach_grad()
>>> with autograd.record():
...     y = nd.SVMOutput(x, nd.array([1]), use_linear=True)
>>> y.backward()
>>> x.grad
[[ 1. -0.  1.]]
<NDArray 1x3 @cpu(0)>

nd.swapaxes
>>> nd.swapaxes(nd.zeros((2, 3, 4)), 0, 2).shape
(4, 3, 2)

nd.take
>>> nd.take(nd.array([[1, 2], [3, 4], [5, 6]]), nd.array([2, 0]))
[[5. 6.]
 [1. 2.]]
<NDArray 2x2 @cpu(0)>

nd.tan
>>> nd.tan(nd.array([0, 0.7853982]))
[0. 1.]
<NDArray 2 @cpu(0)>

nd.tanh
>>> nd.tanh(nd.array([-1, 0, 1]))
[-0.7615942  0.         0.7615942]
<NDArray 3 @cpu(0)>

nd.tile
>>> nd.tile(nd.array([1, 2]), reps=(2, 2))
[[1. 2. 1. 2.]
 [1. 2. 1. 2.]]
<NDArray 2x4 @cpu(0)>

nd.to_dlpack_for_read
>>> nd.from_dlpack(nd.to_dlpack_for_read(nd.array([1, 2])))
[1. 2.]
<NDArray 2 @cpu(0)>

nd.to_dlpack_for_write
>>> nd.from_dlpack(nd.to_dlpack_for_write(nd.array([1, 2])))
[1. 2.]
<NDArray 2 @cpu(0)>

nd.topk
>>> nd.topk(nd.array([3, 1, 2]), k=2)
[0. 2.]
<NDArray 2 @cpu(0)>
>>> nd.topk(nd.array([3, 1, 2]), k=2, ret_typ='value')
[3. 2.]
<NDArray 2 @cpu(0)>

nd.transpose
>>> nd.transpose(nd.array([[1, 2], [3, 4]]))
[[1. 3.]
 [2. 4.]]
<NDArray 2x2 @cpu(0)>
>>> nd.transpose(nd.zeros((2, 3, 4)), axes=(1, 0, 2)).shape
(3, 2, 4)

nd.trunc
>>> nd.trunc(nd.array([-1.7, 1.7]))
[-1.  1.]
<NDArray 2 @cpu(0)>

nd.unravel_index
>>> nd.unravel_index(nd.array([2, 3]), shape=(2, 3))
[[0. 1.]
 [2. 0.]]
<NDArray 2x2 @cpu(0)>

nd.UpSampling
>>> nd.UpSampling(nd.array([[[[1, 2]]]]), scale=2, sample_type='nearest')
[[[[1. 1. 2. 2.]
   [1. 1. 2. 2.]]]]
<NDArray 1x1x2x4 @cpu(0)>

nd.waitall
>>> y = nd.ones(3) * 2
>>> nd.waitall()  # y is there now

nd.where
>>> nd.where(nd.array([1, 0]), nd.array([1, 2]), nd.array([10, 20]))
[ 1. 20.]
<NDArray 2 @cpu(0)>

nd.zeros
>>> nd.zeros((2, 3), dtype='int32')
[[0 0 0]
 [0 0 0]]
<NDArray 2x3 @cpu(0)>

nd.zeros_like
>>> nd.zeros_like(nd.array([5, 6]))
[0. 0.]
<NDArray 2 @cpu(0)>

np.abs
>>> np.abs(np.array([-1, 2]))
array([1., 2.])

np.absolute
>>> np.absolute(np.array([-1, 2]))
array([1., 2.])

np.add
>>> np.add(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([3., 7., 6.])

np.all
>>> np.all(np.array([1, 0]))
array(False)

np.allclose
>>> np.allclose(np.array([1.]), np.array([1.0000001]))
True

np.alltrue
>>> np.alltrue(np.array([1, 1, 0]))
np.False_

np.any
>>> np.any(np.array([1, 0]))
array(True)

np.append
>>> np.append(np.array([1, 2]), np.array([3]))
array([1., 2., 3.])

np.apply_along_axis
>>> np.apply_along_axis(lambda row: row.max() - row.min(), 1, np.array([[1, 5], [2, 9]]))
array([4., 7.])

np.apply_over_axes
>>> import numpy
>>> np.apply_over_axes(numpy.sum, np.ones((2, 3)), [0, 1])
array([[6.]])

np.arange
>>> np.arange(4)
array([0., 1., 2., 3.])

np.arccos
>>> np.arccos(np.array([-1, 1]))
array([3.1415927, 0.       ])

np.arccosh
>>> np.arccosh(np.array([1, 2]))
array([0.      , 1.316958])

np.arcsin
>>> np.arcsin(np.array([-1, 1]))
array([-1.5707964,  1.5707964])

np.arcsinh
>>> np.arcsinh(np.array([0, 1]))
array([0.       , 0.8813736])

np.arctan
>>> np.arctan(np.array([0, 1]))
array([0.       , 0.7853982])

np.arctan2
>>> np.arctan2(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([0.46364763, 1.19029   , 0.7853981 ])

np.arctanh
>>> np.arctanh(np.array([0, 0.5]))
array([0.        , 0.54930615])

np.argmax
>>> np.argmax(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([2, 2], dtype=int64)

np.argmin
>>> np.argmin(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([0, 0], dtype=int64)

np.argpartition
>>> np.argpartition(np.array([3, 1, 2]), 0)[0]
array(1, dtype=int64)

np.argsort
>>> np.argsort(np.array([3, 1, 2]))
array([1, 2, 0], dtype=int64)

np.argwhere
>>> np.argwhere(np.array([0, 3, 4]))
array([[1],
       [2]], dtype=int64)

np.around
>>> np.around(np.array([1.26, -1.25]), 1)
array([ 1.3, -1.2])

np.array
>>> np.array([[1, 2], [3, 4]])
array([[1., 2.],
       [3., 4.]])
>>> np.array([1, 2], dtype='int32')
array([1, 2], dtype=int32)

np.array_equal
>>> np.array_equal(np.array([1]), np.array([1]))
True

np.array_equiv
>>> np.array_equiv(np.array([1, 1]), np.array([[1, 1], [1, 1]]))
True

np.array_split
>>> [part.tolist() for part in np.array_split(np.arange(5), 2)]
[[0.0, 1.0, 2.0], [3.0, 4.0]]

np.asarray
>>> np.asarray([1, 2])
array([1., 2.])

np.atleast_1d
>>> np.atleast_1d(np.array(3.)).shape
(1,)

np.atleast_2d
>>> np.atleast_2d(np.array([1, 2])).shape
(1, 2)

np.atleast_3d
>>> np.atleast_3d(np.array([1, 2])).shape
(1, 2, 1)

np.average
>>> np.average(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([2., 5.])

np.bincount
>>> np.bincount(np.array([0, 1, 1], dtype='int64'))
array([1, 2], dtype=int64)

np.bitwise_and
>>> np.bitwise_and(np.array([12, 5], dtype='int32'), np.array([10, 3], dtype='int32'))
array([8, 1], dtype=int32)

np.bitwise_not
>>> np.bitwise_not(np.array([0, 5], dtype='int32'))
array([-1, -6], dtype=int32)

np.bitwise_or
>>> np.bitwise_or(np.array([12, 5], dtype='int32'), np.array([10, 3], dtype='int32'))
array([14,  7], dtype=int32)

np.bitwise_xor
>>> np.bitwise_xor(np.array([12, 5], dtype='int32'), np.array([10, 3], dtype='int32'))
array([6, 6], dtype=int32)

np.blackman
>>> np.blackman(3)
array([-1.3877788e-17,  1.0000000e+00, -1.3877788e-17])

np.broadcast_arrays
>>> [a.shape for a in np.broadcast_arrays(np.ones((2, 1)), np.ones(3))]
[(2, 3), (2, 3)]

np.broadcast_to
>>> np.broadcast_to(np.array([1, 2]), (2, 2))
array([[1., 2.],
       [1., 2.]])

np.cbrt
>>> np.cbrt(np.array([8, 27]))
array([2.       , 2.9999998])

np.ceil
>>> np.ceil(np.array([-1.5, 1.2]))
array([-1.,  2.])

np.choose
>>> np.choose(np.array([0, 1, 0], dtype='int32'), [np.array([1, 2, 3]), np.array([4, 5, 6])])
array([1., 5., 3.])

np.clip
>>> np.clip(np.array([-5., 0.5, 9]), 0, 1)
array([0. , 0.5, 1. ])

np.column_stack
>>> np.column_stack([np.array([1, 2]), np.array([3, 4])])
array([[1., 3.],
       [2., 4.]])

np.compress
>>> np.compress([True, False, True], np.array([1, 2, 3]))
array([1., 3.])

np.concatenate
>>> np.concatenate([np.array([1, 2]), np.array([3])])
array([1., 2., 3.])

np.copy
>>> np.copy(np.array([1, 2]))
array([1., 2.])

np.copysign
>>> np.copysign(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([1., 5., 3.])

np.corrcoef
>>> np.corrcoef(np.array([[1, 2, 3], [3, 2, 1]]))
array([[ 1., -1.],
       [-1.,  1.]], dtype=float64)

np.correlate
>>> np.correlate(np.array([1, 2, 3]), np.array([0, 1]), mode='same')
array([1., 2., 3.])

np.cos
>>> np.cos(np.array([0, 3.1415927]))
array([ 1., -1.])

np.cosh
>>> np.cosh(np.array([0, 1]))
array([1.       , 1.5430807])

np.count_nonzero
>>> np.count_nonzero(np.array([0, 3, 4]))
2

np.cov
>>> np.cov(np.array([[1, 2, 3], [3, 2, 1]]))
array([[ 1., -1.],
       [-1.,  1.]], dtype=float64)

np.cross
>>> np.cross(np.array([1, 0, 0]), np.array([0, 1, 0]))
array([0., 0., 1.])

np.cumsum
>>> np.cumsum(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([[ 1.,  3.,  6.],
       [ 4.,  9., 15.]])

np.deg2rad
>>> np.deg2rad(np.array([180]))
array([3.1415927])

np.degrees
>>> np.degrees(np.array([0, 3.1415927]))
array([  0., 180.])

np.delete
>>> np.delete(np.array([1, 2, 3]), 1)
array([1., 3.])

np.diag
>>> np.diag(np.array([1, 2]))
array([[1., 0.],
       [0., 2.]])

np.diag_indices_from
>>> np.diag_indices_from(np.ones((2, 2)))
(array([0, 1], dtype=int64), array([0, 1], dtype=int64))

np.diagflat
>>> np.diagflat(np.array([[1, 2]]))
array([[1., 0.],
       [0., 2.]])

np.diagonal
>>> np.diagonal(np.array([[1, 2], [3, 4]]))
array([1., 4.])

np.diff
>>> np.diff(np.array([1, 4, 9]))
array([3., 5.])

np.digitize
>>> np.digitize(np.array([0.5, 1.5, 9]), np.array([1, 2]))
array([0, 1, 2], dtype=int64)

np.divide
>>> np.divide(np.array([1, 4]), 2)
array([0.5, 2. ])

np.divmod
>>> np.divmod(np.array([7, 9]), 4)
(array([1., 2.]), array([3., 1.]))

np.dot
>>> np.dot(np.array([1, 2]), np.array([3, 4]))
array(11.)

np.dsplit
>>> [part.shape for part in np.dsplit(np.ones((1, 2, 4)), 2)]
[(1, 2, 2), (1, 2, 2)]

np.dstack
>>> np.dstack([np.zeros(2), np.ones(2)]).shape
(1, 2, 2)

np.ediff1d
>>> np.ediff1d(np.array([1, 4, 9]))
array([3., 5.])

np.einsum
>>> np.einsum('ij,jk->ik', np.ones((2, 3)), np.ones((3, 4))).shape
(2, 4)

np.empty
>>> np.empty((2, 3)).shape
(2, 3)

np.empty_like
>>> np.empty_like(np.array([5, 6])).shape
(2,)

np.equal
>>> np.equal(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([False, False,  True])

np.exp
>>> np.exp(np.array([0, 1]))
array([1.      , 2.718282])

np.expand_dims
>>> np.expand_dims(np.zeros(3), 0).shape
(1, 3)

np.expm1
>>> np.expm1(np.array([0, 1]))
array([0.       , 1.7182819])

np.extract
>>> np.extract(np.array([True, False, True]), np.array([1, 2, 3]))
array([1., 3.])

np.eye
>>> np.eye(2)
array([[1., 0.],
       [0., 1.]])

np.fabs
>>> np.fabs(np.array([-1.5, 2]))
array([1.5, 2. ])

np.fix
>>> np.fix(np.array([-1.7, 1.7]))
array([-1.,  1.])

np.flatnonzero
>>> np.flatnonzero(np.array([[0, 3], [4, 0]]))
array([1, 2], dtype=int64)

np.flip
>>> np.flip(np.arange(3))
array([2., 1., 0.])

np.fliplr
>>> np.fliplr(np.array([[1, 2]]))
array([[2., 1.]])

np.flipud
>>> np.flipud(np.array([[1], [2]]))
array([[2.],
       [1.]])

np.float_power
>>> np.float_power(np.array([2, 3]), 2)
array([4., 9.], dtype=float64)

np.floor
>>> np.floor(np.array([-1.5, 1.2]))
array([-2.,  1.])

np.floor_divide
>>> np.floor_divide(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([0., 2., 1.])

np.fmax
>>> np.fmax(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([2., 5., 3.])

np.fmin
>>> np.fmin(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([1., 2., 3.])

np.frexp
>>> np.frexp(np.array([8, 0.5]))
(array([0.5, 0.5]), array([4, 0], dtype=int32))

np.full
>>> np.full((2,), 7)
array([7., 7.])

np.full_like
>>> np.full_like(np.array([5, 6]), 7)
array([7., 7.])

np.gcd
>>> np.gcd(np.array([12, 5], dtype='int32'), np.array([10, 3], dtype='int32'))
array([2, 1], dtype=int32)

np.genfromtxt
>>> import io
>>> np.genfromtxt(io.StringIO('1,2\n3,4'), delimiter=',')
array([[1., 2.],
       [3., 4.]])

np.greater
>>> np.greater(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([False,  True, False])

np.greater_equal
>>> np.greater_equal(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([False,  True,  True])

np.hamming
>>> np.hamming(3)
array([0.08, 1.  , 0.08])

np.hanning
>>> np.hanning(3)
array([0., 1., 0.])

np.heaviside
>>> np.heaviside(np.array([-1, 0, 2]), 0.5)
array([0. , 0.5, 1. ])

np.histogram
>>> counts, edges = np.histogram(np.array([1, 2, 2, 5]), bins=2, range=(0, 6))
>>> counts
array([3, 1], dtype=int64)

np.histogram2d
>>> counts, x, y = np.histogram2d(np.array([0, 1, 1]), np.array([0, 1, 1]), bins=2)
>>> counts
array([[1., 0.],
       [0., 2.]], dtype=float64)

np.histogram_bin_edges
>>> np.histogram_bin_edges(np.array([0, 1, 4]), bins=2)
array([0., 2., 4.])

np.histogramdd
>>> counts, edges = np.histogramdd(np.array([[0, 0], [1, 1], [1, 1]]), bins=2)
>>> counts
array([[1., 0.],
       [0., 2.]], dtype=float64)

np.hsplit
>>> [part.tolist() for part in np.hsplit(np.arange(4), 2)]
[[0.0, 1.0], [2.0, 3.0]]

np.hstack
>>> np.hstack([np.array([1, 2]), np.array([3])])
array([1., 2., 3.])

np.hypot
>>> np.hypot(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([2.236068 , 5.3851647, 4.2426405])

np.i0
>>> np.i0(np.array([0, 1]))
array([0.99999994, 1.2660661 ])

np.identity
>>> np.identity(2)
array([[1., 0.],
       [0., 1.]])

np.in1d
>>> np.in1d(np.array([1, 2, 3]), np.array([2]))
array([False,  True, False])

np.indices
>>> np.indices((2, 2))[0]
array([[0, 0],
       [1, 1]], dtype=int32)

np.inner
>>> np.inner(np.array([1, 2]), np.array([3, 4]))
array(11.)

np.insert
>>> np.insert(np.array([1, 3]), 1, 2)
array([1., 2., 3.])

np.interp
>>> np.interp(np.array([0.5]), np.array([0., 1]), np.array([0., 10]))
array([5.], dtype=float64)

np.intersect1d
>>> np.intersect1d(np.array([1, 2, 3]), np.array([3, 1]))
array([1., 3.])

np.invert
>>> np.invert(np.array([0, 5], dtype='int8'))
array([-1, -6], dtype=int8)

np.isclose
>>> np.isclose(np.array([1.]), np.array([1.1]))
array([False])

np.isfinite
>>> np.isfinite(np.array([1, float('inf')]))
array([ True, False])

np.isin
>>> np.isin(np.array([1, 2, 3]), np.array([2]))
array([False,  True, False])

np.isinf
>>> np.isinf(np.array([1, float('inf')]))
array([False,  True])

np.isnan
>>> np.isnan(np.array([1, float('nan')]))
array([False,  True])

np.isneginf
>>> np.isneginf(np.array([1, -float('inf')]))
array([False,  True])

np.isposinf
>>> np.isposinf(np.array([1, float('inf')]))
array([False,  True])

np.ix_
>>> np.arange(9).reshape(3, 3)[np.ix_(np.array([0, 2], dtype='int32'), np.array([1], dtype='int32'))]
array([[1.],
       [7.]])

np.kron
>>> np.kron(np.array([1, 10]), np.array([1, 2]))
array([ 1.,  2., 10., 20.])

np.lcm
>>> np.lcm(np.array([12, 5], dtype='int32'), np.array([10, 3], dtype='int32'))
array([60, 15], dtype=int32)

np.ldexp
>>> np.ldexp(np.array([1., 3]), np.array([2., 1]))
array([4., 6.])

np.less
>>> np.less(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([ True, False, False])

np.less_equal
>>> np.less_equal(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([ True, False,  True])

np.lexsort
>>> np.lexsort([np.array([3, 1, 2])])
array([1, 2, 0], dtype=int64)

np.linalg.cholesky
>>> np.linalg.cholesky(np.array([[4., 2], [2, 3]]))
array([[2.       , 0.       ],
       [1.       , 1.4142135]])

np.linalg.cond
>>> np.linalg.cond(np.array([[4., 2], [2, 3]]))
np.float32(3.8663588)

np.linalg.det
>>> np.linalg.det(np.array([[4., 2], [2, 3]]))
array(8.)

np.linalg.eig
>>> values, vectors = np.linalg.eig(np.array([[2., 0], [0, 3]]))
>>> values
array([2., 3.])

np.linalg.eigh
>>> values, vectors = np.linalg.eigh(np.array([[2., 0], [0, 3]]))
>>> values
array([2., 3.])

np.linalg.eigvals
>>> np.linalg.eigvals(np.array([[2., 0], [0, 3]]))
array([2., 3.])

np.linalg.eigvalsh
>>> np.linalg.eigvalsh(np.array([[4., 2], [2, 3]]))
array([1.4384472, 5.561553 ])

np.linalg.inv
>>> np.linalg.inv(np.array([[4., 2], [2, 3]]))
array([[ 0.375, -0.25 ],
       [-0.25 ,  0.5  ]])

np.linalg.lstsq
>>> np.linalg.lstsq(np.array([[1.], [2]]), np.array([2., 4]), rcond=None)[0]
array([2.])

np.linalg.matrix_power
>>> np.linalg.matrix_power(np.array([[4., 2], [2, 3]]), 2)
array([[20., 14.],
       [14., 13.]])

np.linalg.matrix_rank
>>> np.linalg.matrix_rank(np.array([[4., 2], [2, 3]]))
np.int64(2)

np.linalg.multi_dot
>>> np.linalg.multi_dot([np.ones((2, 3)), np.ones((3, 4)), np.ones((4, 1))]).shape
(2, 1)

np.linalg.norm
>>> np.linalg.norm(np.array([[4., 2], [2, 3]]))
array(5.7445626)

np.linalg.pinv
>>> np.linalg.pinv(np.array([[4., 2], [2, 3]]))
array([[ 0.375     , -0.24999999],
       [-0.25000003,  0.50000006]])

np.linalg.qr
>>> q, r = np.linalg.qr(np.array([[4., 2], [2, 3]]))
>>> abs(np.dot(q, r) - np.array([[4., 2], [2, 3]])).max() < 1e-4
array(True)

np.linalg.slogdet
>>> sign, logdet = np.linalg.slogdet(np.array([[4., 2], [2, 3]]))
>>> logdet
array(2.0794415)

np.linalg.solve
>>> np.linalg.solve(np.array([[4., 2], [2, 3]]), np.array([8., 8]))
array([1., 2.])

np.linalg.svd
>>> u, s, vt = np.linalg.svd(np.array([[3., 0], [0, 2]]))
>>> s
array([3., 2.])

np.linalg.tensorinv
>>> np.linalg.tensorinv(np.eye(4).reshape(2, 2, 2, 2)).shape
(2, 2, 2, 2)

np.linalg.tensorsolve
>>> np.linalg.tensorsolve(np.eye(4).reshape(2, 2, 4), np.ones((2, 2)))
array([1., 1., 1., 1.])

np.linspace
>>> np.linspace(0, 1, 5)
array([0.  , 0.25, 0.5 , 0.75, 1.  ])

np.log
>>> np.log(np.array([1, 2.7182817]))
array([0., 1.])

np.log10
>>> np.log10(np.array([1, 1000]))
array([0., 3.])

np.log1p
>>> np.log1p(np.array([0, 1]))
array([0.       , 0.6931472])

np.log2
>>> np.log2(np.array([1, 8]))
array([0., 3.])

np.logical_and
>>> np.logical_and(np.array([True, False]), np.array([True, True]))
array([ True, False])

np.logical_not
>>> np.logical_not(np.array([0, 1]))
array([ True, False])

np.logical_or
>>> np.logical_or(np.array([True, False]), np.array([True, True]))
array([ True,  True])

np.logical_xor
>>> np.logical_xor(np.array([True, False]), np.array([True, True]))
array([False,  True])

np.logspace
>>> np.logspace(0, 2, 3)
array([  1.,  10., 100.])

np.matmul
>>> np.matmul(np.array([[1, 2]]), np.array([[3], [4]]))
array([[11.]])

np.max
>>> np.max(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([3., 6.])

np.maximum
>>> np.maximum(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([2., 5., 3.])

np.may_share_memory
>>> np.may_share_memory(np.ones(2), np.ones(2))
False

np.mean
>>> np.mean(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([2., 5.])

np.meshgrid
>>> [g.shape for g in np.meshgrid(np.arange(2), np.arange(3))]
[(3, 2), (3, 2)]

np.min
>>> np.min(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([1., 4.])

np.min_scalar_type
>>> np.min_scalar_type(300)
dtype('uint16')

np.minimum
>>> np.minimum(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([1., 2., 3.])

np.mirr
>>> float(np.mirr(np.array([-100, 60, 60]), 0.1, 0.1))
0.12249721603218244

np.mod
>>> np.mod(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([1., 1., 0.])

np.modf
>>> np.modf(np.array([1.5, -2.25]))
(array([ 0.5 , -0.25]), array([ 1., -2.]))

np.moveaxis
>>> np.moveaxis(np.zeros((2, 3, 4)), 0, 2).shape
(3, 4, 2)

np.msort
>>> np.msort(np.array([3, 1, 2]))
array([1., 2., 3.])

np.multiply
>>> np.multiply(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([ 2., 10.,  9.])

np.nan_to_num
>>> np.nan_to_num(np.array([1, float('nan')]))
array([1., 0.])

np.nanargmax
>>> np.nanargmax(np.array([1, np.nan, 3]))
np.int64(2)

np.nanargmin
>>> np.nanargmin(np.array([1, np.nan, 3]))
np.int64(0)

np.nancumprod
>>> np.nancumprod(np.array([2, np.nan, 3]))
array([2., 2., 6.])

np.nancumsum
>>> np.nancumsum(np.array([2, np.nan, 3]))
array([2., 2., 5.])

np.nanmax
>>> np.nanmax(np.array([1, np.nan, 3]))
np.float32(3.0)

np.nanmedian
>>> np.nanmedian(np.array([1, np.nan, 3]))
np.float32(2.0)

np.nanmin
>>> np.nanmin(np.array([1, np.nan, 3]))
np.float32(1.0)

np.nanpercentile
>>> np.nanpercentile(np.array([1, np.nan, 3]), 50)
np.float32(2.0)

np.nanprod
>>> np.nanprod(np.array([2, np.nan, 3]))
np.float32(6.0)

np.nanquantile
>>> np.nanquantile(np.array([1, np.nan, 3]), 0.5)
np.float32(2.0)

np.ndarray
>>> x = np.array([[1, 2], [3, 4]])
>>> x.shape, x.dtype, x[0, 1]
((2, 2), dtype('float32'), array(2.))
>>> x[x > 2]
array([3., 4.])

np.ndim
>>> np.ndim(np.ones((2, 3)))
2

np.negative
>>> np.negative(np.array([1, -2]))
array([-1.,  2.])

np.nonzero
>>> np.nonzero(np.array([0, 3, 4]))
(array([1, 2], dtype=int64),)

np.not_equal
>>> np.not_equal(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([ True,  True, False])

np.npv
>>> float(np.npv(0.1, np.array([-100, 60, 60])))
4.132231404958667

np.ones
>>> np.ones((2,))
array([1., 1.])

np.ones_like
>>> np.ones_like(np.array([5, 6]))
array([1., 1.])

np.outer
>>> np.outer(np.array([1, 2]), np.array([3, 4]))
array([[3., 4.],
       [6., 8.]])

np.packbits
>>> np.packbits(np.array([0, 0, 0, 0, 0, 1, 0, 1], dtype='uint8'))
array([5], dtype=uint8)

np.pad
>>> np.pad(np.array([1, 2]), (1, 0))
array([0., 1., 2.])

np.partition
>>> np.partition(np.array([3, 1, 2]), 0)[0]
array(1.)

np.percentile
>>> np.percentile(np.array([1., 2, 3]), 50)
array(2.)

np.piecewise
>>> x = np.array([-1, 2])
>>> np.piecewise(x, [x < 0, x >= 0], [0, lambda v: v * 10])
array([ 0., 20.])

np.poly
>>> np.poly(np.array([1, 2]))
array([ 1., -3.,  2.])

np.polyadd
>>> np.polyadd(np.array([1, 2]), np.array([3]))
array([1., 5.])

np.polydiv
>>> np.polydiv(np.array([1, 3, 2]), np.array([1, 1]))
(array([1., 2.]), array([0.]))

np.polyfit
>>> np.polyfit(np.array([0, 1, 2]), np.array([1, 3, 5]), 1).round(3)
array([2., 1.], dtype=float64)

np.polyint
>>> np.polyint(np.array([2, 1]))
array([1., 1., 0.], dtype=float64)

np.polymul
>>> np.polymul(np.array([1, 1]), np.array([1, 2]))
array([1., 3., 2.])

np.polysub
>>> np.polysub(np.array([1, 2]), np.array([3]))
array([ 1., -1.])

np.polyval
>>> np.polyval(np.array([1, 0, 2]), np.array([3]))
array([11.])

np.positive
>>> np.positive(np.array([-1, 2]))
array([-1.,  2.])

np.power
>>> np.power(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([ 1., 25., 27.])

np.ppmt
>>> float(np.ppmt(0.1, 1, 2, 100))
-47.61904761904758

np.prod
>>> np.prod(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([  6., 120.])

np.promote_types
>>> np.promote_types('int32', 'float32')
dtype('float64')

np.ptp
>>> np.ptp(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([2., 2.])

np.pv
>>> float(np.pv(0.1, 2, -60))
104.13223140495876

np.quantile
>>> np.quantile(np.array([1., 2, 3]), 0.5)
array(2.)

np.rad2deg
>>> np.rad2deg(np.array([3.1415927]))
array([180.])

np.radians
>>> np.radians(np.array([0, 180]))
array([0.       , 3.1415927])

np.random.bernoulli
>>> np.random.bernoulli(0.5, size=(2, 3)).shape
(2, 3)

np.random.beta
>>> np.random.beta(1, 2, size=(2, 3)).shape
(2, 3)

np.random.binomial
>>> np.random.binomial(10, 0.5, size=(2, 3)).shape
(2, 3)

np.random.chisquare
>>> np.random.chisquare(2, size=(2, 3)).shape
(2, 3)

np.random.choice
>>> np.random.choice(10, size=(2, 3)).shape
(2, 3)

np.random.exponential
>>> np.random.exponential(1, size=(2, 3)).shape
(2, 3)

np.random.gamma
>>> np.random.gamma(2, 1, size=(2, 3)).shape
(2, 3)

np.random.gumbel
>>> np.random.gumbel(0, 1, size=(2, 3)).shape
(2, 3)

np.random.laplace
>>> np.random.laplace(0, 1, size=(2, 3)).shape
(2, 3)

np.random.logistic
>>> np.random.logistic(0, 1, size=(2, 3)).shape
(2, 3)

np.random.lognormal
>>> np.random.lognormal(0, 1, size=(2, 3)).shape
(2, 3)

np.random.multinomial
>>> np.random.multinomial(4, [0.5, 0.5]).shape
(2,)

np.random.multivariate_normal
>>> np.random.multivariate_normal(np.zeros(2), np.eye(2), size=3).shape
(3, 2)

np.random.normal
>>> np.random.normal(0, 1, size=(2, 3)).shape
(2, 3)

np.random.pareto
>>> np.random.pareto(2, size=(2, 3)).shape
(2, 3)

np.random.permutation
>>> np.random.permutation(5).shape
(5,)

np.random.poisson
>>> np.random.poisson(4, size=(2, 3)).shape
(2, 3)

np.random.power
>>> np.random.power(2, size=(2, 3)).shape
(2, 3)

np.random.rand
>>> np.random.rand(2, 3).shape
(2, 3)

np.random.randint
>>> np.random.randint(0, 10, size=(2, 3)).shape
(2, 3)

np.random.randn
>>> np.random.randn(2, 3).shape
(2, 3)

np.random.rayleigh
>>> np.random.rayleigh(1, size=(2, 3)).shape
(2, 3)

np.random.seed
>>> np.random.seed(1)
>>> a = np.random.uniform()
>>> np.random.seed(1)
>>> float(a) == float(np.random.uniform())
True

np.random.shuffle
>>> a = np.arange(5)
>>> np.random.shuffle(a)
>>> a.sum()
array(10.)

np.random.uniform
>>> np.random.uniform(0, 1, size=(2, 3)).shape
(2, 3)

np.random.weibull
>>> np.random.weibull(2, size=(2, 3)).shape
(2, 3)

np.rate
>>> float(np.rate(2, -60, 100, 0))
0.1306623862918324

np.ravel
>>> np.ravel(np.array([[1, 2, 3], [4, 5, 6]]))
array([1., 2., 3., 4., 5., 6.])

np.real
>>> np.real(np.array([1, 2]))
array([1., 2.])

np.reciprocal
>>> np.reciprocal(np.array([1., 2]))
array([1. , 0.5])

np.remainder
>>> np.remainder(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([1., 1., 0.])

np.repeat
>>> np.repeat(np.array([1, 2]), 2)
array([1., 1., 2., 2.])

np.reshape
>>> np.reshape(np.array([[1, 2, 3], [4, 5, 6]]), (3, -1))
array([[1., 2.],
       [3., 4.],
       [5., 6.]])

np.resize
>>> np.resize(np.array([1, 2]), (2, 2))
array([[1., 2.],
       [1., 2.]])

np.result_type
>>> np.result_type(np.float32, np.float64)
dtype('float64')

np.rint
>>> np.rint(np.array([0.5, 1.5]))
array([0., 1.])

np.roll
>>> np.roll(np.arange(4), 1)
array([3., 0., 1., 2.])

np.rollaxis
>>> np.rollaxis(np.zeros((2, 3, 4)), 2).shape
(4, 2, 3)

np.roots
>>> np.roots(np.array([1, -3, 2]))
array([2., 1.])

np.rot90
>>> np.rot90(np.array([[1, 2], [3, 4]]))
array([[2., 4.],
       [1., 3.]])

np.searchsorted
>>> np.searchsorted(np.array([1, 3, 5]), np.array([4]))
array([2], dtype=int64)

np.select
>>> x = np.array([1, 5, 9])
>>> np.select([x < 3, x > 7], [x, x * 10])
array([ 1.,  0., 90.])

np.set_printoptions
>>> import numpy
>>> with numpy.printoptions():
...     np.set_printoptions(precision=2)
...     print(np.array([1 / 3]))
[0.33]

np.setdiff1d
>>> np.setdiff1d(np.array([1, 2, 3]), np.array([2]))
array([1., 3.])

np.setxor1d
>>> np.setxor1d(np.array([1, 2]), np.array([2, 3]))
array([1., 3.])

np.shape
>>> np.shape(np.ones((2, 3)))
(2, 3)

np.shares_memory
>>> x = np.ones(3)
>>> np.shares_memory(x, x), np.shares_memory(x, x + 1)
(True, False)

np.sign
>>> np.sign(np.array([-3, 0, 2]))
array([-1.,  0.,  1.])

np.signbit
>>> np.signbit(np.array([-1, 2]))
array([ True, False])

np.sin
>>> np.sin(np.array([0, 1.5707963]))
array([0., 1.])

np.sinh
>>> np.sinh(np.array([0, 1]))
array([0.       , 1.1752012])

np.size
>>> np.size(np.ones((2, 3)))
6

np.sort
>>> np.sort(np.array([3, 1, 2]))
array([1., 2., 3.])

np.spacing
>>> np.spacing(np.array([1]))
array([1.1920929e-07])

np.split
>>> [part.tolist() for part in np.split(np.arange(4), 2)]
[[0.0, 1.0], [2.0, 3.0]]

np.sqrt
>>> np.sqrt(np.array([1, 4, 9]))
array([1., 2., 3.])

np.square
>>> np.square(np.array([-3, 2]))
array([9., 4.])

np.squeeze
>>> np.squeeze(np.zeros((1, 3, 1))).shape
(3,)

np.stack
>>> np.stack([np.array([1, 2]), np.array([3, 4])])
array([[1., 2.],
       [3., 4.]])

np.std
>>> np.std(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([0.8164966, 0.8164966])

np.subtract
>>> np.subtract(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([-1.,  3.,  0.])

np.sum
>>> np.sum(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([ 6., 15.])

np.swapaxes
>>> np.swapaxes(np.zeros((2, 3, 4)), 0, 2).shape
(4, 3, 2)

np.take
>>> np.take(np.array([10, 20, 30]), np.array([2, 0]))
array([30., 10.])

np.take_along_axis
>>> np.take_along_axis(np.array([[1, 2]]), np.array([[1]], dtype='int64'), axis=1)
array([[2.]])

np.tan
>>> np.tan(np.array([0, 0.7853982]))
array([0., 1.])

np.tanh
>>> np.tanh(np.array([0, 1]))
array([0.       , 0.7615942])

np.tensordot
>>> np.tensordot(np.ones((2, 3)), np.ones((3, 4)), axes=1).shape
(2, 4)

np.tile
>>> np.tile(np.array([1, 2]), 2)
array([1., 2., 1., 2.])

np.trace
>>> np.trace(np.array([[1, 2], [3, 4]]))
array(5.)

np.transpose
>>> np.transpose(np.array([[1, 2, 3], [4, 5, 6]])).shape
(3, 2)

np.trapz
>>> np.trapz(np.array([0, 1, 2]))
np.float32(2.0)

np.tril
>>> np.tril(np.ones((2, 2)))
array([[1., 0.],
       [1., 1.]])

np.tril_indices_from
>>> np.tril_indices_from(np.ones((2, 2)))
(array([0, 1, 1], dtype=int64), array([0, 0, 1], dtype=int64))

np.trim_zeros
>>> np.trim_zeros(np.array([0, 1, 2, 0]))
array([1., 2.])

np.triu
>>> np.triu(np.ones((2, 2)))
array([[1., 1.],
       [0., 1.]])

np.triu_indices_from
>>> np.triu_indices_from(np.ones((2, 2)))
(array([0, 0, 1], dtype=int64), array([0, 1, 1], dtype=int64))

np.true_divide
>>> np.true_divide(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([0.5, 2.5, 1. ])

np.trunc
>>> np.trunc(np.array([-1.7, 1.7]))
array([-1.,  1.])

np.union1d
>>> np.union1d(np.array([1, 2]), np.array([2, 3]))
array([1., 2., 3.])

np.unique
>>> np.unique(np.array([2, 1, 2]))
array([1., 2.])

np.unpackbits
>>> np.unpackbits(np.array([5], dtype='uint8'))
array([0, 0, 0, 0, 0, 1, 0, 1], dtype=uint8)

np.unravel_index
>>> np.unravel_index(np.array([2, 3]), (2, 3))
(array([0., 1.]), array([2., 0.]))

np.unwrap
>>> np.unwrap(np.array([0, 3, 6.5])).round(3)
array([0.   , 3.   , 0.217])

np.vander
>>> np.vander(np.array([2, 3]), 3)
array([[4., 2., 1.],
       [9., 3., 1.]], dtype=float64)

np.var
>>> np.var(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([0.6666667, 0.6666667])

np.vdot
>>> np.vdot(np.array([1, 2]), np.array([3, 4]))
array(11.)

np.vsplit
>>> [part.shape for part in np.vsplit(np.ones((4, 2)), 2)]
[(2, 2), (2, 2)]

np.vstack
>>> np.vstack([np.array([1, 2]), np.array([3, 4])])
array([[1., 2.],
       [3., 4.]])

np.where
>>> np.where(np.array([True, False]), np.array([1, 2]), np.array([10, 20]))
array([ 1., 20.])
>>> np.where(np.array([0, 3, 4]))
(array([1, 2], dtype=int64),)

np.zeros
>>> np.zeros((2,))
array([0., 0.])

np.zeros_like
>>> np.zeros_like(np.array([5, 6]))
array([0., 0.])

npx.activation
>>> npx.activation(np.array([-1., 2]), act_type='relu')
array([0., 2.])

npx.arange_like
>>> npx.arange_like(np.zeros((2, 3)), axis=1)
array([0., 1., 2.])

npx.batch_dot
>>> npx.batch_dot(np.ones((5, 2, 3)), np.ones((5, 3, 4))).shape
(5, 2, 4)

npx.batch_flatten
>>> npx.batch_flatten(np.ones((2, 3, 4))).shape
(2, 12)

npx.batch_norm
>>> npx.batch_norm(np.ones((2, 3)), np.ones(3), np.zeros(3), np.zeros(3), np.ones(3)).shape
(2, 3)

npx.cast
>>> npx.cast(np.array([1.7]), dtype='int32')
array([1], dtype=int32)

npx.constraint_check
>>> npx.constraint_check(np.array([True, True]))
array(True)

npx.convolution
>>> npx.convolution(np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), kernel=(3, 3), num_filter=1, no_bias=True)
array([[[[9., 9.],
         [9., 9.]]]])

npx.deconvolution
>>> npx.deconvolution(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)), kernel=(2, 2), num_filter=1).shape
(1, 1, 3, 3)

npx.dropout
>>> npx.dropout(np.ones(2), p=0.5)  # only training drops
array([1., 1.])

npx.embedding
>>> npx.embedding(np.array([1, 0]), np.array([[0., 0], [1, 10]]), input_dim=2, output_dim=2)
array([[ 1., 10.],
       [ 0.,  0.]])

npx.erf
>>> npx.erf(np.array([0., 1]))
array([0.       , 0.8427008])

npx.erfinv
>>> npx.erfinv(np.array([0.5]))
array([0.47693628])

npx.fully_connected
>>> npx.fully_connected(np.array([[1., 2]]), np.array([[1., 1]]), num_hidden=1, no_bias=True)
array([[3.]])

npx.gamma
>>> npx.gamma(np.array([3., 5]))
array([ 2., 24.])

npx.gammaln
>>> npx.gammaln(np.array([3.]))
array([0.6931472])

npx.gather_nd
>>> npx.gather_nd(np.array([[1., 2], [3, 4]]), np.array([[0, 1], [1, 0]]))
array([2., 3.])

npx.get_cuda_compute_capability
>>> [npx.get_cuda_compute_capability(npx.gpu(i)) for i in range(npx.num_gpus())]
[]

npx.image.adjust_lighting
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.adjust_lighting(image, alpha=(0.1, 0.1, 0.1))
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.crop
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.crop(image, x=0, y=0, width=2, height=1)
>>> out.shape, out.dtype
((1, 2, 3), dtype('uint8'))

npx.image.flip_left_right
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.flip_left_right(image)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.flip_top_bottom
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.flip_top_bottom(image)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.normalize
>>> npx.image.normalize(np.full((1, 1, 2), 0.75), mean=0.5, std=0.25)
array([[[1., 1.]]])

npx.image.random_brightness
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.random_brightness(image, 0.5, 1.5)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.random_color_jitter
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.random_color_jitter(image, brightness=0.1, contrast=0.1, saturation=0.1, hue=0.1)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.random_contrast
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.random_contrast(image, 0.5, 1.5)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.random_flip_left_right
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.random_flip_left_right(image)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.random_flip_top_bottom
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.random_flip_top_bottom(image)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.random_hue
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.random_hue(image, 0.9, 1.1)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.random_lighting
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.random_lighting(image, alpha_std=0.1)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.random_saturation
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.random_saturation(image, 0.5, 1.5)
>>> out.shape, out.dtype
((2, 3, 3), dtype('uint8'))

npx.image.resize
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.resize(image, size=4)
>>> out.shape, out.dtype
((4, 4, 3), dtype('uint8'))

npx.image.to_tensor
>>> image = np.full((2, 3, 3), 100, dtype='uint8')
>>> out = npx.image.to_tensor(image)
>>> out.shape, out.dtype
((3, 2, 3), dtype('float32'))

npx.is_np_array
>>> with npx.np_array(True):
...     npx.is_np_array()
True

npx.is_np_shape
>>> with npx.np_shape(True):
...     npx.is_np_shape()
True

npx.layer_norm
>>> npx.layer_norm(np.array([[1., 3]]), np.ones(2), np.zeros(2))
array([[-0.999995,  0.999995]])

npx.leaky_relu
>>> npx.leaky_relu(np.array([-4., 2]), slope=0.25)
array([-1.,  2.])

npx.load
>>> npx.save('arrays', {'a': np.array([1, 2])})
>>> npx.load('arrays')
{'a': array([1., 2.])}

npx.log_softmax
>>> npx.log_softmax(np.array([[1., 1]]))
array([[-0.6931472, -0.6931472]])

npx.multibox_detection
>>> anchors = np.array([[[0.1, 0.1, 0.4, 0.4]]])
>>> npx.multibox_detection(np.array([[[0.1], [0.9]]]), np.zeros((1, 4)), anchors)[0, 0, :2]
array([0. , 0.9])

npx.multibox_prior
>>> npx.multibox_prior(np.zeros((1, 3, 2, 2)), sizes=(0.5,)).shape
(1, 4, 4)

npx.multibox_target
>>> anchors = np.array([[[0.1, 0.1, 0.4, 0.4], [0.5, 0.5, 0.9, 0.9]]])
>>> label = np.array([[[0, 0.1, 0.1, 0.4, 0.4]]])
>>> npx.multibox_target(anchors, label, np.zeros((1, 2, 2)))[2]
array([[1., 0.]])

npx.nonzero
>>> npx.nonzero(np.array([0, 3, 4]))
array([[1],
       [2]], dtype=int64)

npx.np_array
>>> with npx.np_array():
...     type(gluon.nn.Identity()(np.ones(2))).__name__
'ndarray'

npx.np_shape
>>> with npx.np_shape():
...     nd.zeros(()).shape
()

npx.one_hot
>>> npx.one_hot(np.array([1, 0]), 3)
array([[0., 1., 0.],
       [1., 0., 0.]])

npx.pick
>>> npx.pick(np.array([[1., 2], [3, 4]]), np.array([1, 0]))
array([2., 3.])

npx.pooling
>>> npx.pooling(np.arange(16).reshape(1, 1, 4, 4), kernel=(2, 2), stride=(2, 2), pool_type='max')
array([[[[ 5.,  7.],
         [13., 15.]]]])

npx.random.bernoulli
>>> npx.random.bernoulli(0.5, size=(2, 3)).shape
(2, 3)

npx.random.normal_n
>>> npx.random.normal_n(np.zeros(2), 1, batch_shape=(3,)).shape
(3, 2)

npx.random.seed
>>> npx.random.seed(3)
>>> a = np.random.uniform(size=2)
>>> npx.random.seed(3)
>>> (a == np.random.uniform(size=2)).all()
array(True)

npx.random.uniform_n
>>> npx.random.uniform_n(np.zeros(2), 1, batch_shape=(3,)).shape
(3, 2)

npx.relu
>>> npx.relu(np.array([-1., 2]))
array([0., 2.])

npx.reset_np
>>> npx.set_np()
>>> npx.reset_np()
>>> npx.is_np_array(), npx.is_np_shape()
(False, False)

npx.reshape
>>> npx.reshape(np.ones((2, 3, 4)), (-2, -1)).shape
(2, 12)

npx.reshape_like
>>> npx.reshape_like(np.arange(6), np.zeros((3, 2))).shape
(3, 2)

npx.rnn
>>> x, h = np.ones((3, 1, 2)), np.zeros((1, 1, 4))
>>> w = np.zeros((4 * (2 + 4) + 2 * 4,))
>>> npx.rnn(x, w, h, state_size=4, num_layers=1, mode='rnn_tanh').shape
(3, 1, 4)

npx.roi_pooling
>>> npx.roi_pooling(np.arange(16).reshape(1, 1, 4, 4), np.array([[0, 0, 0, 1, 1]]), pooled_size=(1, 1), spatial_scale=1.0)
array([[[[5.]]]])

npx.save
>>> npx.save('arrays', [np.array(3)])
>>> npx.load('arrays')
[array(3.)]

npx.sequence_mask
>>> npx.sequence_mask(np.ones((3, 2)), np.array([1, 3]), use_sequence_length=True)
array([[1., 1.],
       [0., 1.],
       [0., 1.]])

npx.set_np
>>> npx.set_np()
>>> npx.is_np_array(), npx.is_np_shape()
(True, True)
>>> npx.reset_np()

npx.set_np_shape
>>> before = npx.set_np_shape(True)
>>> nd.zeros(()).shape
()
>>> before = npx.set_np_shape(before)

npx.shape_array
>>> npx.shape_array(np.ones((2, 3)))
array([2, 3], dtype=int64)

npx.sigmoid
>>> npx.sigmoid(np.array([0.]))
array([0.5])

npx.slice
>>> npx.slice(np.arange(5), begin=(1,), end=(3,))
array([1., 2.])

npx.smooth_l1
>>> npx.smooth_l1(np.array([0.5, 2.]))
array([0.125, 1.5  ])

npx.softmax
>>> npx.softmax(np.array([[1., 1]]))
array([[0.5, 0.5]])

npx.topk
>>> npx.topk(np.array([3., 1, 2]), k=2)
array([0., 2.])

npx.use_np
>>> @npx.use_np
... class Double(gluon.HybridBlock):
...     def hybrid_forward(self, F, x):
...         return F.np.add(x, x)
>>> Double()(np.array([1, 2]))
array([2., 4.])

npx.use_np_array
>>> @npx.use_np_array
... def inside():
...     return npx.is_np_array()
>>> inside()
True

npx.use_np_shape
>>> @npx.use_np_shape
... def inside():
...     return nd.zeros(()).shape
>>> inside()
()

onnx.export_model
>>> net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=2, name='fc')
>>> params = {'fc_weight': nd.ones((2, 3)), 'fc_bias': nd.zeros(2)}
>>> mx.onnx.export_model(net, params, [(1, 3)], onnx_file_path='fc.onnx')
'fc.onnx'

onnx.get_operator_support
>>> 'FullyConnected' in mx.onnx.get_operator_support()
True

operator.CustomOp
>>> class Twice(mx.operator.CustomOp):
...     def forward(self, is_train, req, in_data, out_data, aux):
...         self.assign(out_data[0], req[0], in_data[0] * 2)
...     def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
...         self.assign(in_grad[0], req[0], out_grad[0] * 2)
>>> @mx.operator.register('doubled')
... class Doubled(mx.operator.CustomOpProp):
...     def create_operator(self, ctx, in_shapes, in_dtypes):
...         return Twice()
>>> nd.Custom(nd.array([1, 2]), op_type='doubled')
[2. 4.]
<NDArray 2 @cpu(0)>

operator.CustomOpProp
>>> class Twice(mx.operator.CustomOp):
...     def forward(self, is_train, req, in_data, out_data, aux):
...         self.assign(out_data[0], req[0], in_data[0] * 2)
...     def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
...         self.assign(in_grad[0], req[0], out_grad[0] * 2)
>>> @mx.operator.register('doubled')
... class Doubled(mx.operator.CustomOpProp):
...     def create_operator(self, ctx, in_shapes, in_dtypes):
...         return Twice()
>>> nd.Custom(nd.array([1, 2]), op_type='doubled')
[2. 4.]
<NDArray 2 @cpu(0)>

operator.get_all_registered_operators
>>> 'FullyConnected' in mx.operator.get_all_registered_operators()
True

operator.get_operator_arguments
>>> mx.operator.get_operator_arguments('relu').names
['data']

operator.OperatorArguments
>>> mx.operator.get_operator_arguments('relu').narg
1

operator.register
>>> class Twice(mx.operator.CustomOp):
...     def forward(self, is_train, req, in_data, out_data, aux):
...         self.assign(out_data[0], req[0], in_data[0] * 2)
...     def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
...         self.assign(in_grad[0], req[0], out_grad[0] * 2)
>>> @mx.operator.register('doubled')
... class Doubled(mx.operator.CustomOpProp):
...     def create_operator(self, ctx, in_shapes, in_dtypes):
...         return Twice()
>>> nd.Custom(nd.array([1, 2]), op_type='doubled')
[2. 4.]
<NDArray 2 @cpu(0)>

optimizer.AdaDelta
>>> optimizer = mx.optimizer.AdaDelta()
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.99 2.01]
<NDArray 2 @cpu(0)>

optimizer.AdaGrad
>>> optimizer = mx.optimizer.AdaGrad(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.9 2.1]
<NDArray 2 @cpu(0)>

optimizer.Adam
>>> optimizer = mx.optimizer.Adam(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.8999993 2.1000006]
<NDArray 2 @cpu(0)>

optimizer.Adamax
>>> optimizer = mx.optimizer.Adamax(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.9 2.1]
<NDArray 2 @cpu(0)>

optimizer.ccSGD
>>> w, g = nd.ones(2), nd.array([1, -1])
>>> opt = mx.optimizer.ccSGD(learning_rate=0.1)
>>> opt.update(0, w, g, opt.create_state(0, w))
>>> w
[0.9 1.1]
<NDArray 2 @cpu(0)>

optimizer.contrib.GroupAdaGrad
>>> w, g = nd.ones((2, 2)), nd.array([[1, 1], [0, 0]])
>>> opt = mx.optimizer.contrib.GroupAdaGrad(learning_rate=0.1)
>>> opt.update(0, w, g, opt.create_state(0, w))
>>> w
[[0.9000005 0.9000005]
 [1.        1.       ]]
<NDArray 2x2 @cpu(0)>

optimizer.create
>>> mx.optimizer.create('adam', learning_rate=0.01).learning_rate
0.01

optimizer.DCASGD
>>> optimizer = mx.optimizer.DCASGD(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0. 4.]
<NDArray 2 @cpu(0)>

optimizer.FTML
>>> optimizer = mx.optimizer.FTML(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.9 2.1]
<NDArray 2 @cpu(0)>

optimizer.Ftrl
>>> optimizer = mx.optimizer.Ftrl(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.8180909 1.9999523]
<NDArray 2 @cpu(0)>

optimizer.get_updater
>>> update = mx.optimizer.get_updater(mx.optimizer.SGD(learning_rate=0.1))
>>> weight = nd.array([1, 2])
>>> update(0, nd.array([10, -20]), weight)
>>> weight
[0. 4.]
<NDArray 2 @cpu(0)>

optimizer.LAMB
>>> optimizer = mx.optimizer.LAMB(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.8418861 2.158114 ]
<NDArray 2 @cpu(0)>

optimizer.LARS
>>> optimizer = mx.optimizer.LARS(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.9999 2.0002]
<NDArray 2 @cpu(0)>

optimizer.LBSGD
>>> w, g = nd.ones(2), nd.array([1, -1])
>>> opt = mx.optimizer.LBSGD(learning_rate=0.1)
>>> opt.update(0, w, g, opt.create_state(0, w))
>>> w
[0.9 1.1]
<NDArray 2 @cpu(0)>

optimizer.Nadam
>>> optimizer = mx.optimizer.Nadam(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.8943541 2.105646 ]
<NDArray 2 @cpu(0)>

optimizer.NAG
>>> optimizer = mx.optimizer.NAG(learning_rate=0.1, momentum=0.9)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[-0.9  5.8]
<NDArray 2 @cpu(0)>

optimizer.Optimizer
>>> class Sign(mx.optimizer.Optimizer):
...     def create_state(self, index, weight):
...         return None
...     def update(self, index, weight, grad, state):
...         weight[:] -= self._get_lr(index) * grad.sign()
>>> w, g = nd.ones(2), nd.array([1, -1])
>>> Sign(learning_rate=0.5).update(0, w, g, None)
>>> w
[0.5 1.5]
<NDArray 2 @cpu(0)>

optimizer.register
>>> @mx.optimizer.register
... class Plain(mx.optimizer.SGD):
...     pass
>>> type(mx.optimizer.create('plain')).__name__
'Plain'

optimizer.RMSProp
>>> optimizer = mx.optimizer.RMSProp(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.68377227 2.3162277 ]
<NDArray 2 @cpu(0)>

optimizer.SGD
>>> optimizer = mx.optimizer.SGD(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0. 4.]
<NDArray 2 @cpu(0)>

optimizer.SGLD
>>> w, g = nd.ones(2), nd.array([1, -1])
>>> opt = mx.optimizer.SGLD(learning_rate=0.1)
>>> opt.update(0, w, g, opt.create_state(0, w))
>>> w.shape
(2,)

optimizer.Signum
>>> optimizer = mx.optimizer.Signum(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.9 2.1]
<NDArray 2 @cpu(0)>

optimizer.Test
>>> w, g = nd.ones(2), nd.array([1, -1])
>>> opt = mx.optimizer.Test(learning_rate=0.1)
>>> opt.update(0, w, g, opt.create_state(0, w))
>>> w
[2. 0.]
<NDArray 2 @cpu(0)>

optimizer.Updater
>>> w, g = nd.ones(2), nd.array([1, -1])
>>> update = mx.optimizer.Updater(mx.optimizer.SGD(learning_rate=0.1))
>>> update(0, g, w)
>>> w
[0.9 1.1]
<NDArray 2 @cpu(0)>

profiler.Counter
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> counter = profiler.Counter(profiler.Domain('data'), 'images', 0)
>>> counter += 2
>>> profiler.stop()

profiler.Domain
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> domain = profiler.Domain('data')
>>> task = domain.new_task('read')
>>> task.start()
>>> task.stop()
>>> profiler.stop()

profiler.dump
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> y = (nd.ones(2) + 1).asnumpy()
>>> profiler.stop()
>>> profiler.dump()
>>> import os
>>> os.path.exists('profile.json')
True

profiler.dump_profile
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json')
>>> profiler.dump()  # instead
>>> import os
>>> os.path.exists('profile.json')
True

profiler.dumps
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> y = (nd.ones(2) + 1).asnumpy()
>>> profiler.stop()
>>> type(profiler.dumps(reset=True)).__name__
'str'

profiler.Event
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> event = profiler.Event('read')
>>> event.start()
>>> event.stop()
>>> profiler.stop()

profiler.Frame
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> frame = profiler.Frame(profiler.Domain('data'), 'epoch')
>>> frame.start()
>>> frame.stop()
>>> profiler.stop()

profiler.Marker
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> profiler.Marker(profiler.Domain('data'), 'begin').mark('process')
>>> profiler.stop()

profiler.pause
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> profiler.pause()
>>> profiler.resume()
>>> profiler.stop()

profiler.profiler_set_config
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json')  # instead

profiler.profiler_set_state
>>> from mxnet import profiler
>>> profiler.set_state('stop')  # instead

profiler.resume
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> profiler.pause()
>>> profiler.resume()
>>> profiler.stop()

profiler.scope
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> with profiler.scope('attention:'):
...     y = (nd.ones(2) + 1).asnumpy()
>>> profiler.stop()

profiler.set_config
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> profiler.stop()

profiler.set_state
>>> from mxnet import profiler
>>> profiler.set_state('run')
>>> profiler.set_state('stop')

profiler.start
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> y = (nd.ones(2) + 1).asnumpy()
>>> profiler.stop()

profiler.stop
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> y = (nd.ones(2) + 1).asnumpy()
>>> profiler.stop()

profiler.Task
>>> from mxnet import profiler
>>> profiler.set_config(filename='profile.json', aggregate_stats=True)
>>> profiler.start()
>>> task = profiler.Task(profiler.Domain('data'), 'read')
>>> task.start()
>>> task.stop()
>>> profiler.stop()

random.seed
>>> mx.random.seed(3)
>>> a = nd.random.uniform(shape=2)
>>> mx.random.seed(3)
>>> (a == nd.random.uniform(shape=2)).asnumpy()
array([1., 1.], dtype=float32)

recordio.IRHeader
>>> mx.recordio.IRHeader(flag=0, label=3.0, id=7, id2=0).label
3.0

recordio.MXIndexedRecordIO
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'w')
>>> for name in (3, 5):
...     file.write_idx(name, b'content %d' % name)
>>> file.close()
>>> file = mx.recordio.MXIndexedRecordIO('a.idx', 'a.rec', 'r')
>>> file.keys, file.read_idx(5)
([3, 5], b'content 5')
>>> file.close()

recordio.MXRecordIO
>>> file = mx.recordio.MXRecordIO('a.rec', 'w')
>>> file.write(b'one')
>>> file.write(b'two')
>>> file.close()
>>> file = mx.recordio.MXRecordIO('a.rec', 'r')
>>> file.read(), file.read(), file.read()
(b'one', b'two', None)
>>> file.close()

recordio.pack
>>> s = mx.recordio.pack(mx.recordio.IRHeader(0, 3, 7, 0), b'content')
>>> header, content = mx.recordio.unpack(s)
>>> header.label, header.id, content
(3.0, 7, b'content')

recordio.pack_img
>>> image = nd.zeros((4, 4, 3)).astype('uint8').asnumpy()
>>> s = mx.recordio.pack_img(mx.recordio.IRHeader(0, 3, 7, 0), image, img_fmt='.png')
>>> mx.recordio.unpack_img(s)[1].shape
(4, 4, 3)

recordio.RecordFile
>>> file = mx.recordio.MXRecordIO('a.rec', 'w')
>>> file.write(b'one')
>>> file.close()
>>> mx.recordio.RecordFile('a.rec').read(0)
(b'one', 12)

recordio.unpack
>>> s = mx.recordio.pack(mx.recordio.IRHeader(0, [1, 2], 7, 0), b'content')
>>> header, content = mx.recordio.unpack(s)
>>> header.label, content
(array([1., 2.], dtype=float32), b'content')

recordio.unpack_img
>>> image = nd.zeros((4, 4, 3)).astype('uint8').asnumpy()
>>> s = mx.recordio.pack_img(mx.recordio.IRHeader(0, 3, 7, 0), image, img_fmt='.png')
>>> header, pixels = mx.recordio.unpack_img(s)
>>> header.label, (pixels == image).all()
(3.0, np.True_)

registry.get_alias_func
>>> class Shape:
...     def __init__(self, size=1):
...         self.size = size
>>> register = mx.registry.get_register_func(Shape, 'shape')
>>> @register
... class Square(Shape):
...     pass
>>> alias = mx.registry.get_alias_func(Shape, 'shape')
>>> @alias('round')
... class Circle(Shape):
...     pass
>>> sorted(mx.registry.get_registry(Shape))
['round', 'square']

registry.get_create_func
>>> class Shape:
...     def __init__(self, size=1):
...         self.size = size
>>> register = mx.registry.get_register_func(Shape, 'shape')
>>> @register
... class Square(Shape):
...     pass
>>> create = mx.registry.get_create_func(Shape, 'shape')
>>> create('square', size=3).size
3

registry.get_register_func
>>> class Shape:
...     def __init__(self, size=1):
...         self.size = size
>>> register = mx.registry.get_register_func(Shape, 'shape')
>>> @register
... class Square(Shape):
...     pass
>>> sorted(mx.registry.get_registry(Shape))
['square']

registry.get_registry
>>> class Shape:
...     def __init__(self, size=1):
...         self.size = size
>>> register = mx.registry.get_register_func(Shape, 'shape')
>>> @register
... class Square(Shape):
...     pass
>>> sorted(mx.registry.get_registry(Shape))
['square']

rnn.BaseConvRNNCell
>>> isinstance(mx.rnn.ConvGRUCell((1, 3, 8, 8), 4), mx.rnn.BaseConvRNNCell)
True

rnn.BaseRNNCell
>>> cell = mx.rnn.LSTMCell(4, prefix='lstm_')
>>> isinstance(cell, mx.rnn.BaseRNNCell), [s['shape'] for s in cell.state_info]
(True, [(0, 4), (0, 4)])

rnn.BidirectionalCell
>>> cell = mx.rnn.BidirectionalCell(mx.rnn.GRUCell(4, prefix='l_'), mx.rnn.GRUCell(4, prefix='r_'))
>>> outputs, states = cell.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 8)]

rnn.BucketSentenceIter
>>> batches = mx.rnn.BucketSentenceIter([[1, 2], [3, 4], [5, 6, 7], [8, 9, 1]], batch_size=2, buckets=[2, 3])
WARNING: discarded 0 sentences longer than the largest bucket.
>>> sorted(batch.data[0].shape for batch in batches)
[(2, 2), (2, 3)]

rnn.ConvGRUCell
>>> cell = mx.rnn.ConvGRUCell(input_shape=(1, 3, 8, 8), num_hidden=4)
>>> output, states = cell(mx.sym.Variable('x'), cell.begin_state())
>>> output.list_arguments()[0], len(states)
('x', 1)

rnn.ConvLSTMCell
>>> cell = mx.rnn.ConvLSTMCell(input_shape=(1, 3, 8, 8), num_hidden=4)
>>> output, states = cell(mx.sym.Variable('x'), cell.begin_state())
>>> output.list_arguments()[0], len(states)
('x', 2)

rnn.ConvRNNCell
>>> cell = mx.rnn.ConvRNNCell(input_shape=(1, 3, 8, 8), num_hidden=4)
>>> output, states = cell(mx.sym.Variable('x'), cell.begin_state())
>>> output.list_arguments()[0], len(states)
('x', 1)

rnn.do_rnn_checkpoint
>>> save = mx.rnn.do_rnn_checkpoint(mx.rnn.LSTMCell(4, prefix='lstm_'), 'model', period=2)
>>> callable(save)
True

rnn.DropoutCell
>>> cell = mx.rnn.DropoutCell(0.5)
>>> outputs, states = cell.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 4)]

rnn.encode_sentences
>>> numbers, vocab = mx.rnn.encode_sentences([['a', 'b'], ['b', 'c']], start_label=1)
>>> numbers, vocab['c']
([[1, 2], [2, 3]], 3)

rnn.FusedRNNCell
>>> cell = mx.rnn.FusedRNNCell(4, num_layers=2, mode='lstm', prefix='lstm_')
>>> outputs, states = cell.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 4)]

rnn.GRUCell
>>> cell = mx.rnn.GRUCell(4, prefix='gru_')
>>> outputs, states = cell.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 4)]

rnn.load_rnn_checkpoint
>>> cell = mx.rnn.RNNCell(2, prefix='rnn_')
>>> outputs, states = cell.unroll(1, mx.sym.Variable('x'), merge_outputs=True)
>>> args = {'rnn_i2h_weight': nd.ones((2, 3)), 'rnn_h2h_weight': nd.ones((2, 2)), 'rnn_i2h_bias': nd.zeros(2), 'rnn_h2h_bias': nd.zeros(2)}
>>> mx.rnn.save_rnn_checkpoint(cell, 'model', 1, outputs, args, {})
>>> symbol, args, aux = mx.rnn.load_rnn_checkpoint(cell, 'model', 1)
>>> args['rnn_i2h_weight'].shape
(2, 3)

rnn.LSTMCell
>>> cell = mx.rnn.LSTMCell(4, prefix='lstm_')
>>> outputs, states = cell.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 4)]

rnn.ModifierCell
>>> isinstance(mx.rnn.ResidualCell(mx.rnn.GRUCell(4)), mx.rnn.ModifierCell)
True

rnn.ResidualCell
>>> cell = mx.rnn.ResidualCell(mx.rnn.GRUCell(4, prefix='gru_'))
>>> outputs, states = cell.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 4)]

rnn.rnn_unroll
>>> outputs, states = mx.rnn.GRUCell(4, prefix='gru_').unroll(2, mx.sym.Variable('x'))  # instead
>>> len(outputs)
2

rnn.RNNCell
>>> cell = mx.rnn.RNNCell(4, prefix='rnn_')
>>> outputs, states = cell.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 4)]

rnn.RNNParams
>>> params = mx.rnn.RNNParams('lstm_')
>>> params.get('i2h_weight').name, params.get('i2h_weight') is params.get('i2h_weight')
('lstm_i2h_weight', True)

rnn.save_rnn_checkpoint
>>> cell = mx.rnn.RNNCell(2, prefix='rnn_')
>>> outputs, states = cell.unroll(1, mx.sym.Variable('x'), merge_outputs=True)
>>> args = {'rnn_i2h_weight': nd.ones((2, 3)), 'rnn_h2h_weight': nd.ones((2, 2)), 'rnn_i2h_bias': nd.zeros(2), 'rnn_h2h_bias': nd.zeros(2)}
>>> mx.rnn.save_rnn_checkpoint(cell, 'model', 1, outputs, args, {})
>>> symbol, args, aux = mx.rnn.load_rnn_checkpoint(cell, 'model', 1)
>>> sorted(args)
['rnn_h2h_bias', 'rnn_h2h_weight', 'rnn_i2h_bias', 'rnn_i2h_weight']

rnn.SequentialRNNCell
>>> stack = mx.rnn.SequentialRNNCell()
>>> stack.add(mx.rnn.LSTMCell(4, prefix='a_'))
>>> stack.add(mx.rnn.LSTMCell(5, prefix='b_'))
>>> outputs, states = stack.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 5)]

rnn.ZoneoutCell
>>> cell = mx.rnn.ZoneoutCell(mx.rnn.GRUCell(4, prefix='gru_'), zoneout_outputs=0.5)
>>> outputs, states = cell.unroll(3, mx.sym.Variable('x'), merge_outputs=True)
>>> outputs.infer_shape(x=(2, 3, 4))[1]
[(2, 3, 4)]

runtime.diagnose
>>> mx.runtime.diagnose().startswith('mxnet-xla')
True

runtime.Feature
>>> mx.runtime.Features()['CPU_SSE'].name
'CPU_SSE'

runtime.feature_list
>>> 'OPENCV' in [feature.name for feature in mx.runtime.feature_list()]
True

runtime.findings
>>> type(mx.runtime.findings()).__name__
'list'

sym.arange
>>> mx.sym.arange(3).eval()[0]
[0. 1. 2.]
<NDArray 3 @cpu(0)>

sym.eye
>>> mx.sym.eye(2).eval()[0]
[[1. 0.]
 [0. 1.]]
<NDArray 2x2 @cpu(0)>

sym.fromjson
>>> x = mx.sym.Variable('x')
>>> mx.sym.fromjson((x * 2).tojson()).list_arguments()
['x']

sym.full
>>> mx.sym.full((2,), 7).eval()[0]
[7. 7.]
<NDArray 2 @cpu(0)>

sym.Group
>>> x = mx.sym.Variable('x')
>>> both = mx.sym.Group([mx.sym.relu(x, name='a'), mx.sym.square(x, name='b')])
>>> both.list_outputs()
['a_output', 'b_output']

sym.histogram
>>> x = mx.sym.Variable('x')
>>> mx.sym.histogram(x, bins=2, range=(0, 2)).eval(x=nd.array([0, 1, 1]))[0]
[1 2]
<NDArray 2 @cpu(0)>

sym.hypot
>>> x = mx.sym.Variable('x')
>>> mx.sym.hypot(x, 4).eval(x=nd.array([3]))[0]
[5.]
<NDArray 1 @cpu(0)>

sym.linspace
>>> mx.sym.linspace(0, 1, 3).eval()[0]
[0.  0.5 1. ]
<NDArray 3 @cpu(0)>

sym.load
>>> (mx.sym.Variable('x') * 2).save('net.json')
>>> mx.sym.load('net.json').list_arguments()
['x']

sym.load_json
>>> x = mx.sym.Variable('x')
>>> mx.sym.load_json((x * 2).tojson()).list_arguments()
['x']

sym.maximum
>>> x = mx.sym.Variable('x')
>>> mx.sym.maximum(x, 2).eval(x=nd.array([1, 3]))[0]
[2. 3.]
<NDArray 2 @cpu(0)>

sym.minimum
>>> x = mx.sym.Variable('x')
>>> mx.sym.minimum(x, 2).eval(x=nd.array([1, 3]))[0]
[1. 2.]
<NDArray 2 @cpu(0)>

sym.ones
>>> mx.sym.ones((2,)).eval()[0]
[1. 1.]
<NDArray 2 @cpu(0)>

sym.pow
>>> x = mx.sym.Variable('x')
>>> mx.sym.pow(x, 2).eval(x=nd.array([3]))[0]
[9.]
<NDArray 1 @cpu(0)>

sym.power
>>> x = mx.sym.Variable('x')
>>> mx.sym.power(x, 2).eval(x=nd.array([3]))[0]
[9.]
<NDArray 1 @cpu(0)>

sym.Symbol
>>> x, y = mx.sym.Variable('x'), mx.sym.Variable('y')
>>> z = x + y
>>> z.list_arguments()
['x', 'y']
>>> z.eval(x=nd.ones(2), y=nd.ones(2))[0]
[2. 2.]
<NDArray 2 @cpu(0)>

sym.var
>>> x = mx.sym.var('x', shape=(2, 3))
>>> (x * 2).infer_shape()[1]
[(2, 3)]

sym.Variable
>>> x = mx.sym.Variable('x', shape=(2, 3))
>>> (x * 2).infer_shape()[1]
[(2, 3)]

sym.zeros
>>> mx.sym.zeros((2,)).eval()[0]
[0. 0.]
<NDArray 2 @cpu(0)>

tools.im2rec.list_images
>>> import os
>>> from mxnet.tools import im2rec
>>> os.makedirs('photos/cats')
>>> open('photos/cats/a.png', 'wb').close()
>>> list(im2rec.list_images('photos', recursive=True))
[[(0, 'cats/a.png', 0)], {'cats': 0}]

tools.im2rec.read_list
>>> from mxnet.tools import im2rec
>>> with open('all.lst', 'w') as file:
...     n = file.write('0\t1.0\ta.png\n')
>>> list(im2rec.read_list('all.lst'))
[(0, 'a.png', [1.0])]

tools.im2rec.write_lists
>>> from mxnet.tools import im2rec
>>> im2rec.write_lists('all', [(0, 'a.png', 1)])
['all.lst']
>>> with open('all.lst') as file:
...     print(file.read().split())
['0', '1.000000', 'a.png']

tools.rec2idx.make_index
>>> from mxnet.tools import rec2idx
>>> file = mx.recordio.MXRecordIO('a.rec', 'w')
>>> file.write(b'one')
>>> file.close()
>>> rec2idx.make_index('a.rec', 'a.idx')
(1, 0)

util.get_gpu_count
>>> mx.util.get_gpu_count() == mx.num_gpus()
True

util.get_gpu_memory
>>> [free <= total for free, total in map(mx.util.get_gpu_memory, range(mx.num_gpus()))] == [True] * mx.num_gpus()
True

util.getenv
>>> mx.util.getenv('MXNET_EXAMPLE')

util.np_ufunc_legal_option
>>> mx.util.np_ufunc_legal_option('casting', 'same_kind')
True

util.set_module
>>> @mx.util.set_module('mxnet.np')
... def f():
...     pass
>>> f.__module__
'mxnet.np'

util.setenv
>>> mx.util.setenv('MXNET_EXAMPLE', '2')
>>> mx.util.getenv('MXNET_EXAMPLE')
'2'
>>> mx.util.setenv('MXNET_EXAMPLE', None)

util.wrap_np_binary_func
>>> @mx.util.wrap_np_binary_func
... def add(x1, x2, out=None):
...     return x1 + x2
>>> add(np.array([1, 2]), 1, where=True)
array([2., 3.])

util.wrap_np_unary_func
>>> @mx.util.wrap_np_unary_func
... def double(x, out=None):
...     return x * 2
>>> double(np.array([1, 2]), where=True)
array([2., 4.])

visualization.plot_network
>>> net = mx.sym.FullyConnected(mx.sym.Variable('x'), num_hidden=2, name='fc')
>>> type(mx.viz.plot_network(net)).__name__
'Digraph'

visualization.print_summary
>>> net = mx.sym.FullyConnected(mx.sym.Variable('x'), num_hidden=2, name='fc')
>>> mx.viz.print_summary(net, shape={'x': (1, 3)}, line_length=80)
________________________________________________________________________________
Layer (type)                       Output Shape    Param # Previous Layer
================================================================================
x(null)                            3               0
________________________________________________________________________________
fc(FullyConnected)                 2               8       x
================================================================================
Total params: 8
________________________________________________________________________________
"""
