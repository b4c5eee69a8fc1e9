# `make` alone lists the targets. Needs Python 3.11 or newer; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help sandbox run check test lint types contracts suite coverage bench lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

.venv/run.stamp: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what the bot needs into .venv ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing what sandbox and tests need into .venv; this takes a minute or two ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

sandbox: .venv/dev.stamp ## the bot in your browser: no accounts, no internet
	@$(BIN)/python -m sandbox

run: .venv/run.stamp ## the real bot, with the settings of .env
	@$(BIN)/python bot.py

check: .venv/run.stamp ## are settings, database, Discord and Whisul in order?
	@$(BIN)/python bot.py --check

test: lint types contracts suite ## lint, formatting, types, import contracts, the whole test suite

lint: .venv/dev.stamp ## lint and formatting alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp ## types alone
	$(BIN)/basedpyright

contracts: .venv/dev.stamp ## who imports whom, alone
	$(BIN)/lint-imports

suite: .venv/dev.stamp ## the tests alone
	$(BIN)/python -m pytest -n 4 --dist worksteal --cov --cov-report=term

bench: .venv/dev.stamp ## speed and size, side by side; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

lock: .venv/dev.stamp ## make requirements*.txt anew from pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --upgrade --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## remove .venv and what tests left behind
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* .import_linter_cache
