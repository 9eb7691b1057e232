# What people type; the work is in scripts/. `make help` lists the commands.
#
#   make PYTHON=/path/to/python3.12 ...   another Python for the environment
#   make VENV=/path/to/venv ...           another place for it

VENV ?= .venv
TORCH ?= 2.13.0
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python

export NBFLOW_VENV_BIN := $(BIN)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo lab test test-slow deep check docs bench format js watch chromium clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.demo ## Run the quickstart notebook on real data (afresh each time), and show its runs
	@"$(PY)" scripts/demo.py

lab: $(VENV)/.demo ## Open the executed quickstart in JupyterLab, on 127.0.0.1
	@test -f demo/quickstart.ipynb || "$(PY)" scripts/demo.py
	@"$(PY)" scripts/lab.py demo/quickstart.ipynb

test: $(VENV)/.dev js chromium ## Pass every check, every test and the build of the documentation
	@scripts/check
	@scripts/docs
	@scripts/test

test-slow: $(VENV)/.dev js chromium ## Run the tests that take long
	@scripts/test -m slow || test $$? -eq 5 # pytest says 5 where there are none

deep: $(VENV)/.dev ## Install PyTorch, Lightning and Keras, whose tests are skipped without them (large)
	@"$(PY)" -m pip install --quiet 'torch==$(TORCH)' --editable '.[deep]'

check: $(VENV)/.dev js ## Lint, format, types, layers and docstrings only
	@scripts/check

docs: $(VENV)/.dev ## Build the documentation into docs/_build/html
	@scripts/docs

bench: $(VENV)-bench/.bench ## Measure against the floor and the peers, and write docs/benchmarks.md
	@"$(VENV)-bench/$(notdir $(BIN))/python" -m tests.bench.run --write

format: $(VENV)/.dev ## Format the code, and strip the notebooks of their outputs
	@scripts/format

js: $(VENV)/.dev ## Build the JavaScript, where it is older than its sources
	@PATH="$(abspath $(BIN)):$$PATH" "$(PY)" -m hatchling build --target wheel --hooks-only

watch: $(VENV)/.dev js ## Build the JavaScript at each change; JupyterLab of .venv shows it when its page is loaded anew
	@"$(BIN)/jupyter-builder" develop --overwrite .
	@PATH="$(abspath $(BIN)):$$PATH" npm --prefix labextension run --silent watch

chromium: ## Bring the browser of the browser tests, where there is none
	@scripts/chromium

clean: ## Remove what was built, .venv too
	rm -rf .venv .venv-bench build demo dist docs/_build docs/quickstart.ipynb
	rm -rf labextension/dist labextension/lib labextension/node_modules nbflow/widgets/static
	rm -rf .benchmarks .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# One stamp for each set of packages, so that a second call is quick.
$(VENV)/.made:
	@NBFLOW_PYTHON="$(PYTHON)" scripts/venv "$(VENV)"
	@touch "$@"

$(VENV)/.demo: $(VENV)/.made pyproject.toml nbflow/_version.py
	@echo "Installing nbflow, scikit-learn and JupyterLab into $(VENV) (a minute or two, once)"
	@"$(PY)" -m pip install --quiet --editable '.[demo,lab]'
	@touch "$@"

$(VENV)/.dev: $(VENV)/.made pyproject.toml nbflow/_version.py
	@echo "Installing nbflow and what its tests need into $(VENV) (a minute or two, once)"
	@"$(PY)" -m pip install --quiet --editable '.[dev]'
	@touch "$@"

# An environment apart: mlflow holds pyarrow back, and brings many packages that the tests must do without.
$(VENV)-bench/.bench: pyproject.toml nbflow/_version.py
	@test -f "$(VENV)-bench/pyvenv.cfg" || NBFLOW_PYTHON="$(PYTHON)" scripts/venv "$(VENV)-bench"
	@echo "Installing nbflow and the peers to measure against into $(VENV)-bench"
	@"$(VENV)-bench/$(notdir $(BIN))/python" -m pip install --quiet --editable '.[bench]'
	@touch "$@"
