# Tongxin 同心. Every target sets up what it needs; `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000
export DEMO_MATTERS ?= 30000
# compiled once, started fast ever after
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check bench client setup parts clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  \033[1m%-8s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/ready node_modules/ready ## a running city at http://127.0.0.1:$PORT (PORT, TONGXIN_HOME, DEMO_MATTERS)
	@exec env TONGXIN_DEMO=1 $(BIN)/tongxin demo

test: $(VENV)/ready node_modules/ready parts ## everything, browser journeys included
	@$(BIN)/python tests/run.py

check: $(VENV)/ready ## format, lint, types and the storeys of the house
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/ready node_modules/ready ## figures beside their limits, also as bench/results/*.json
	@$(BIN)/python -m bench

client: $(VENV)/ready ## a Python client of the API, generated into build/tongxin-client
	@$(BIN)/openapi-python-client generate --path docs/api/openapi.json --config docs/api/client.yml \
		--meta setup --output-path build/tongxin-client --overwrite

setup: $(VENV)/ready node_modules/ready ## install everything, start nothing

# the hashes in requirements.lock say what is installed, whoever serves it
$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "需要 Python 3.11 或更新的版本。 Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq python3-venv; \
		else echo "缺少 venv：请安装 python3-venv。 Please install python3-venv."; exit 1; fi; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "安装 Python 依赖…… Installing Python packages."
	@[ -x $(BIN)/uv ] || $(BIN)/pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

node_modules/ready: package.json package-lock.json | $(VENV)/ready
	@command -v npm >/dev/null || { echo "需要 Node.js 20 或更新的版本。 Node.js 20 or newer is needed."; exit 1; }
	@echo "安装网页部件…… Installing browser parts."
	@npm ci --ignore-scripts --silent --no-fund --no-audit
	@touch $@

parts:
	@$(SHELL) tests/parts.sh

clean: ## remove what setup made; the home with its data stays
	rm -rf $(VENV) node_modules
