"""A sentence in Chinese for the names used most: it stands first in their entries."""

_TEXT = """
nd.NDArray 某个设备上的多维数组。
nd.array 用列表、数字或其他数组创建数组。
nd.zeros 全为 0 的数组。
nd.ones 全为 1 的数组。
nd.full 全为同一个数的数组。
nd.empty 内容无关紧要的数组（实际为 0）。
nd.arange 等差数列，不含终点。
nd.linspace 两端之间均匀分布的若干个数。
nd.eye 对角线为 1 的矩阵。
nd.zeros_like 与给定数组形状、类型相同的全 0 数组。
nd.ones_like 与给定数组形状、类型相同的全 1 数组。
nd.save 把数组保存到文件，MXNet 1.x 也能读取。
nd.load 读取 save 或 MXNet 1.x 写的文件。
nd.waitall 等待本线程请求的全部计算完成。
nd.add 逐元素相加，可广播。
nd.subtract 逐元素相减，可广播。
nd.multiply 逐元素相乘，可广播。
nd.divide 逐元素相除，可广播。
nd.power 逐元素乘方，可广播。
nd.maximum 逐元素取较大者，可广播。
nd.minimum 逐元素取较小者，可广播。
nd.abs 逐元素取绝对值。
nd.exp 逐元素求 e 的幂。
nd.log 逐元素求自然对数。
nd.sqrt 逐元素求平方根。
nd.square 逐元素求平方。
nd.relu 逐元素计算 max(x, 0)。
nd.sigmoid 逐元素计算 1 / (1 + e^-x)。
nd.tanh 逐元素求双曲正切。
nd.softmax 沿某个轴的 softmax。
nd.log_softmax softmax 的对数，概率很小时也不损失精度。
nd.clip 把数值截断到一个区间。
nd.sum 沿轴求和。
nd.mean 沿轴求平均值。
nd.max 沿轴求最大值。
nd.min 沿轴求最小值。
nd.prod 沿轴求积。
nd.norm 沿轴求向量范数。
nd.argmax 最大元素的位置。
nd.argmin 最小元素的位置。
nd.argsort 使元素有序的位置。
nd.sort 沿轴排序。
nd.topk 每行最大的 k 个元素，或它们的位置。
nd.dot 矩阵乘积：第一个数组的末轴与第二个的首轴相乘求和。
nd.batch_dot 一批矩阵两两相乘。
nd.reshape 相同的元素，另一种形状。
nd.flatten 除第一个轴外合并成一个轴。
nd.transpose 交换轴的次序。
nd.expand_dims 增加一个大小为 1 的轴。
nd.squeeze 去掉大小为 1 的轴。
nd.concat 沿一个轴拼接数组。
nd.stack 沿新的轴拼接形状相同的数组。
nd.split 沿一个轴切成相等的几份。
nd.slice_axis 取一个轴上的一段。
nd.take 取给定位置上的元素。
nd.pick 每行取一个元素。
nd.one_hot 把类别编号变成独热向量。
nd.where 条件成立处取一个数组的元素，否则取另一个的。
nd.tile 沿各轴重复整个数组。
nd.repeat 重复每个元素。
nd.broadcast_to 重复大小为 1 的轴，直到形状符合。
nd.cast 转换元素类型。
nd.Embedding 取权重表中给定编号的行。
nd.FullyConnected 仿射变换 y = x W^T + b。
nd.Convolution 卷积。
nd.Pooling 池化。
nd.BatchNorm 批量归一化。
nd.LayerNorm 层归一化。
nd.Dropout 训练时随机置零。
nd.Activation 激活函数。
nd.random.uniform 均匀分布的随机数。
nd.random.normal 正态分布的随机数。
nd.random.shuffle 随机打乱第一个轴的次序。
autograd.record 记录其中的运算，以便求梯度。
autograd.pause 其中的运算不记录。
autograd.backward 求若干数组对已标记变量的梯度。
autograd.grad 求梯度并返回，不写入变量。
context.cpu 表示 CPU 的上下文。
context.gpu 表示第几块 GPU 的上下文。
gluon.Block 层和网络的基类，用 Python 代码定义前向计算。
gluon.HybridBlock 可以编译的层和网络的基类。
gluon.SymbolBlock 由符号构成的块。
gluon.Parameter 网络的一个参数：数值及其梯度。
gluon.ParameterDict 一组参数，按名称存放。
gluon.Trainer 用优化器更新一组参数。
gluon.nn.Sequential 依次执行的层。
gluon.nn.HybridSequential 依次执行、可以编译的层。
gluon.nn.Dense 全连接层。
gluon.nn.Conv1D 一维卷积层。
gluon.nn.Conv2D 二维卷积层。
gluon.nn.Conv2DTranspose 二维转置卷积层。
gluon.nn.MaxPool2D 二维最大池化层。
gluon.nn.AvgPool2D 二维平均池化层。
gluon.nn.GlobalAvgPool2D 对整幅图像求平均的池化层。
gluon.nn.BatchNorm 批量归一化层。
gluon.nn.LayerNorm 层归一化层。
gluon.nn.Dropout 训练时随机置零的层。
gluon.nn.Embedding 把编号变成可学习向量的层。
gluon.nn.Activation 激活函数层。
gluon.nn.Flatten 除批量轴外合并所有轴的层。
gluon.nn.Lambda 把函数包装成层。
gluon.rnn.RNN 多层普通循环网络。
gluon.rnn.LSTM 多层长短期记忆网络。
gluon.rnn.GRU 多层门控循环单元网络。
gluon.loss.L2Loss 平方误差的一半。
gluon.loss.L1Loss 绝对误差。
gluon.loss.SoftmaxCrossEntropyLoss softmax 之后的交叉熵。
gluon.loss.SigmoidBinaryCrossEntropyLoss sigmoid 之后的二元交叉熵。
gluon.data.Dataset 数据集的基类。
gluon.data.ArrayDataset 由几个数组或列表组成的数据集。
gluon.data.DataLoader 把数据集分成批量，可用多个进程读取。
gluon.utils.split_and_load 把一个批量分到几个设备上。
gluon.utils.clip_global_norm 把所有梯度的总范数限制在一个值以内。
optimizer.SGD 随机梯度下降，可带动量。
optimizer.Adam Adam 优化器。
initializer.Xavier Xavier 初始化。
initializer.Normal 正态分布初始化。
initializer.Uniform 均匀分布初始化。
metric.Accuracy 分类正确率。
lr_scheduler.FactorScheduler 每隔若干步把学习率乘以一个系数。
lr_scheduler.CosineScheduler 学习率按余弦曲线下降。
deploy.export 把网络及其参数写成一个可部署的文件。
deploy.load 读取 export 写的网络：输入输出都是 NumPy 数组。
"""
SUMMARIES = dict(line.split(" ", 1) for line in _TEXT.strip().split("\n"))
