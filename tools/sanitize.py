"""Run tests with CPU kernels that GCC's address and undefined-behaviour sanitizers check.

``make sanitize``, or ``python tools/sanitize.py [arguments of pytest]``: without any, the tests of
the kernels and of what they are fed with (``tests/ops/test_kernel_inputs.py``). The kernels are
compiled into a folder of their own. oneDNN is not instrumented, its calls from them are. Before the
tests, a library with an error of each kind is compiled in the same way: each has to be reported.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLAGS = "-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"
TESTS = (
    "tests/ops/test_kernel_inputs.py",
    "tests/ops/test_kernels.py",
    "tests/ops/test_pool_kernels.py",
    "tests/ops/test_sort_kernels.py",
    "tests/ops/test_integer_kernels.py",
    "tests/ops/test_rows.py",
    "tests/ops/test_rowwise.py",
    "tests/ops/test_box_kernel.py",
    "tests/optimizer/test_native_updates.py",
    "tests/engine/test_direct.py",
)
RUN = """
import pathlib, sys
import pytest
from mxnet._ops.kernels import native

native.COMPILED = pathlib.Path(sys.argv[1])
for library in native.LIBRARIES:
    assert native.available(library), native.state(library)
sys.exit(pytest.main(sys.argv[2:]))
"""
BROKEN = """
#include <cstdint>
#include <vector>
extern "C" float past(int n) { std::vector<float> x(8, 1.0f); return x.data()[n]; }
extern "C" float freed(int n) {
  volatile float* x = new float[n];
  delete[] x;
  return x[0];
}
extern "C" int over(int n) { return n + 2147483647; }
extern "C" int crooked(int n) { char x[16] = {}; return *reinterpret_cast<int32_t*>(x + n); }
"""
WORDS = {
    "past": "heap-buffer-overflow",
    "freed": "heap-use-after-free",
    "over": "signed integer overflow",
    "crooked": "misaligned address",
}


def compiler():
    """The compiler of the kernels."""
    found = os.environ.get("CXX") or shutil.which("c++") or shutil.which("g++")
    if not found:
        sys.exit("sanitize: no C++ compiler")
    return found


def library(name):
    """The path of one of the compiler's libraries."""
    asked = [compiler(), f"-print-file-name={name}"]
    path = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    if not os.path.isabs(path):
        sys.exit(f"sanitize: {compiler()} has no {name}")
    return os.path.realpath(path)


def environment():
    """What a process needs, so that what it loads can be instrumented."""
    preloaded = " ".join(map(library, ("libasan.so", "libubsan.so", "libstdc++.so")))
    return os.environ | {
        "LD_PRELOAD": preloaded,
        # Python never frees some of what it allocates; allocations beyond memory are tests of ours
        "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        "MXNET_XLA_CACHE_DIR": "off",
        "MXNET_SANITIZE": "1",
    }


def cmake():
    """That of this environment, or of the system."""
    found = shutil.which("cmake", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    return found or sys.exit("sanitize: no cmake (pip install 'mxnet-xla[kernels]')")


def build():
    """Compile the kernels for this machine; the folder that they are in."""
    level = subprocess.run(
        [sys.executable, "-c", "from mxnet._ops.kernels import native; print(native.levels()[0])"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    folder = ROOT / "build" / "sanitize"
    configure = [
        *(cmake(), "-S", str(ROOT), "-B", str(folder), f"-DPython_EXECUTABLE={sys.executable}"),
        *(f"-DCMAKE_CXX_COMPILER={compiler()}", "-DCMAKE_BUILD_TYPE=Sanitize"),
        *(f"-DCMAKE_CXX_FLAGS_SANITIZE={FLAGS} -w", f"-DMXNET_LEVELS={level}"),
    ]
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([cmake(), "--build", str(folder), "--parallel", "2"], check=True)
    return folder


def check_itself(env):
    """Exit unless an error of each kind is reported."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = os.path.join(folder, "broken.cc"), os.path.join(folder, "broken.so")
        Path(source).write_text(BROKEN)
        subprocess.run(
            [compiler(), *FLAGS.split(), "-fPIC", "-shared", "-w", source, "-o", made], check=True
        )
        for name, word in WORDS.items():
            argument = 8 if name == "past" else 1
            call = f"import ctypes; ctypes.CDLL({made!r}).{name}({argument})"
            done = subprocess.run(
                [sys.executable, "-c", call], env=env, capture_output=True, text=True, check=False
            )
            if not done.returncode or word not in done.stderr:
                sys.exit(f"sanitize: {name!r} was not reported:\n{done.stdout}{done.stderr}")
    sys.stdout.write(f"sanitize: reported: {', '.join(WORDS.values())}\n")


def main():
    """Run the tests; returns pytest's status."""
    env = environment()
    check_itself(env)
    arguments = ["-q", "--capture=sys", "-p", "no:cacheprovider", *(sys.argv[1:] or TESTS)]
    return subprocess.run(
        [sys.executable, "-c", RUN, str(build()), *arguments], cwd=ROOT, env=env, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
