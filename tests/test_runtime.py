"""``mx.runtime``: features and the report; the modules that only say why they cannot."""

import json
import subprocess
import sys

import pytest

import mxnet as mx
from mxnet import libinfo, library, misc, rtc, runtime

# mx.runtime.Features() of MXNet 1.9.1, in its order
NAMES = (
    "CUDA CUDNN NCCL CUDA_RTC TENSORRT CPU_SSE CPU_SSE2 CPU_SSE3 CPU_SSE4_1 CPU_SSE4_2 CPU_SSE4A"
    " CPU_AVX CPU_AVX2 OPENMP SSE F16C JEMALLOC BLAS_OPEN BLAS_ATLAS BLAS_MKL BLAS_APPLE LAPACK"
    " MKLDNN OPENCV CAFFE PROFILER DIST_KVSTORE CXX14 INT64_TENSOR_SIZE SIGNAL_HANDLER DEBUG"
    " TVM_OP"
)


def test_features():
    features = runtime.Features()
    assert features is runtime.Features()
    assert list(features) == NAMES.split()
    assert features.is_enabled("profiler") is True
    assert features.is_enabled("CUDA") is (mx.context.num_gpus() > 0)
    assert repr(features["TVM_OP"]) == "✖ TVM_OP"
    assert repr(features).startswith("[")
    assert "✔ LAPACK" in repr(features)
    first = runtime.feature_list()[0]
    assert (first.name, first.enabled) == ("CUDA", features["CUDA"].enabled)
    with pytest.raises(RuntimeError, match=r"Feature 'FOO' is unknown, known features are: \['CU"):
        features.is_enabled("foo")


def test_report():
    text = runtime.diagnose()
    assert repr(text) == str(text)
    for part in (f"mxnet-xla {mx.__version__}", "jaxlib", "devices", "kernels", "flushes"):
        assert part in text
    assert len(text.splitlines()) > 20


def test_report_is_a_program(monkeypatch):
    out = subprocess.run(
        [sys.executable, "-m", "mxnet.runtime"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert out.stdout.startswith("mxnet-xla ")


def test_report_names_changed_options_but_not_the_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MXNET_SOMETHING", str(tmp_path / "there"))
    text = runtime.diagnose()
    assert "MXNET_SOMETHING" in text
    assert "'~/there'" in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    "call",
    [
        lambda: rtc.CudaModule("x", options=["-a"], exports=["b"]),
        lambda: rtc.CudaModule.get_kernel(None, "f", "float *x"),
        lambda: rtc.CudaKernel(None, "f", [], []),
        lambda: rtc.CudaKernel.launch(None, [], mx.gpu(), (1, 1, 1), (1, 1, 1)),
    ],
)
def test_cuda_source_is_refused_with_a_way_out(call):
    with pytest.raises(mx.MXNetError, match=r"CUDA source code .* Hint: .*autograd\.Function"):
        call()


def test_libraries_are_refused(tmp_path):
    with pytest.raises(mx.MXNetError, match="does NOT exist"):
        library.load("nowhere.so")
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(mx.MXNetError, match="is NOT a library file"):
        library.load(str(tmp_path / "a.txt"))
    (tmp_path / "a.so").write_text("")
    with pytest.raises(mx.MXNetError, match="C\\+\\+ core cannot run on XLA"):
        library.load(str(tmp_path / "a.so"))
    assert mx.kvstore_server.KVStoreServer is mx.kvstore.KVStoreServer
    for find in (libinfo.find_lib_path, libinfo.find_include_path, libinfo.find_conf_path):
        with pytest.raises(RuntimeError, match=find.__name__):
            find()


def test_first_schedule():
    # values of MXNet 1.9.1
    schedule = misc.FactorScheduler(10, 0.5)
    assert [schedule(i) for i in (0, 9, 10, 20, 25)] == [0.01, 0.01, 0.005, 0.0025, 0.0025]
    for step, factor, text in ((0, 0.5, "step is too small"), (1, 1.0, "factor is too large")):
        with pytest.raises(ValueError, match=text):
            misc.FactorScheduler(step, factor)
    with pytest.raises(NotImplementedError):
        misc.LearningRateScheduler()(1)


def test_these_modules_are_loaded_when_asked_for():
    code = (
        "import json, sys, mxnet as mx\n"
        "names = ['profiler', 'runtime', 'test_utils', 'visualization', 'log', 'rtc', 'misc']\n"
        "before = [n for n in names if 'mxnet.' + n in sys.modules]\n"
        "print(json.dumps([before, [getattr(mx, n).__name__ for n in names], mx.viz.__name__]))"
    )
    run = [sys.executable, "-c", code]
    out = subprocess.run(run, capture_output=True, text=True, check=True, timeout=120).stdout
    before, found, viz = json.loads(out)
    assert "mxnet.test_utils" in found
    assert viz == "mxnet.visualization"
    assert not {"test_utils", "visualization", "profiler", "rtc"} & set(before)
    assert "viz" in dir(mx)
    with pytest.raises(AttributeError, match="'nonsense'"):
        mx.nonsense  # noqa: B018
