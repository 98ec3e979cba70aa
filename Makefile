# Marshrut.  `make help` says what there is.
#
# Everything lives in .venv (Python) and web/frontend/node_modules (browser sources' tools); both are made here.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
DATA   ?= data
JOBS   ?= 2
DIST   := web/static/dist/manifest.json
FRONT  := $(shell find web/frontend -type f -not -path '*/node_modules/*' 2>/dev/null) $(wildcard web/static/*.css)
PO     := $(wildcard web/translations/*/LC_MESSAGES/*.po)

export PYTHONPATH := $(CURDIR)

.PHONY: help demo test check proof bench clean format

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.run $(DIST) ## Serve the demonstration; PORT= and DATA= choose another port and data folder
	$(BIN)/python -m web.cli demo --port $(PORT) --data $(DATA)

test: $(VENV)/.dev $(DIST) $(VENV)/.chromium ## Run every test, browser tests included
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not proof"

check: $(VENV)/.dev ## Format, lint, types, import contracts, translations, dependency audit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/architecture
	$(BIN)/python -m tests.architecture.audit

proof: $(VENV)/.dev $(DIST) $(VENV)/.chromium ## The long versions: kills, races, fuzz, random differential runs, full bench
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m proof
	$(BIN)/python -m web.cli bench --full

bench: $(VENV)/.run ## Measure: ratios against a bare commit on the same disk
	$(BIN)/python -m web.cli bench

format: $(VENV)/.dev ## Format and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove everything that was made
	rm -rf $(VENV) web/static/dist web/frontend/node_modules data build dist *.egg-info

# -- what the targets above need ---------------------------------------------------------------------

$(VENV)/bin/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check uv==0.13.9

$(VENV)/.run: requirements.lock | $(VENV)/bin/uv
	test -e $(VENV)/.dev || $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock
	touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/uv
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	touch $@ $(VENV)/.run

$(VENV)/.chromium: | $(VENV)/.dev
	sh tests/browser/install_chromium.sh
	touch $@

$(DIST): $(FRONT) | $(VENV)/.run
	$(BIN)/python web/frontend/build.py
