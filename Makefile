# Every target sets up what it needs, in .venv, and does nothing twice.
#
#   make train      train the lessons of both roads in examples on real data
#   make test       the test suite, lazily and op by op
#   make test-versions  the suite with the oldest and the newest versions that pyproject.toml admits
#   make clients    client libraries of MXNet's time, in an environment of their own
#   make attack     what tests/attack tries, for longer: ROUNDS faulty files of each format
#   make sanitize   the tests of the CPU kernels, whose accesses are checked
#   make check      format, lint, types, import directions
#   make wheel      build the wheel, check it, and try it with each Python of PYTHONS
#   make bench      measure beside the peers        make bench-gpu   the same on a GPU, and large ones
#   make docs       build the documentation site into build/docs
#   make clean      remove what was built           make distclean   ... and the environments
#
# PYTHON chooses the interpreter of a new environment: make test PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
GPU_VENV := .venv-gpu
CLIENTS_VENV := .venv-clients
WHEEL_VENV := .venv-wheel
PY := $(VENV)/bin/python
GPU_PY := $(GPU_VENV)/bin/python
CLIENTS_PY := $(CLIENTS_VENV)/bin/python
# cuda (CUDA 13) or cuda12, for older drivers
CUDA ?= cuda
JOBS ?= 2
# More arguments for a program or for pytest: make test ARGS='-k pooling'
ARGS ?=
EDGE ?=
# make wheel PYTHONS='python3.11 python3.13'; empty: those that are found of 3.11 to 3.13
PYTHONS ?=
ROUNDS ?= 20000

# What the engine's two modes might tell apart runs once more, op by op.
NAIVE_TESTS := $(wildcard tests/engine tests/autograd tests/ndarray tests/gluon/test_block.py \
	tests/gluon/test_trainer.py tests/gluon/test_loss.py tests/test_operator.py)

.DEFAULT_GOAL := help
.PHONY: help train test test-versions clients attack sanitize docs wheel check format bench bench-gpu clean distclean
.DELETE_ON_ERROR:

help:
	@sed -n '/^#   make/s/^#   //p' Makefile

train: $(VENV)/.ready-train
	$(PY) examples/learning_road/run_all.py $(ARGS)

test: $(VENV)/.ready-test
	$(PY) -m pytest -q -n $(JOBS) $(ARGS)
	$(if $(NAIVE_TESTS),MXNET_ENGINE_TYPE=NaiveEngine $(PY) -m pytest -q -n $(JOBS) $(NAIVE_TESTS) $(ARGS) \
		$(if $(ARGS),|| [ $$? -eq 5 ]))

# Environments of their own, .venv-oldest-3.12 and .venv-newest-3.12, brought up to date each time.
# EDGE=oldest or EDGE=newest: only one.
test-versions:
	$(PYTHON) tools/try_versions.py $(EDGE) -n $(JOBS) $(ARGS)

clients: $(CLIENTS_VENV)/.ready
	$(CLIENTS_PY) -m pytest -q tests/clients $(ARGS)

attack: $(VENV)/.ready-test
	MXNET_ATTACK_ROUNDS=$(ROUNDS) $(PY) -m pytest -q -n $(JOBS) tests/attack $(ARGS)

docs: $(VENV)/.ready-docs
	$(PY) docs/site/build.py $(ARGS)

wheel:
	@$(NEW_ENOUGH)
	$(PYTHON) tools/make_wheel.py $(PYTHONS)

sanitize: $(VENV)/.ready-sanitize
	$(PY) tools/sanitize.py $(ARGS)

check: $(VENV)/.ready-dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m pyright
	$(PY) -m pytest -q tests/house

format: $(VENV)/.ready-dev
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: $(VENV)/.ready-train
	$(PY) benchmarks/run.py $(ARGS)

# An environment of its own: CUDA's libraries are large, and .venv stays as a laptop would have it.
# PyTorch takes part by ARGS='--torch-python PYTHON'.
bench-gpu: $(GPU_VENV)/.ready-$(CUDA)
	$(GPU_PY) benchmarks/gpu.py $(ARGS)

clean:
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis
	find src tests examples benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} + \
		2>/dev/null || true

distclean: clean
	rm -rf $(VENV) $(GPU_VENV) $(CLIENTS_VENV) $(WHEEL_VENV) .venv-oldest-* .venv-newest-*
	rm -rf src/mxnet/_ops/kernels/compiled

# ---------------------------------------------------------------------------------- environments

# A stamp is newer than what the package is built from exactly when the environment has that. The
# native kernels are compiled for this machine then, where there is a C++ compiler.
BUILT_FROM := pyproject.toml CMakeLists.txt $(wildcard src/mxnet/_ops/kernels/*.cc src/mxnet/_ops/kernels/*.h)
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
$(VENV)/.ready-train: EXTRAS = plot,vision
$(VENV)/.ready-test: EXTRAS = test
$(VENV)/.ready-dev: EXTRAS = dev
$(VENV)/.ready-docs: EXTRAS = docs
$(VENV)/.ready-sanitize: EXTRAS = test,kernels
$(GPU_VENV)/.ready-$(CUDA): EXTRAS = plot,$(CUDA)

$(VENV)/.ready-train $(VENV)/.ready-test $(VENV)/.ready-dev $(VENV)/.ready-docs $(VENV)/.ready-sanitize: $(BUILT_FROM) | $(PY)
	@echo "Setting up $(VENV) for 'make $(MAKECMDGOALS)': this is done once, and takes a minute or two."
	$(PY) $(PIP_INSTALL) --editable '.[$(EXTRAS)]'
	@touch $@

$(GPU_VENV)/.ready-$(CUDA): $(BUILT_FROM) | $(GPU_PY)
	@echo "Setting up $(GPU_VENV): CUDA's libraries are some gigabytes."
	$(GPU_PY) $(PIP_INSTALL) --editable '.[$(EXTRAS)]'
	@touch $@

$(CLIENTS_VENV)/.ready: $(BUILT_FROM) tests/clients/requirements.txt | $(CLIENTS_PY)
	@echo "Setting up $(CLIENTS_VENV) with nine client libraries."
	$(CLIENTS_PY) $(PIP_INSTALL) --editable '.[test]'
	$(CLIENTS_PY) $(PIP_INSTALL) --no-deps -r tests/clients/requirements.txt
	@touch $@

define NEW_ENOUGH
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "mxnet-xla needs Python 3.11 or newer, and '$(PYTHON)' is not."; \
	echo "Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
endef

$(PY) $(GPU_PY) $(CLIENTS_PY):
	@$(NEW_ENOUGH)
	@$(PYTHON) -m venv $(@:/bin/python=) || { \
		echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt install python3-venv"; \
		rm -rf $(@:/bin/python=); exit 1; }
