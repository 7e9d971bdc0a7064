# Two commands for a newcomer:  make check  and  make test.  Both set up first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OUT := build/cuda
WHEELS := .wheels

.PHONY: check test lint gate bench machines cuda cuda-dry cuda-wheels mutants clean

check: $(READY)  ## the NumPy network against its PyTorch twin
	$(BIN)/backproof check

test: $(READY)  ## the tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

lint: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

gate: $(READY)  ## red where something differs, is judged less sharply, or is slower than BASE
	$(BIN)/backproof gate $(if $(BASE),--base $(BASE) --limit 10% --budget 30)

bench: $(READY)  ## what comparing costs, in numbers
	$(BIN)/python -m pytest benchmarks --benchmark-enable -s

machines: $(READY)  ## the tests, and right code on hard numbers, as on other machines
	$(BIN)/python -m parity_tests.machines.run

cuda:  ## all that needs a CUDA device, from the source tree and with PYTHON; results in OUT
	PYTHONPATH="$$(printf '%s:' $(WHEELS)/*.whl)" $(PYTHON) -m parity_tests.on_cuda.run $(OUT)

cuda-dry: $(READY)  ## the same here, with the CPU in the device's place
	$(BIN)/python -m parity_tests.on_cuda.run $(OUT) --dry

cuda-wheels: $(READY)  ## what a bare machine with CUDA may lack, to be carried there
	$(BIN)/python -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 \
	  --constraint constraints.txt --dest $(WHEELS) \
	  typer rich click shellingham annotated-doc markdown-it-py mdurl pygments

mutants: $(READY)  ## does a test fail for every change of impl_numpy?  writes docs/mutation.md
	$(BIN)/python -m parity_tests.mutation.run

clean:
	rm -rf $(VENV) build *.egg-info

$(READY): pyproject.toml constraints.txt backproof/_ratios.c
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $(READY)
