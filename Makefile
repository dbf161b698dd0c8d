# occlusionkit: `make run` and `make test` do everything on a fresh machine; the rest is for people who change the code.
#   make run         set up, run config.yaml, print where the tables and the report are    CORES=N  CONFIG=more.yaml
#   make test        set up, run the whole test-suite                                      TESTS="tests/occlusion -k gap"
#   make lint        set up, check style, types, rules                make bench      measure: prints ratios
#   make report      the HTML report alone                            make lock       make requirements.lock anew
#   make setup       the environment alone                            make clean      remove the environment (never results)
#   HEADLESS=1       opencv without libGL (the renderer is then embree)   APT=0       never run apt, print the line instead
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
TORCH ?= torch==2.13.0
VENV := .venv
BIN := $(VENV)/bin
# The CPUs this process may use, not the CPUs of the node: a SLURM allocation or `taskset` is respected.
CORES ?= $(shell $(PYTHON) -c 'import os; print(len(os.sched_getaffinity(0)))')
HEADLESS ?= 0
CONFIG ?=
TESTS ?= tests
# Nothing is written to $HOME: caches of every library go beside the results.
CACHE := $(CURDIR)/results/.cache
export XDG_CACHE_HOME := $(CACHE)
export MPLCONFIGDIR := $(CACHE)/matplotlib
export MESA_SHADER_CACHE_DIR := $(CACHE)/mesa
export PYTHONDONTWRITEBYTECODE := 1

STAMP := $(VENV)/.installed-$(shell cat requirements.lock pyproject.toml scripts/setup_environment.sh 2>/dev/null | sha256sum | cut -c1-16)-$(HEADLESS)

.PHONY: help setup run test lint bench report lock clean
help:
	@sed -n '2,7p' Makefile | sed 's/^# \{0,1\}//'

$(STAMP):
	@PYTHON="$(PYTHON)" TORCH="$(TORCH)" VENV="$(VENV)" HEADLESS="$(HEADLESS)" APT="$(APT)" scripts/setup_environment.sh
	@rm -f $(VENV)/.installed-* && touch $@

setup: $(STAMP)

run: setup
	@$(BIN)/python scripts/run_workflow.py --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG))

report: setup
	@$(BIN)/python scripts/run_workflow.py --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG)) --target build_report

test: setup
	@$(BIN)/python -m pytest $(TESTS)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --cache-dir results/.cache/mypy
	@$(BIN)/snakefmt --check workflow/Snakefile rules
	@$(BIN)/snakemake --lint
	@scripts/check_lock.sh

bench: setup
	@for one in benchmarks/bench_*.py; do echo "== $$one"; $(BIN)/python "$$one"; done

lock:
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --override overrides.txt requirements.in --output-file requirements.lock

clean:
	rm -rf $(VENV)
