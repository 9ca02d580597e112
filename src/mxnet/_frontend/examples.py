# ruff: noqa: E501
"""Examples of functions and classes, one block a name: they are part of ``help`` and of the reference.

Each is run by ``tests/docs``, and ``tools/make_examples.py`` writes down what it gives.
"""

import sys

from .._ops._spec import clean

__all__ = ["EXAMPLES", "attach", "attach_to", "parsed"]

_FULL = {"nd": "ndarray", "np": "numpy", "npx": "numpy_extension"}  # names of modules


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
        code = mine.get(name) or shared.get(id(getattr(value, "op", None)))
        if code and id(value) not in done:
            done.add(id(value))
            doc = value.__doc__ or ""
            if "\n    " in doc and not hasattr(value, "op"):  # an operator's is clean already
                doc = clean(doc)
            value.__doc__ = f"{doc}\n\nExamples\n--------\n{code}"


EXAMPLES = """\
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

autograd.train_mode
>>> with autograd.train_mode():
...     print(autograd.is_training())
True

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

gluon.data.BatchSampler
>>> list(gluon.data.BatchSampler(gluon.data.SequentialSampler(5), 2, 'keep'))
[[0, 1], [2, 3], [4]]

gluon.data.DataLoader
>>> data = gluon.data.ArrayDataset(nd.arange(5))
>>> [len(batch) for batch in gluon.data.DataLoader(data, batch_size=2)]
[2, 2, 1]

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

gluon.data.SequentialSampler
>>> list(gluon.data.SequentialSampler(3))
[0, 1, 2]

gluon.data.SimpleDataset
>>> gluon.data.SimpleDataset([1, 2, 3]).transform(lambda x: x * 10)[2]
30

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

gluon.utils.clip_global_norm
>>> a = nd.array([3, 4])
>>> float(gluon.utils.clip_global_norm([a], 1))
5.0
>>> a
[0.6 0.8]
<NDArray 2 @cpu(0)>

gluon.utils.split_and_load
>>> parts = gluon.utils.split_and_load(nd.arange(4), [mx.cpu(0), mx.cpu(0)])
>>> parts[1].asnumpy()
array([2., 3.], dtype=float32)

gluon.utils.split_data
>>> a, b = gluon.utils.split_data(nd.arange(4), 2)
>>> b
[2. 3.]
<NDArray 2 @cpu(0)>

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

initializer.LSTMBias
>>> bias = gluon.Parameter('bias', shape=(4,), init=init.LSTMBias(forget_bias=1.0))
>>> bias.initialize()
>>> bias.data()
[0. 1. 0. 0.]
<NDArray 4 @cpu(0)>

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

lr_scheduler.CosineScheduler
>>> rate = mx.lr_scheduler.CosineScheduler(max_update=20, base_lr=1.0)
>>> [round(rate(step), 3) for step in (1, 10, 20)]
[0.994, 0.5, 0.0]

lr_scheduler.FactorScheduler
>>> rate = mx.lr_scheduler.FactorScheduler(step=10, factor=0.5, base_lr=1.0)
>>> [round(rate(step), 3) for step in (1, 10, 20)]
[1.0, 1.0, 0.5]

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

nd.contrib.cond
>>> x = nd.array([-3])
>>> nd.contrib.cond(x < 0, lambda: -x, lambda: x)
[3.]
<NDArray 1 @cpu(0)>

nd.contrib.count_sketch
>>> nd.contrib.count_sketch(nd.array([[1, 2, 3]]), nd.array([[0, 1, 0]]), nd.array([[1, 1, -1]]), out_dim=2)
[[-2.  2.]]
<NDArray 1x2 @cpu(0)>

nd.contrib.dequantize
>>> nd.contrib.dequantize(nd.array([-127, 127], dtype='int8'), nd.array([-1]), nd.array([1]))
[-0.9960785  0.9960785]
<NDArray 2 @cpu(0)>

nd.contrib.div_sqrt_dim
>>> nd.contrib.div_sqrt_dim(nd.ones((1, 4)))
[[0.5 0.5 0.5 0.5]]
<NDArray 1x4 @cpu(0)>

nd.contrib.fft
>>> nd.contrib.fft(nd.array([[1, 0, 0, 0]]))
[[1. 0. 1. 0. 1. 0. 1. 0.]]
<NDArray 1x8 @cpu(0)>

nd.contrib.foreach
>>> total, states = nd.contrib.foreach(lambda x, s: (x + s, x + s), nd.arange(4), nd.zeros(1))
>>> states
[6.]
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

nd.contrib.ifft
>>> nd.contrib.ifft(nd.contrib.fft(nd.array([[1, 2, 3, 4]]))) / 4
[[1. 2. 3. 4.]]
<NDArray 1x4 @cpu(0)>

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

nd.contrib.MultiBoxPrior
>>> nd.contrib.MultiBoxPrior(nd.zeros((1, 3, 2, 2)), sizes=(0.5,)).shape
(1, 4, 4)

nd.contrib.quadratic
>>> nd.contrib.quadratic(nd.array([1, 2]), a=1, b=2, c=3)
[ 6. 11.]
<NDArray 2 @cpu(0)>

nd.contrib.quantize
>>> q, low, high = nd.contrib.quantize(nd.array([0, 1]), nd.array([0]), nd.array([1]), out_type='uint8')
>>> q
[  0 255]
<NDArray 2 @cpu(0)>

nd.contrib.quantize_v2
>>> q, low, high = nd.contrib.quantize_v2(nd.array([-1, 0, 1]), out_type='int8')
>>> q
[-128    0  127]
<NDArray 3 @cpu(0)>

nd.contrib.rand_zipfian
>>> samples, true, counts = nd.contrib.rand_zipfian(nd.array([1]), 4, 10)
>>> samples.shape
(4,)

nd.contrib.ROIAlign
>>> x, roi = nd.arange(16).reshape((1, 1, 4, 4)), nd.array([[0, 0, 0, 2, 2]])
>>> nd.contrib.ROIAlign(x, roi, pooled_size=(1, 1), spatial_scale=1.0)
[[[[5.]]]]
<NDArray 1x1x1x1 @cpu(0)>

nd.contrib.round_ste
>>> nd.contrib.round_ste(nd.array([0.4, 1.6]))
[0. 2.]
<NDArray 2 @cpu(0)>

nd.contrib.sign_ste
>>> nd.contrib.sign_ste(nd.array([-3, 2]))
[-1.  1.]
<NDArray 2 @cpu(0)>

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
>>> import os, tempfile
>>> path = os.path.join(tempfile.mkdtemp(), 'a.params')
>>> nd.save(path, [nd.array([1, 2]), nd.ones(3)])
>>> len(nd.load(path))
2

nd.load_frombuffer
>>> import pathlib, tempfile
>>> path = pathlib.Path(tempfile.mkdtemp(), 'a.params')
>>> nd.save(str(path), [nd.array([1, 2])])
>>> nd.load_frombuffer(path.read_bytes())[0]
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

nd.random.gamma
>>> mx.random.seed(1)
>>> nd.random.gamma(alpha=2, beta=3, shape=(2, 3)).shape
(2, 3)

nd.random.generalized_negative_binomial
>>> mx.random.seed(1)
>>> nd.random.generalized_negative_binomial(mu=2, alpha=0.3, shape=(2, 3)).shape
(2, 3)

nd.random.multinomial
>>> nd.random.multinomial(nd.array([[0, 1, 0], [0, 0, 1]]))
[1 2]
<NDArray 2 @cpu(0)>

nd.random.negative_binomial
>>> mx.random.seed(1)
>>> nd.random.negative_binomial(k=3, p=0.4, shape=(2, 3)).shape
(2, 3)

nd.random.normal
>>> mx.random.seed(1)
>>> nd.random.normal(loc=0, scale=1, shape=(2, 3)).shape
(2, 3)

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
>>> import os, tempfile
>>> path = os.path.join(tempfile.mkdtemp(), 'a.params')
>>> nd.save(path, {'w': nd.array([1, 2])})
>>> nd.load(path)['w']
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

nd.sparse.array
>>> import scipy.sparse
>>> nd.sparse.array(scipy.sparse.csr_matrix([[0, 1]])).stype
'csr'

nd.sparse.csr_matrix
>>> m = nd.sparse.csr_matrix(([7, 8], [2, 0], [0, 1, 2]), shape=(2, 3))
>>> m.asnumpy()
array([[0., 0., 7.],
       [8., 0., 0.]], dtype=float32)
>>> m.indices.asnumpy()
array([2, 0])

nd.sparse.dot
>>> m = nd.sparse.csr_matrix(([7, 8], [2, 0], [0, 1, 2]), shape=(2, 3))
>>> nd.sparse.dot(m, nd.ones((3, 1)))
[[7.]
 [8.]]
<NDArray 2x1 @cpu(0)>

nd.sparse.retain
>>> r = nd.sparse.row_sparse_array(([[1], [2]], [0, 2]), shape=(3, 1))
>>> nd.sparse.retain(r, nd.array([2])).asnumpy()
array([[0.],
       [0.],
       [2.]], dtype=float32)

nd.sparse.row_sparse_array
>>> r = nd.sparse.row_sparse_array(([[1, 2]], [1]), shape=(3, 2))
>>> r.asnumpy()
array([[0., 0.],
       [1., 2.],
       [0., 0.]], dtype=float32)
>>> r.indices.asnumpy()
array([1])

nd.sparse.zeros
>>> nd.sparse.zeros('csr', (2, 3))
<CSRNDArray 2x3 @cpu(0)>

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

np.add
>>> np.add(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([3., 7., 6.])

np.all
>>> np.all(np.array([1, 0]))
array(False)

np.allclose
>>> np.allclose(np.array([1.]), np.array([1.0000001]))
True

np.any
>>> np.any(np.array([1, 0]))
array(True)

np.append
>>> np.append(np.array([1, 2]), np.array([3]))
array([1., 2., 3.])

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

np.clip
>>> np.clip(np.array([-5., 0.5, 9]), 0, 1)
array([0. , 0.5, 1. ])

np.column_stack
>>> np.column_stack([np.array([1, 2]), np.array([3, 4])])
array([[1., 3.],
       [2., 4.]])

np.concatenate
>>> np.concatenate([np.array([1, 2]), np.array([3])])
array([1., 2., 3.])

np.copy
>>> np.copy(np.array([1, 2]))
array([1., 2.])

np.copysign
>>> np.copysign(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([1., 5., 3.])

np.cos
>>> np.cos(np.array([0, 3.1415927]))
array([ 1., -1.])

np.cosh
>>> np.cosh(np.array([0, 1]))
array([1.       , 1.5430807])

np.count_nonzero
>>> np.count_nonzero(np.array([0, 3, 4]))
2

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

np.full
>>> np.full((2,), 7)
array([7., 7.])

np.full_like
>>> np.full_like(np.array([5, 6]), 7)
array([7., 7.])

np.gcd
>>> np.gcd(np.array([12, 5], dtype='int32'), np.array([10, 3], dtype='int32'))
array([2, 1], dtype=int32)

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

np.histogram
>>> counts, edges = np.histogram(np.array([1, 2, 2, 5]), bins=2, range=(0, 6))
>>> counts
array([3, 1], dtype=int64)

np.hsplit
>>> [part.tolist() for part in np.hsplit(np.arange(4), 2)]
[[0.0, 1.0], [2.0, 3.0]]

np.hstack
>>> np.hstack([np.array([1, 2]), np.array([3])])
array([1., 2., 3.])

np.hypot
>>> np.hypot(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([2.236068 , 5.3851647, 4.2426405])

np.identity
>>> np.identity(2)
array([[1., 0.],
       [0., 1.]])

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

np.isclose
>>> np.isclose(np.array([1.]), np.array([1.1]))
array([False])

np.isfinite
>>> np.isfinite(np.array([1, float('inf')]))
array([ True, False])

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

np.linalg.cholesky
>>> np.linalg.cholesky(np.array([[4., 2], [2, 3]]))
array([[2.       , 0.       ],
       [1.       , 1.4142135]])

np.linalg.cond
>>> np.linalg.cond(np.array([[4., 2], [2, 3]]))
array(3.8663588)

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
array(2, dtype=int64)

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

np.minimum
>>> np.minimum(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([1., 2., 3.])

np.mod
>>> np.mod(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([1., 1., 0.])

np.moveaxis
>>> np.moveaxis(np.zeros((2, 3, 4)), 0, 2).shape
(3, 4, 2)

np.multiply
>>> np.multiply(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([ 2., 10.,  9.])

np.nan_to_num
>>> np.nan_to_num(np.array([1, float('nan')]))
array([1., 0.])

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

np.pad
>>> np.pad(np.array([1, 2]), (1, 0))
array([0., 1., 2.])

np.percentile
>>> np.percentile(np.array([1., 2, 3]), 50)
array(2.)

np.polyval
>>> np.polyval(np.array([1, 0, 2]), np.array([3]))
array([11.])

np.power
>>> np.power(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([ 1., 25., 27.])

np.prod
>>> np.prod(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([  6., 120.])

np.ptp
>>> np.ptp(np.array([[1, 2, 3], [4, 5, 6]]), axis=1)
array([2., 2.])

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

np.ravel
>>> np.ravel(np.array([[1, 2, 3], [4, 5, 6]]))
array([1., 2., 3., 4., 5., 6.])

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

np.rint
>>> np.rint(np.array([0.5, 1.5]))
array([0., 1.])

np.roll
>>> np.roll(np.arange(4), 1)
array([3., 0., 1., 2.])

np.rollaxis
>>> np.rollaxis(np.zeros((2, 3, 4)), 2).shape
(4, 2, 3)

np.rot90
>>> np.rot90(np.array([[1, 2], [3, 4]]))
array([[2., 4.],
       [1., 3.]])

np.searchsorted
>>> np.searchsorted(np.array([1, 3, 5]), np.array([4]))
array([2], dtype=int64)

np.shape
>>> np.shape(np.ones((2, 3)))
(2, 3)

np.sign
>>> np.sign(np.array([-3, 0, 2]))
array([-1.,  0.,  1.])

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

np.tril
>>> np.tril(np.ones((2, 2)))
array([[1., 0.],
       [1., 1.]])

np.triu
>>> np.triu(np.ones((2, 2)))
array([[1., 1.],
       [0., 1.]])

np.true_divide
>>> np.true_divide(np.array([1., 5, 3]), np.array([2., 2, 3]))
array([0.5, 2.5, 1. ])

np.trunc
>>> np.trunc(np.array([-1.7, 1.7]))
array([-1.,  1.])

np.unique
>>> np.unique(np.array([2, 1, 2]))
array([1., 2.])

np.unravel_index
>>> np.unravel_index(np.array([2, 3]), (2, 3))
(array([0., 1.]), array([2., 0.]))

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

npx.layer_norm
>>> npx.layer_norm(np.array([[1., 3]]), np.ones(2), np.zeros(2))
array([[-0.999995,  0.999995]])

npx.leaky_relu
>>> npx.leaky_relu(np.array([-4., 2]), slope=0.25)
array([-1.,  2.])

npx.log_softmax
>>> npx.log_softmax(np.array([[1., 1]]))
array([[-0.6931472, -0.6931472]])

npx.multibox_prior
>>> npx.multibox_prior(np.zeros((1, 3, 2, 2)), sizes=(0.5,)).shape
(1, 4, 4)

npx.nonzero
>>> npx.nonzero(np.array([0, 3, 4]))
array([[1],
       [2]], dtype=int64)

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

npx.relu
>>> npx.relu(np.array([-1., 2]))
array([0., 2.])

npx.reshape
>>> npx.reshape(np.ones((2, 3, 4)), (-2, -1)).shape
(2, 12)

npx.reshape_like
>>> npx.reshape_like(np.arange(6), np.zeros((3, 2))).shape
(3, 2)

npx.roi_pooling
>>> npx.roi_pooling(np.arange(16).reshape(1, 1, 4, 4), np.array([[0, 0, 0, 1, 1]]), pooled_size=(1, 1), spatial_scale=1.0)
array([[[[5.]]]])

npx.sequence_mask
>>> npx.sequence_mask(np.ones((3, 2)), np.array([1, 3]), use_sequence_length=True)
array([[1., 1.],
       [0., 1.],
       [0., 1.]])

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

optimizer.Signum
>>> optimizer = mx.optimizer.Signum(learning_rate=0.1)
>>> weight, grad = nd.array([1, 2]), nd.array([10, -20])
>>> state = optimizer.create_state_multi_precision(0, weight)
>>> optimizer.update_multi_precision(0, weight, grad, state)
>>> weight
[0.9 2.1]
<NDArray 2 @cpu(0)>
"""
