# Everything from a fresh clone, with nothing on the machine but Python 3.11 and make.
#   make demo     a call center on this machine: engine, simulated Asterisk, people
#   make test     every test; with a real Asterisk where this is root on Debian
#   make check    style, types, import order, determinism, sizes, generated pages
#   make bench    every benchmark, and docs/benchmarks.md
#   make soak     100,000 short days full of faults, under new seeds
#   make docs     the generated pages          make format        the formatter
#   make testbed  a real Asterisk for tests    make requirements  newer pinned versions
#   make ui       the pages for browsers

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEMO ?=
SOAK ?=
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links

# Recorded streams and reference tables lie beside the checkout, if anywhere.
ifneq ($(wildcard ../shared/data),)
export GOLDLINE_DATA ?= $(abspath ../shared/data)
endif

.PHONY: help demo test check ui testbed bench soak format docs requirements clean

help:
	@sed -n 's/^#   //p' Makefile

$(INSTALLED): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: $(INSTALLED) ui
	$(BIN)/goldline demo $(DEMO)

test: $(INSTALLED) ui
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		{ scripts/testbed && scripts/pypy --packages; } || [ -z "$$GOLDLINE_REQUIRE" ]; \
	else \
		echo "no real Asterisk here: that takes root on Debian"; \
	fi
	$(BIN)/python -m pytest

check: $(INSTALLED) ui
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.check_determinism
	$(BIN)/python -m scripts.check_sizes
	$(BIN)/python -m scripts.draw_diagrams --check
	$(BIN)/python -m scripts.describe_scenarios --check
	$(BIN)/python -m scripts.describe_rules --check
	$(BIN)/python -m scripts.describe_menus --check
	$(BIN)/python -m scripts.describe_campaigns --check
	$(BIN)/python -m scripts.describe_law --check
	$(BIN)/python -m scripts.describe_operations --check
	$(BIN)/python -m scripts.write_dashboards --check
	$(BIN)/python -m scripts.write_browser_types --check
	$(BIN)/python -m scripts.write_asyncapi --check
	$(BIN)/python -m scripts.write_openapi --check
	$(BIN)/python -m scripts.check_pages
	$(BIN)/python -m scripts.check_requirements

# The pages for browsers, where their sources changed; node comes from a wheel.
ui: $(INSTALLED)
	$(BIN)/python -m scripts.build_pages

# Asterisk 22 in a folder of its own, and the callers' and phones' side; needs root on Debian.
testbed:
	scripts/testbed

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

# One that failed is replayed by the command it prints; SOAK="--runs 2000 --first 1" chooses the runs.
soak: $(INSTALLED)
	$(BIN)/python -m scripts.soak $(SOAK)

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(INSTALLED)
	$(BIN)/python -m scripts.write_browser_types
	$(BIN)/python -m scripts.write_asyncapi
	$(BIN)/python -m scripts.write_openapi
	$(BIN)/python -m scripts.draw_diagrams
	$(BIN)/python -m scripts.describe_scenarios
	$(BIN)/python -m scripts.describe_rules
	$(BIN)/python -m scripts.describe_menus
	$(BIN)/python -m scripts.describe_campaigns
	$(BIN)/python -m scripts.describe_law
	$(BIN)/python -m scripts.describe_operations
	$(BIN)/python -m scripts.write_dashboards

# Renew the exact versions and hashes in requirements/ within the ranges of pyproject.toml.
requirements: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) --output-file requirements/base.txt
	$(COMPILE) --extra dev --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
