# Two commands for a newcomer: `make advise` and `make test`. The rest is for contributors.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: advise test bench site examples check clean

advise: $(VENV)/light
	@$(BIN)/advisor advise

test: $(VENV)/full
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m tests.tools
	$(BIN)/python -m pytest

bench: $(VENV)/full
	$(BIN)/advisor bench

# More options go into SITE: make site SITE="--base-url https://example.org/here"
site: $(VENV)/light
	$(BIN)/advisor site -o _site $(SITE)

# What is made from the evidence and committed: run it after the evidence has changed.
examples: $(VENV)/full
	$(BIN)/python -m tests.test_examples
	$(BIN)/python -m tests.examples
	$(BIN)/python -m tests.readme

check: $(VENV)/full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "advisor needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/light: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the advisor (no framework) into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/full: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the three frameworks and the test tools into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/light

clean:
	rm -rf $(VENV) .tools _site report.html .pytest_cache .mypy_cache .ruff_cache
