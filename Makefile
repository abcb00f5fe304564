# The tasks of this project; `make` alone lists them. Needed: Python 3.11 or newer, make, git.
PYTHON  ?= $(shell command -v python3.11 || command -v python3)
VENV    := .venv
BIN     := $(VENV)/bin
STAMPS  := $(VENV)/.stamps
SOURCES := $(shell find libs services deploy/elasticsearch seeds -type f -not -name '*.pyc' 2>/dev/null) pyproject.toml README.md LICENSE
ARGS    ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

## —— For users ——
.PHONY: help
help: ## List the tasks
	@awk -F ':.*## ' '/^## ——/ {print "\n" substr($$0, 4)} /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(STAMPS)/isnad ## Set everything up, run the whole chain on seeds/ and show the result (ARGS="--once --json")
	@$(BIN)/isnad demo $(ARGS)

.PHONY: up
up: $(STAMPS)/isnad ## Start Kafka, Elasticsearch and all services, with a live status table
	@$(BIN)/isnad up $(ARGS)

## —— For developers ——
.PHONY: test
test: $(STAMPS)/isnad $(STAMPS)/dev ## Unit, contract and chain tests, the latter on a real Kafka and Elasticsearch
	@$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile $(ARGS)
# The tests on real servers wait more than they work; those of one file share its servers.
PROCESSES ?= 3

.PHONY: unit
unit: $(STAMPS)/isnad $(STAMPS)/dev ## Only the tests that need no server
	@$(BIN)/python -m pytest -m "not real" $(ARGS)

.PHONY: long
long: $(STAMPS)/isnad $(STAMPS)/dev ## The tests that take minutes: TLS and rights on secured servers, replay, takeover by a standby
	@$(BIN)/python -m pytest -m long --long $(ARGS)

.PHONY: faults
faults: $(STAMPS)/isnad $(STAMPS)/dev ## Break everything that can break, count what became of the articles, print a table (ROWS=2,7,13 or ROWS=planted)
	@$(BIN)/python -m pytest tests/faults --faults=$(ROWS) $(ARGS)
ROWS ?= all

.PHONY: soak
soak: $(STAMPS)/isnad $(STAMPS)/dev ## Run the chain for an hour with a fault each minute, and draw its memory, files and lag into build/ (MINUTES=60)
	@$(BIN)/python -m pytest tests/faults --faults=45 --soak-minutes=$(MINUTES) $(ARGS)
	@$(BIN)/python -m tests.faults.soak_plot build/soak.jsonl build/soak.svg
MINUTES ?= 60

.PHONY: fuzz
fuzz: $(STAMPS)/isnad $(STAMPS)/dev ## Look for input that breaks a parser or the API, for FUZZ_SECONDS=300 (ARGS="webpage date" for a few)
	@$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS) $(ARGS)
	@test -n "$(ARGS)" || FUZZ_API_EXAMPLES=$(FUZZ_API_EXAMPLES) $(BIN)/python -m pytest -q --timeout 0 tests/fuzz/test_api.py
FUZZ_SECONDS ?= 300
# What the API is asked, for each of its addresses.
FUZZ_API_EXAMPLES ?= 1000

.PHONY: check
check: $(STAMPS)/isnad $(STAMPS)/dev ## Lint, formatting, types and import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(STAMPS)/dev ## Format the code and mend what the linter can mend
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

.PHONY: schemas
schemas: $(STAMPS)/isnad ## Write docs/schemas/ from libs/isnad/messages.py
	$(BIN)/isnad schemas --output docs/schemas

.PHONY: bench
bench: $(STAMPS)/isnad $(STAMPS)/bench ## Measure the dedup beside other libraries and as it grows, into build/ (CORPUS="july/*.zip")
	@test -n "$(CORPUS)" || { echo 'Say on which articles: make bench CORPUS="july/*.zip" (whatever `isnad feed` reads; docs/dedup.md names corpora)'; exit 2; }
	@mkdir -p build
	$(BIN)/isnad bench dedup --corpus $(CORPUS) $(ARGS) > build/dedup.json
	$(BIN)/isnad bench growth --corpus $(CORPUS) > build/growth.json
	@$(BIN)/isnad bench bars build/dedup.json build/growth.json || true

.PHONY: plot
plot: $(STAMPS)/isnad $(STAMPS)/bench ## Draw docs/dedup-peers.svg anew from what `make bench` measured
	@$(BIN)/isnad bench plot build/dedup.json --output docs/dedup-peers.svg

.PHONY: picture
picture: $(STAMPS)/isnad ## Take the README's picture anew from what the demo shows (needs chromium)
	@$(BIN)/isnad demo --once --page build/demo.html
	@chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir=build/chromium --window-size=960,820 \
	  --screenshot=docs/demo.png file://$(CURDIR)/build/demo.html

.PHONY: lock
lock: $(STAMPS)/dev ## Pin the newest versions that pyproject.toml allows, with hashes, into requirements/
	@$(MAKE) --no-print-directory pins UPGRADE=--upgrade

# The pins as they are, with what pyproject.toml newly asks for added.
.PHONY: pins
pins:
	$(BIN)/uv pip compile $(COMPILE) $(UPGRADE) --extra all pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile $(COMPILE) $(UPGRADE) --extra all --group dev pyproject.toml requirements/build.in -c requirements/run.txt -o requirements/dev.txt
	for extra in $(EXTRAS); do \
	  $(BIN)/uv pip compile $(COMPILE) --extra $$extra pyproject.toml -c requirements/dev.txt -o requirements/$$extra.txt || exit 1; \
	done
COMPILE  := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"
SERVICES := feeder prepare dedup entities index api
EXTRAS   := $(SERVICES) bench

.PHONY: wheel
wheel: $(STAMPS)/isnad ## Build the wheel into dist/

.PHONY: clean
clean: ## Delete what was built here (not the data of the local stack: that is `isnad reset`)
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# —— How the environment comes about: pinned packages by hash, then isnad itself as a wheel, as a user gets it. ——
$(STAMPS)/run: requirements/run.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "isnad needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || { echo "Creating $(VENV) …"; $(PYTHON) -m venv $(VENV) || { echo "The module venv is missing; on Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }; }
	@echo "Installing the pinned packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/run
	@echo "Installing the developers' tools …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(STAMPS)/bench: requirements/bench.txt $(STAMPS)/run
	@echo "Installing what is measured beside isnad …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(STAMPS)/isnad: $(SOURCES) $(STAMPS)/run
	@rm -rf dist
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/isnad-*.whl
	@touch $@
