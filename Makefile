# Every target sets up what it needs: Python 3.11 to 3.13 and make are enough.
# Without make (Windows): see "Setting up" in CONTRIBUTING.md.

VENV := .venv
LOCK := requirements.lock
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
UV := $(shell command -v uv 2>/dev/null)
# The newest Python on the path that dagster-dbt supports; `make PYTHON=/path/to/python` chooses another.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo "$$python" && break; done)

# Every command starts several processes; without bytecode each of them would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all test-spark ui lint fuzz kill bench audit codegen lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile

setup: $(INSTALLED) ## make .venv with exactly what requirements.lock lists

demo: setup ## make synthetic submissions and run everything into data/published
	$(BIN)/congdoan demo

test: setup ## unit and integration tests, but for the slow ones
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

test-all: setup ## all of them, as .ci/run does
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# An environment of its own: Spark is 450 MB that nobody else needs.
test-spark: ## the models on a local Spark cluster, compared with DuckDB's (needs Java 17)
	@command -v java >/dev/null || { echo "make test-spark needs Java 17 (Debian, Ubuntu: apt install openjdk-17-jre-headless)"; exit 1; }
	$(MAKE) setup VENV=.venv-spark LOCK=requirements-spark.lock
	.venv-spark/bin/python -m pytest tests/spark

ui: setup ## Dagster on localhost
	$(BIN)/congdoan ui

lint: setup ## style, types, SQL, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project
	$(BIN)/congdoan codegen --check

fuzz: setup ## 10,000 broken files: no crash, no hang, nothing accepted that a file does not say
	CONGDOAN_FUZZ=10000 $(BIN)/python -m pytest tests/integration/test_fuzz.py -q

kill: setup ## 50 runs killed, half of them by the clock and half in every step, full disks, two runs at once; takes hours
	CONGDOAN_KILLS=50 $(BIN)/python -m pytest tests/integration/test_kills.py -q

bench: setup ## benchmarks at the size of the country; the results go into docs/performance.md
	$(BIN)/python -m pytest tests/benchmarks -s
	$(BIN)/python -m tests.benchmarks.write_page

# pip-audit is fetched for it, and asks the vulnerability service of PyPI: not part of lint, which needs no network.
audit: ## vulnerabilities that are known of what requirements.lock lists (needs uv and the network)
	@test -n "$(UV)" || { echo "make audit needs uv: https://docs.astral.sh/uv/"; exit 1; }
	"$(UV)" tool run pip-audit --require-hashes --disable-pip --requirement requirements.lock

codegen: setup ## write everything that is derived from expectations/forms
	$(BIN)/congdoan codegen

# --no-strip-extras: pip refuses `gql[requests]` of a dependency when the lock only has `gql`.
# Pins that are already in requirements.lock stay; `make lock UPGRADE=--upgrade` renews them all.
# The environment of Spark has what the ordinary one has, in the same versions.
lock: ## write requirements.lock and requirements-spark.lock from pyproject.toml (needs uv)
	@test -n "$(UV)" || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	"$(UV)" pip compile --quiet --universal --python-version 3.11 --group dev --generate-hashes \
		--no-strip-extras --no-header $(UPGRADE) --output-file requirements.lock pyproject.toml
	"$(UV)" pip compile --quiet --universal --python-version 3.11 --group dev --group spark --generate-hashes \
		--no-strip-extras --no-header $(UPGRADE) --constraint requirements.lock \
		--output-file requirements-spark.lock pyproject.toml

clean: ## remove caches and what a run leaves in data/build; received files and results stay
	rm -rf .pytest_cache .ruff_cache .hypothesis data/build dbt_project/target dbt_project/logs
	find pipelines tests -name __pycache__ -type d -prune -exec rm -rf {} +

ifneq ($(UV),)
$(INSTALLED): $(LOCK) pyproject.toml
	@test -x $(BIN)/python || { rm -rf $(VENV); "$(UV)" venv --quiet --python "$(or $(PYTHON),>=3.11,<3.14)" $(VENV); }
	@echo "Installing $(LOCK) into $(VENV) with uv ..."
	@"$(UV)" pip sync --quiet --require-hashes --python $(BIN)/python $(LOCK)
	@"$(UV)" pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@
else
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
$(INSTALLED): $(LOCK) pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 found." \
		"Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13)" \
		"or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); "$(PYTHON)" -m venv $(VENV); } || { \
		rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment with pip." \
		"Debian, Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing $(LOCK) into $(VENV) with pip, which takes a minute or two ..."
	@$(PIP_INSTALL) --require-hashes -r $(LOCK)
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@
endif
