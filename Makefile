# make demo   from nothing to two verdicts      make test   everything that CI runs
# make setup  the environment only              make fmt    write formatting
# make examples  the example reports and the picture in docs/ anew, after a change of weights or of the page
# make docs   the documentation as a site that opens from a disk, its links checked
# make schema the JSON Schema anew, after a change of the types
# make release VERSION=0.2.0   changelog section, tag, packages and their checks; nothing is published
# make manual the manual page anew, after a change of a command or its help
# make golden the golden loss curve anew, only where numbers are meant to move
PYTHON ?= python3
LEAST_COVERAGE := 80
VENV := .venv
BIN := $(VENV)/bin
# PyTorch's own index of CPU builds; used where it can be reached, so that no CUDA packages are fetched.
TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu
STAMP := $(VENV)/.installed

define cpu_torch
@if $(PYTHON) -c "import urllib.request as u; u.urlopen('$(TORCH_CPU_INDEX)/torch/', timeout=5)" 2>/dev/null; \
then $(1) -m pip install -q --index-url $(TORCH_CPU_INDEX) -c constraints.txt torch; fi
endef

.PHONY: setup demo test check unit test-slow test-distributed coverage dist release golden schema manual docs gallery examples fmt bench clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(call cpu_torch,$(BIN)/python)
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[train,demo,serve,bulk,dev]'
	touch $@

demo: setup
	$(BIN)/python examples/demo.py --out out/demo

test: setup check unit

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit:
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2

test-slow: setup
	$(BIN)/pytest -m slow

test-distributed: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest -m distributed

golden: setup
	PYTHONPATH=. OMP_NUM_THREADS=1 $(BIN)/python tests/golden/make.py
	PYTHONPATH=. OMP_NUM_THREADS=1 $(BIN)/python tests/golden/verdict.py

examples: setup
	$(BIN)/python examples/04_example_reports.py --docs

schema: setup
	$(BIN)/python -c "from fakestormer.report.json_schema import write_schema; write_schema()"

docs: setup
	$(BIN)/python -m docs.site

# The gallery and the picture of a terminal anew, after a change of an example, of weights or of words.
gallery: demo
	$(BIN)/python -m docs.site.gallery
	$(BIN)/python -m docs.site.terminal

manual: setup
	$(BIN)/python -m docs.site.manual

fmt: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Lines of the package that the tests reach; subprocesses are not counted.
coverage: setup
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --cov=fakestormer --cov-report=term:skip-covered --cov-fail-under=$(LEAST_COVERAGE)

# Wheel and source distribution, checked; the wheel judges a film in an environment that holds nothing else.
dist: demo
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[release]'
	rm -rf dist
	$(BIN)/python -m build -o dist .
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl
	rm -rf build/installed
	$(PYTHON) -m venv build/installed
	$(call cpu_torch,build/installed/bin/python)
	build/installed/bin/python -m pip install -q -c constraints.txt dist/*.whl
	build/installed/bin/fakestormer doctor
	build/installed/bin/fakestormer detect out/demo/self_blended.mp4

release: setup
	$(BIN)/python -m release $(VERSION)

bench: setup
	$(BIN)/python benchmarks/detect.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/synthesis.py
	$(BIN)/python benchmarks/cache.py --frames 24 --reads 20 --opened 1000
	$(BIN)/python benchmarks/training_step.py --parts variants,operations --clips 2 --repeats 1

clean:
	rm -rf $(VENV) out dist build
