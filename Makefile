# `make` alone lists the targets. Needs Python 3.11 or newer; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help sandbox run check backup test test-all test-busy checks lint types contracts alerts suite suite-all pseudo simulate mutants bench bench-scale translations dashboard lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

# Each requirements file is complete, so that `make sandbox` downloads nothing that only the tests need.
.venv/run.stamp: requirements.txt
	@$(PYTHON) scripts/install.py $<
	@touch $@

# Modules are compiled when they are first imported, which is less than half of them: that saves 25 MB and 5 seconds.
.venv/sandbox.stamp: requirements-sandbox.txt
	@$(PYTHON) scripts/install.py $< --no-compile
	@touch $@

.venv/dev.stamp: requirements-dev.txt
	@$(PYTHON) scripts/install.py $<
	@touch $@

sandbox: .venv/sandbox.stamp ## the bot in your browser: no accounts, no internet
	@$(BIN)/python -m sandbox

run: .venv/run.stamp ## the real bot, with the settings of .env
	@$(BIN)/python bot.py

check: .venv/run.stamp ## are settings, database, Discord and Whisul in order?
	@$(BIN)/python bot.py --check

backup: .venv/run.stamp ## a copy of the SQLite database while the bot runs; TO=file says where
	@$(BIN)/python -m songbot.storage.backup $(if $(TO),--to "$(TO)")

test: checks suite ## lint, formatting, types, import contracts, alert rules, the tests but for slow ones

test-all: checks suite-all ## the same with the slow tests and their coverage: what CI runs

test-busy: .venv/dev.stamp ## all tests RUNS times (10) beside four processes that keep the machine busy
	@$(BIN)/python -m tests.busy --runs $(or $(RUNS),10) -- -n 4 --dist worksteal

# Types take longest and use one core.
checks: .venv/dev.stamp
	@$(MAKE) --no-print-directory -j2 types lint contracts alerts

lint: .venv/dev.stamp ## lint and formatting alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tests.lint.words
	$(BIN)/python -m scripts.translations --check

types: .venv/dev.stamp ## types alone
	$(BIN)/basedpyright

contracts: .venv/dev.stamp ## who imports whom, alone
	$(BIN)/lint-imports

alerts: ## the alert rules alone, with Prometheus' own tool
	@if command -v promtool >/dev/null; then \
		promtool check config deploy/prometheus/prometheus.yml && promtool test rules deploy/prometheus/alerts_test.yml; \
	elif [ -n "$$CI" ]; then echo "promtool is missing; on Debian: apt install prometheus" >&2; exit 1; \
	else echo "SKIPPED the alert rules: promtool is not installed (on Debian: apt install prometheus)"; fi

suite: .venv/dev.stamp ## the tests alone, but for slow ones
	$(PYTEST) -m "not slow"

suite-all: .venv/dev.stamp ## all tests alone, and how much of the code they cover
	$(PYTEST) --cov --cov-report=term

pseudo: .venv/dev.stamp ## the behaviour tests in a pseudo-language, in which plain English is found
	$(PYTEST) tests/behaviour --pseudo-language

simulate: .venv/dev.stamp ## songs' lives while all goes wrong: RUNS= (300) from SEED= (1) in WORKERS= (1) processes
	@$(BIN)/python -m tests.simulation --runs $(or $(RUNS),300) --seed $(or $(SEED),1) --workers $(or $(WORKERS),1)

mutants: .venv/dev.stamp ## COUNT= (500) changes to the code, drawn at random from SEED= (1): do tests notice?
	@$(BIN)/python -m scripts.mutants --count $(or $(COUNT),500) --seed $(or $(SEED),1) --workers $(or $(WORKERS),2)

bench: .venv/dev.stamp ## speed and size, side by side; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

bench-scale: .venv/dev.stamp ## 20,000 songs at once and 100,000 in line, in 4 processes; writes benchmarks/SCALE.md
	$(BIN)/python -m benchmarks.scale --in-works 20000 --in-line 100000 --processes 4 --write

translations: .venv/dev.stamp ## update the catalogs in locales/ with the texts in the code, and check them
	$(BIN)/python -m scripts.translations

dashboard: .venv/dev.stamp ## write deploy/grafana/songbot.json from deploy/grafana/dashboard.py
	$(BIN)/python deploy/grafana/dashboard.py

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --upgrade
lock: .venv/dev.stamp ## pin the newest versions that pyproject.toml allows in requirements*.txt
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --extra sandbox --extra dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) pyproject.toml --extra sandbox -c requirements-dev.txt -o requirements-sandbox.txt
	$(COMPILE) --group installer -o requirements-pip.txt

clean: ## remove .venv and what tests left behind
	rm -rf .venv mutants .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* .import_linter_cache
