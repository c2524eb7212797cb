# Needs Python (3.11 or later) and make; everything else goes into .venv.
PYTHON ?= python3
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz lint format types docs diagrams bench drills wheel check clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.demo ## see orders go on back order, and come off it; leaves them in demo.db
	$(BIN)/orderflow demo --db demo.db --overwrite

test: .venv/.dev ## run every test and every example in the docs; hold the coverage gate
	$(BIN)/pytest --numprocesses auto --dist loadfile --cov

fuzz: .venv/.dev ## run the property tests for long, with fresh random input
	$(BIN)/pytest tests -m hypothesis --hypothesis-profile=fuzz

lint: .venv/.dev ## check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: .venv/.dev ## mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: .venv/.dev ## check the types, strictly
	$(BIN)/mypy

docs: .venv/.dev ## build the documentation into build/docs; a warning is an error
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env docs build/docs

diagrams: .venv/.dev ## redraw what the docs draw from the code: diagrams, tables, options, answers
	$(BIN)/python -m tests.docs.diagrams --write
	$(BIN)/python -m tests.docs.kinds --write
	$(BIN)/python -m tests.cli.reference --write
	$(BIN)/python -m tests.importing.reference --write
	$(BIN)/python -m tests.scenarios.test_day_in_the_life

bench: .venv/.dev ## measure beside yardsticks; ARGS=--quick for a look, --help for the rest
	$(BIN)/python -m benchmarks $(ARGS)

drills: .venv/.dev ## kill, race and starve it on real databases for long; ARGS=--quick, --help
	$(BIN)/python -m tests.drills $(ARGS)

wheel: .venv/.pip ## build the wheel; import it beside its required dependencies alone
	rm -rf build/wheel build/bare
	$(PIP) wheel --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/bare
	build/bare/bin/python -m pip --disable-pip-version-check --quiet install build/wheel/*.whl
	build/bare/bin/python -I -c "import orderflow, orderflow.codec, orderflow.adapters.memory"

check: test lint types docs wheel ## all of the above that must hold before a commit

clean: ## remove what the other targets made
	rm -rf .venv build demo.db demo.db-shm demo.db-wal .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Dependency groups need pip 25.1, newer than the pip that comes with Python 3.11.
.venv/.pip:
	$(PYTHON) -m venv .venv
	$(PIP) install --upgrade 'pip>=25.1'
	@touch $@

.venv/.demo: pyproject.toml .venv/.pip
	$(PIP) install --editable '.[cli]'
	@touch $@

.venv/.dev: pyproject.toml .venv/.pip
	$(PIP) install --group dev --editable '.[async,calendar,cli,mail,postgres,testing]'
	@touch $@
