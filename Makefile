# The commands of the house; each works as root and as an ordinary user, twice in a row, offline after the first time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: run up setup dev test lint format messages bench migration-initial lock clean

run: setup ## install, start everything with a demo programme, keep serving
	@PORT=$(PORT) exec $(BIN)/throughline demo

up: setup ## start everything, no demo data
	@PORT=$(PORT) exec $(BIN)/throughline up

setup: ## install what the product needs
	@$(PYTHON) scripts/setup.py

dev: ## install what the tests need, too
	@$(PYTHON) scripts/setup.py --dev

test: ## run every test, with a browser and services of their own
	@$(PYTHON) scripts/setup.py --dev --browser
	@$(BIN)/python scripts/run_tests.py $(ARGS)

lint: dev ## style, types, imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: dev ## put the code in form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: dev ## extract and update the interface's catalogs
	@$(BIN)/python scripts/messages.py

bench: dev ## measure, each thing beside a peer
	@for part in pdf images mail launch attribution attribution_db; do $(BIN)/python bench/$$part.py || exit 1; done

migration-initial: dev ## write the first migration anew (until the first release)
	@$(BIN)/python scripts/initial_migration.py

lock: dev ## pin every dependency with its hashes
	@$(BIN)/python scripts/lock.py

clean: ## remove what was installed and made, but no data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
