# Two commands do everything: `make report` and `make test`. The first use of either builds .venv from the lock.
PYTHON ?= $(firstword $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p; done) python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
TOOLS := build/tools
WORKERS ?= 2
PIP := -m pip --disable-pip-version-check --quiet --no-input install

unexport PYTHONHOME PYTHONPATH
.DELETE_ON_ERROR:
.PHONY: report test check lab setup lock bench fuzz clean help

report: $(STAMP) ## build the environment, then every report on the embedded synthetic cohort
	$(BIN)/comorbid report --cohort synthetic

test: check ## build the environment, then every check and every test
	$(BIN)/python -m pytest -n $(WORKERS)

check: $(STAMP) ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

lab: $(STAMP) ## JupyterLab in notebooks/
	$(BIN)/jupyter-lab notebooks

bench: $(STAMP) ## measure against peers
	$(BIN)/python benchmarks/run.py

fuzz: $(STAMP) ## a million damaged files for every reader; INPUTS=300 for a quick look
	PYTHONPATH=. $(BIN)/python benchmarks/fuzz.py --inputs $(or $(INPUTS),1000000)

setup: $(STAMP) ## the environment alone

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("comorbid needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python $(PIP) --no-compile --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

lock: ## choose newer versions of everything, within pyproject.toml
	$(PYTHON) -m venv --clear $(TOOLS)
	$(TOOLS)/bin/python $(PIP) uv
	$(TOOLS)/bin/uv pip compile --quiet --system-certs --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command 'make lock' --extra lab --extra parquet --extra files --extra r --extra word --group test --group check --group build \
		pyproject.toml -o requirements.lock

clean: ## remove the environment, caches and built reports
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find reports -mindepth 1 ! -name README.md -delete
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)
