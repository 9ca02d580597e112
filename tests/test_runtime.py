"""``mx.runtime``: features and the report; the modules that only say why they cannot."""

import importlib.util
import json
import os
import re
from pathlib import Path

import pytest

import mxnet as mx
from mxnet import _config, libinfo, library, misc, rtc, runtime
from mxnet._engine import cache
from mxnet._ops.kernels import native
from support import prepared

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


def test_opencv_is_opencv(monkeypatch):
    """Pillow decodes images as well, and is not OpenCV; a module may be there and not wanted."""
    there = {f.name: f.enabled for f in runtime.feature_list()}
    assert there["OPENCV"] is (importlib.util.find_spec("cv2") is not None)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "cv2" else find(name, *a)
    )
    assert not {f.name: f.enabled for f in runtime.feature_list()}["OPENCV"]


def test_onednn_is_told_before_the_first_convolution():
    program = "import mxnet as mx; print(mx.runtime.Features().is_enabled('MKLDNN'))"
    environment = {**os.environ}
    environment.pop("MXNET_XLA_KERNELS", None)
    for mode in ("native", "xla"):
        env = {**environment, "MXNET_XLA_KERNELS": mode}
        out = prepared.run(["-c", program], env=env, check=True).stdout
        assert out.strip() == str(mode == "native" and native.usable(native.CONVOLUTION))


def test_report():
    """All of it on one screen."""
    text = runtime.diagnose()
    assert repr(text) == str(text)
    for part in (f"mxnet-xla {mx.__version__}: ", "jaxlib", "devices", "kernels", "flushes"):
        assert part in text
    lines = text.splitlines()
    assert 12 < len(lines) <= 40 + 5 * len(runtime.findings())
    assert max(len(line) for line in lines) <= 100


def option(name, value):
    return lambda patch: patch.setattr(_config.options[name], "value", value)


def no_kernels(patch):
    patch.setattr(native, "COMPILED", Path("/no/such/folder"))
    patch.setattr(native, "_states", {})
    patch.setattr(native.sys, "platform", "linux")
    patch.setattr(native.platform, "machine", lambda: "x86_64")


AMISS = {
    "kernels off": (option("kernels", "xla"), r"MXNET_XLA_KERNELS=xla switches .* Unset it"),
    "no kernels": (
        no_kernels,
        r"No CPU kernels for convolutions, .*: not in this inst.*Remedy: in",
    ),
    "naive": (option("engine_type", "NaiveEngine"), "NaiveEngine runs operators one by one"),
    "no store": (
        lambda patch: patch.setattr(cache, "_state", "off: /x cannot be written"),
        "not kept on disk, so each start compiles: /x cannot be written",
    ),
    "store off": (lambda patch: patch.setattr(cache, "_state", "off"), "MXNET_XLA_CACHE_DIR=off"),
    "plugin": (
        lambda patch: (
            patch.setattr(runtime, "num_gpus", lambda: 0),
            patch.setattr(runtime, "_plugin_faults", ["RuntimeError: no driver"]),
        ),
        "plugin for a GPU did not start: RuntimeError: no driver",
    ),
    "another mxnet": (
        lambda patch: patch.setattr(runtime, "_version", lambda name: "1.9.1"),
        r"called mxnet \(1.9.1\) is installed too: pip uninstall mxnet",
    ),
}


@pytest.mark.parametrize("case", AMISS)
def test_verdict(case, monkeypatch):
    """What is amiss comes first, with what helps."""
    patch, expected = AMISS[case]
    before = runtime.findings()
    patch(monkeypatch)
    (found,) = [text for text in runtime.findings() if text not in before]
    assert re.search(expected, found)
    first, second = runtime.diagnose().splitlines()[:2]
    assert first == f"mxnet-xla {mx.__version__}: works, with remarks"
    assert second.startswith("  ! ")


def test_all_is_well(monkeypatch):
    monkeypatch.setattr(runtime, "findings", list)
    assert runtime.diagnose().startswith(f"mxnet-xla {mx.__version__}: all is well\n  Python ")


def test_report_is_a_program(monkeypatch):
    out = prepared.run(["-m", "mxnet.runtime"], check=True)
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
    out = prepared.run(["-c", code], check=True).stdout
    before, found, viz = json.loads(out)
    assert "mxnet.test_utils" in found
    assert viz == "mxnet.visualization"
    assert not {"test_utils", "visualization", "profiler", "rtc"} & set(before)
    assert "viz" in dir(mx)
    with pytest.raises(AttributeError, match="'nonsense'"):
        mx.nonsense  # noqa: B018
