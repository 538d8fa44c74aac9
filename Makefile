# Two commands matter: `make chat` and `make test`. Each sets up all that it needs, and is quick the second time.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Stamps: younger than pyproject.toml means that the environment holds what it asks for.
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
TORCH := $(shell sed -n 's/.*"\(torch==[^"]*\)".*/\1/p' pyproject.toml)

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  PYTHON=python3.12 chooses the Python (3.11 or newer), PYTEST_ARGS='-k time' passes options to pytest."

.PHONY: chat
chat: $(RUNTIME) ## Open the web chat on localhost (sets up everything first)
	$(BIN)/codecite web

.PHONY: test
test: $(DEV) ## Run linters, type checker and tests (sets up everything first)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: lint
lint: $(DEV) ## Run linters and type checker only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: format
format: $(DEV) ## Format the code and apply safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: index
index: $(RUNTIME) ## Build the search index if it is missing or out of date
	$(BIN)/codecite index build

.PHONY: eval
eval: $(DEV) ## Run every shipped question set, baselines too, and write var/eval/all/report.html
	$(BIN)/codecite eval run all -s codecite -s bm25 -s dense -s hybrid -s tutorial --write

.PHONY: bench
bench: $(DEV) ## Measure times and memory against a tutorial RAG (ten minutes), rewrite eval/results and the README table
	$(BIN)/codecite bench --write

.PHONY: clean
clean: ## Remove the index, caches and build products (the environment stays: delete .venv to start over)
	rm -rf var dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find bot corpus index eval tests -name __pycache__ -type d -exec rm -rf {} +

$(RUNTIME): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  found=$$($(PYTHON) -c 'import platform; print(platform.python_version())' 2>/dev/null || echo "not there"); \
	  echo "codecite needs Python 3.11 or newer, and '$(PYTHON)' is $$found." >&2; \
	  echo "Name another one, for example: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@echo "Setting up $(VENV) (a few minutes the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# The exact pin first: pip then keeps the CPU build and does not draw a CUDA build with its libraries.
	@$(PIP) install --quiet "$(TORCH)"
	@$(PIP) install --quiet --editable .
	@touch $@

$(DEV): $(RUNTIME)
	@echo "Adding the development tools ..."
	@$(PIP) install --quiet --editable '.[dev]'
	@touch $@
