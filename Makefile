# Everyday commands. Each installs what it needs into .venv first. Nothing outside the checkout
# changes, except Debian packages when make runs as root.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PEERS := .venv-peers/.installed
SYSTEM := tests/environments/install-debian.sh

.DEFAULT_GOAL := help
.PHONY: help setup demo test-quick test wheels conformance mutation-check bench check browser-table idl-page \
    oracle fault-table soak format clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 26

setup: $(STAMP) ## Create .venv with the library (editable) and the tools
	@echo 'Ready: $(BIN)'

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[test,check,docs]'
	@touch $@

demo: $(STAMP) ## List the devices, take a photo (demo.png) and show its settings
	@$(SYSTEM) run
	@if $(BIN)/mediadevices devices --json | grep -q videoinput; then \
	    options='--allow camera,microphone'; \
	else \
	    echo 'There is no camera here: these devices are synthetic.'; \
	    options='--synthetic'; \
	fi; \
	set -ex; \
	$(BIN)/mediadevices devices $$options; \
	$(BIN)/mediadevices photo demo.png $$options

test-quick: $(STAMP) ## Run the tests that need no device, browser or other program (1 minute)
	$(BIN)/python -m pytest -n auto -q --lane cpython tests/shared tests/conformance $(ARGS)

test: $(STAMP) ## Run every test; ARGS="--lane cpython -k clone" selects some
	@$(SYSTEM) test
	$(BIN)/python -m pytest $(ARGS)

wheels: $(STAMP) ## Build the source archive, the wheel and the page wheel in dist/
	$(BIN)/python -m build
	$(BIN)/python -m mediadevices_native.serving.page_wheel dist

conformance: $(STAMP) ## Run the conformance suite everywhere and write its table
	@$(SYSTEM) test
	PYTHONPATH=tests $(BIN)/python -m tools.conformance_report

mutation-check: $(STAMP) ## Break rules one at a time and print the failing test; ARGS="word" selects some
	PYTHONPATH=tests $(BIN)/python -m tools.mutation_check $(ARGS)

bench: $(STAMP) $(PEERS) ## Measure against the raw libraries and write docs/benchmarks.md
	@$(SYSTEM) test
	PYTHONPATH=tests $(BIN)/python -m benchmarks native
	PYTHONPATH=tests $(BIN)/python -m benchmarks page
	PYTHONPATH=tests $(BIN)/python -m benchmarks report

$(PEERS): benchmarks/peers/requirements.txt
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install -qq --disable-pip-version-check -r $<
	@touch $@

check: $(STAMP) ## Lint, types on each system, import rules, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	for system in darwin win32; do $(BIN)/mypy --platform $$system \
	    --cache-dir .mypy_cache/$$system -p mediadevices -p mediadevices_native || exit 1; done
	$(BIN)/pyright
	for system in Darwin Windows; do \
	    $(BIN)/pyright --pythonplatform $$system shared native || exit 1; done
	$(BIN)/lint-imports
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict  # With --quiet it would miss its warnings.

browser-table: $(STAMP) ## Use every member in every browser and write docs/browsers.md
	@$(SYSTEM) test
	PYTHONPATH=tests $(BIN)/python -m tools.browser_table

oracle: $(STAMP) ## Compare constraints in Chromium and the library; write docs/oracle.md
	@$(SYSTEM) test
	PYTHONPATH=tests $(BIN)/python -m tools.oracle $(ARGS)

idl-page: $(STAMP) ## Write the differences from the IDL into docs/conformance.md
	PYTHONPATH=tests $(BIN)/python -m tools.idl_page

fault-table: $(STAMP) ## Run the tests of faults everywhere and write docs/faults.md
	@$(SYSTEM) test
	PYTHONPATH=tests $(BIN)/python -m tools.fault_table $(ARGS)

soak: $(STAMP) ## Inject random faults while capturing: ARGS="--seconds 600 --seed 7 --vm"
	@$(SYSTEM) test
	PYTHONPATH=tests $(BIN)/python -m tools.soak $(ARGS)

format: $(STAMP) ## Format the code and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove everything that can be created again
	rm -rf .venv .venv-* .cache .pyodide_build .*_cache .hypothesis dist site demo.png
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
