# Everything runs in .venv, which the first command makes and the later ones use again.
# Only relative names stand here, so that a clone works in any folder, one with spaces too.

PYTHON ?= python3
JOBS ?= 2

PYTHON_HERE := .venv/bin/python
RUN := $(PYTHON_HERE) -m
PIP := $(RUN) pip install --disable-pip-version-check
REPORT := build/report/nato-russia-talks.html
INSTALLED := .venv/.installed
BENCH_INSTALLED := .venv/.installed-bench

.DEFAULT_GOAL := help
.PHONY: help report test lint lab bench lock clean

help: ## say what can be made
	@echo "Usage: make TARGET [PYTHON=python3.12]"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' Makefile

report: $(INSTALLED) ## import the sample and write the report on the NATO-Russia talks
	.venv/bin/workbench import data/sample --events data/events.toml -o build/sample
	mkdir -p build/report
	.venv/bin/workbench report build/sample --event nato-russia-talks -o $(REPORT)
	@echo "The report is $(REPORT); open it in a browser."

test: lint ## formatter, linter, type checker and all tests
	$(RUN) pytest -n $(JOBS)

lint: $(INSTALLED) ## formatter, linter and type checker only
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

lab: $(INSTALLED) ## open JupyterLab on the notebooks
	.venv/bin/workbench lab

bench: $(BENCH_INSTALLED) ## measure the workbench beside what one would use instead
	@for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(PYTHON_HERE) "$$script" || exit 1; done

lock: | $(PYTHON_HERE) ## write requirements.lock anew from what is installed
	$(PIP) -e ".[dev]"
	$(PYTHON_HERE) tools/lock.py > requirements.lock.new
	mv requirements.lock.new requirements.lock
	touch $(INSTALLED)

clean: ## remove what was made, but keep .venv
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(PYTHON_HERE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The workbench needs Python 3.11 or later, and $(PYTHON) is not; name another: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up .venv: once, some minutes, about 2.5 GB on the disk."
	$(PYTHON) -m venv .venv

$(INSTALLED): requirements.lock pyproject.toml | $(PYTHON_HERE)
	$(PIP) -r requirements.lock
	$(PIP) --quiet --no-deps -e .
	@touch $@

$(BENCH_INSTALLED): $(INSTALLED)
	$(PIP) -c requirements.lock -e ".[bench]"
	@touch $@
