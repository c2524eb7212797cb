# Needs Python (3.11 or later) and make; everything else goes into .venv.
PYTHON ?= python3
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
EXTRAS := async,calendar,cli,countries,files,frames,mail,optimise,otel,postgres,report,testing
PYTEST := -m pytest --numprocesses auto --dist loadfile

# Each worker, and each program that a test starts, would compile all modules again.
export PYTHONDONTWRITEBYTECODE :=

# The environment that holds the wheel for one Python. The tests there can't see src.
VERSION   := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
INSTALLED := build/env-$(VERSION)
IN_WHEEL  := ORDERFLOW_TEST_WHEEL=1 $(INSTALLED)/bin/python

# The gates of `coverage report`, in percent of lines and branches. They may only rise.
# Only what runs in the processes of the tests is counted, not the programs that a test starts.
CORE          := */orderflow/domain/*
COVERAGE_CORE := 100
COVERAGE_REST := 98

LOCK  := .ci/lock.txt
COMMA := ,

# The part of the tests that runs on every Python: no server, and few random examples. Each Python
# draws other ones, so a test of what is drawn often enough belongs to the whole suite.
FAST := tests/architecture/test_import.py tests/codec tests/conformance/test_memory.py \
  tests/conformance/test_sqlite.py tests/machine tests/model tests/properties tests/scenarios \
  tests/unit --ignore=tests/unit/adapters/sql --ignore=tests/properties/test_faults.py \
  --deselect=tests/machine/test_machine.py::test_the_machine_gets_around \
  --deselect=tests/machine/test_machine.py::test_the_machine_comes_upon_a_fault

.DEFAULT_GOAL := help
.PHONY: help demo test suite fast fuzz lint format types docs links diagrams bench peers drills faults mutants lowest lock locked audit spark portal browser hour api asyncapi wheel check clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.demo ## see orders go on back order, and come off it; leaves them in demo.db
	$(BIN)/orderflow demo --db demo.db --overwrite

portal: .venv/.portal build/portal.db ## look at a portal in your browser; ARGS=--port=8080 for another port
	PYTHONPATH=docs/examples $(BIN)/python -m portal build/portal.db $(ARGS)

test: .venv/.dev ## run every test and every example in the docs
	$(BIN)/python $(PYTEST)

suite: $(INSTALLED)/.suite ## the same with the package from the wheel; check the coverage
	$(IN_WHEEL) $(PYTEST) --hypothesis-profile=ci --cov --cov-report=
	$(INSTALLED)/bin/python -m coverage report --include='$(CORE)' --fail-under=$(COVERAGE_CORE)
	$(INSTALLED)/bin/python -m coverage report --omit='$(CORE)' --fail-under=$(COVERAGE_REST)

fast: $(INSTALLED)/.fast ## run the fast tests on the wheel; PYTHON=python3.13 for another Python
	ORDERFLOW_TEST_NO_POSTGRES=1 $(IN_WHEEL) $(PYTEST) $(FAST)

fuzz: .venv/.dev ## run the property tests for long, with fresh random input
	$(BIN)/pytest tests -m hypothesis --hypothesis-profile=fuzz

lint: .venv/.dev ## check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: .venv/.dev ## mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: .venv/.dev ## check the types: all with mypy, the public surface with pyright too
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

docs: .venv/.dev ## build the documentation into build/docs, and check it; a warning is an error
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env docs build/docs
	PYTHONPATH=docs $(BIN)/python -m tests.docs.built_site build/docs

links: .venv/.dev ## try the links of the documentation to other hosts; needs the network
	$(BIN)/sphinx-build --builder linkcheck --quiet --keep-going docs build/links

diagrams: .venv/.dev ## redraw what the docs draw from the code: diagrams, tables, schemas, answers
	$(BIN)/python -m tests.docs.diagrams --write
	$(BIN)/python -m tests.docs.filter_fields --write
	$(BIN)/python -m tests.docs.kinds --write
	$(BIN)/python -m tests.docs.telemetry_names --write
	$(BIN)/python -m tests.docs.mails --write
	$(BIN)/python -m tests.docs.contradictions --write
	$(BIN)/python -m tests.schemas.committed --write
	$(BIN)/python -m tests.cli.reference --write
	$(BIN)/python -m tests.architecture.public_names
	$(BIN)/python -m tests.importing.reference --write
	$(BIN)/python -m tests.docs.test_compare_page
	$(BIN)/python -m tests.scenarios.test_day_in_the_life

bench: .venv/.dev ## measure beside yardsticks; ARGS=--quick for a look, --help for the rest
	$(BIN)/python -m benchmarks $(ARGS)

peers: build/peers/.installed ## measure beside other packages; ARGS=--quick for a look, --help
	build/peers/bin/python -m benchmarks peers $(ARGS)

drills: .venv/.dev ## kill, race and starve it on real databases for long; ARGS=--quick, --help
	$(BIN)/python -m tests.drills $(ARGS)

spark: .venv/.spark ## run the tests of Spark, which `make test` leaves out; needs 2 GB of memory
	ORDERFLOW_TEST_SPARK=1 $(BIN)/python -m pytest tests/spark

browser: .venv/.browser build/docs/index.html ## look at a report, the portal, the Django admin and the docs in a real browser, which `make test` leaves out; keeps pictures
	ORDERFLOW_TEST_BROWSER="$$($(BIN)/python -m tests.browser.chromium)" $(BIN)/python -m pytest tests/browser

hour: .venv/.dev ## follow the pages that a host starts from, each from an empty folder; ARGS=telemetry for some; needs the network
	$(BIN)/python -m tests.first_hour $(ARGS)

faults: .venv/.dev ## make deliberate faults in a copy of the source, and show which test catches each
	$(BIN)/python -m tests.faults $(ARGS)

mutants: .venv/.mutants ## mutate the domain and the service; ARGS='--sample 200 --seed 1' for some of the mutants, --help
	$(BIN)/python -m tests.mutants $(ARGS)

lowest: build/lowest/.installed ## run the fast tests with the oldest dependencies that are allowed
	ORDERFLOW_TEST_NO_POSTGRES=1 build/lowest/bin/python $(PYTEST) --hypothesis-profile=few $(FAST) \
	  tests/cli tests/importing tests/laboratory tests/planning --ignore=tests/cli/test_allocate_file.py

lock: .venv/.maintain ## write the newest versions of all dependencies into the lock file
	$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --generate-hashes --no-annotate \
	  --no-header --group dev $(foreach each,$(subst $(COMMA), ,$(EXTRAS)),--extra $(each)) --output-file $(LOCK)

locked: build/locked/.installed ## run the fast tests with the versions of the lock file
	ORDERFLOW_TEST_NO_POSTGRES=1 build/locked/bin/python $(PYTEST) --hypothesis-profile=few $(FAST)

audit: .venv/.maintain ## look for known weaknesses of the versions in the lock file; needs the network
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement $(LOCK)

api: .venv/.api ## test the shop of the page on FastAPI with Schemathesis, which `make test` leaves out
	ORDERFLOW_TEST_API=1 $(BIN)/python -m pytest tests/api

asyncapi: build/asyncapi/node_modules ## check the AsyncAPI file with AsyncAPI's own parser; needs npm
	cp tests/schemas/parse_asyncapi.mjs build/asyncapi
	node build/asyncapi/parse_asyncapi.mjs docs/reference/schemas/asyncapi.json

wheel: build/wheel/.built ## build wheel and sdist, check what they hold; import it by itself, add an extra
	rm -rf build/bare build/again
	$(PIP) wheel --no-deps --wheel-dir build/again .
	$(PYTHON) -m tests.architecture.distribution build/wheel build/again
	$(PYTHON) -m venv build/bare
	build/bare/bin/python -m pip --disable-pip-version-check --quiet install build/wheel/*.whl
	build/bare/bin/python -I -c "import orderflow, orderflow.codec, orderflow.adapters.memory"
	build/bare/bin/python -m pip --disable-pip-version-check --quiet install 'orderflow-backorder[cli]'
	build/bare/bin/orderflow --version

check: ## run all that must hold before a commit, as .ci/run does
	.ci/run

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

.venv/.portal: pyproject.toml .venv/.pip
	$(PIP) install --group portal --editable '.[cli,files]'
	@touch $@

build/docs/index.html:
	$(MAKE) docs

build/portal.db: | .venv/.portal
	@mkdir -p $(@D)
	$(BIN)/orderflow demo --orders 400 --db $@ > /dev/null

.venv/.dev: pyproject.toml .venv/.pip
	$(PIP) install --group dev --editable '.[$(EXTRAS)]'
	@touch $@

.venv/.spark: pyproject.toml .venv/.dev
	$(PIP) install --group spark
	@touch $@

.venv/.browser: pyproject.toml .venv/.dev
	$(PIP) install --group browser
	@touch $@

.venv/.maintain: pyproject.toml .venv/.pip
	$(PIP) install --group maintain
	@touch $@

.venv/.mutants: pyproject.toml .venv/.dev
	$(PIP) install --group mutants
	@touch $@

build/lowest/.installed: pyproject.toml .venv/.maintain
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) build/lowest
	$(BIN)/uv pip install --quiet --python build/lowest --resolution lowest-direct --group fast \
	  --editable '.[$(EXTRAS)]'
	@touch $@

build/locked/.installed: pyproject.toml $(LOCK) .venv/.maintain
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) build/locked
	$(BIN)/uv pip install --quiet --python build/locked --require-hashes --requirements $(LOCK)
	$(BIN)/uv pip install --quiet --python build/locked --no-deps --editable .
	@touch $@

.venv/.api: pyproject.toml .venv/.dev
	$(PIP) install --group api
	@touch $@

build/asyncapi/node_modules:
	mkdir -p build/asyncapi
	npm install --silent --ignore-scripts --prefix build/asyncapi @asyncapi/parser@3

build/peers/.installed: pyproject.toml
	$(PYTHON) -m venv build/peers
	build/peers/bin/python -m pip --quiet install --upgrade 'pip>=25.1'
	build/peers/bin/python -m pip --quiet install --group peers --editable '.[frames,postgres]'
	@touch $@

build/wheel/.built: pyproject.toml README.md LICENSE $(shell find src -type f ! -name '*.pyc') | .venv/.maintain
	rm -rf build/wheel
	$(BIN)/python -m build --outdir build/wheel .
	@touch $@

$(INSTALLED)/.suite: build/wheel/.built
	$(call install,test)
	@touch $@

$(INSTALLED)/.fast: build/wheel/.built
	$(call install,fast)
	@touch $@

# pip leaves a wheel alone whose version is installed, so the second call is forced.
define install
$(PYTHON) -m venv $(INSTALLED)
$(INSTALLED)/bin/python -m pip --quiet install --upgrade 'pip>=25.1'
$(INSTALLED)/bin/python -m pip --quiet install --group $(1) "$$(ls build/wheel/*.whl)[$(EXTRAS)]"
$(INSTALLED)/bin/python -m pip --quiet install --force-reinstall --no-deps build/wheel/*.whl
endef
