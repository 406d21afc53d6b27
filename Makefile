# Everything sets itself up: `make demo` and `make test` need Python 3.11 or newer, make and a shell.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST_ARGS ?=
# the tests start several hundred processes, which would each compile all of it again
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test lint types layers unit nightly messages docs bench evaluate evaluated corpus train fuzz tamper kills versions clean

help:
	@echo "make demo            start the shops and show what Failsoft does (ONCE=1: show and exit)"
	@echo "make test            lint, types, import layers, tests"
	@echo "make nightly         the models of the engine against naive ones, at least 10 000 steps each"
	@echo "make fuzz            ten minutes of fuzzing of sanitizer and classifier (SECONDS=600)"
	@echo "make tamper          tamper with audit trails at random places, and see that verification names them (TIMES=1000)"
	@echo "make kills           servers that write an audit trail are killed, their stores taken away (an hour)"
	@echo "make messages        bring the gettext catalogues in step with the English texts"
	@echo "make versions        the tests on every Python >= 3.11 that pyenv knows or PYTHONS names"
	@echo "make evaluate        how well it judges, and its peers on the same cases; writes the tables into the docs"
	@echo "make corpus          raise the exceptions of the corpus again, by their libraries; needs databases and brokers"
	@echo "make train           train the text model on the corpus"
	@echo "make bench           the measurements behind the tables in the docs"

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Failsoft needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[asgi,django,flask,otel,cli,audit,postgres]' --group dev
	touch $(READY)

demo: $(READY)
	$(BIN)/python -m example_apps.demo $(if $(ONCE),--once)

test: lint types layers unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/python -m pytest -q tests/architecture

unit: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q $(PYTEST_ARGS)

nightly: $(READY)
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -q --timeout 3600 --durations 0 --durations-min 1 \
	  -k runTest tests/core $(PYTEST_ARGS)

# the English texts are data of one module; what msgfmt and pybabel compile is committed
LOCALE := core/failsoft/problem/locale
messages: $(READY)
	$(BIN)/pybabel --quiet extract --no-default-keywords -k message:1c,2 -k plural:1c,2,3 --no-location --width 120 \
	  --project Failsoft --copyright-holder 'the authors of Failsoft' -o $(LOCALE)/failsoft.pot core/failsoft/problem/wording.py
	$(BIN)/pybabel --quiet update -D failsoft -i $(LOCALE)/failsoft.pot -d $(LOCALE) --width 120 --ignore-obsolete \
	  --no-fuzzy-matching --ignore-pot-creation-date
	$(BIN)/pybabel --quiet compile -D failsoft -d $(LOCALE)

SECONDS ?= 600
fuzz: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group fuzz
	$(BIN)/python -m evaluations.fuzz --seconds $(SECONDS)

TIMES ?= 1000
tamper: $(READY)
	$(BIN)/python -m evaluations.tampering --times $(TIMES)

kills: $(READY)
	$(BIN)/python -m evaluations.audit.kills

PYTHONS ?= $(wildcard $(HOME)/.pyenv/versions/3.1[1-9].*/bin/python)
versions:
	@set -e; for python in $(PYTHONS); do \
	  version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); echo "== Python $$version"; \
	  $(MAKE) unit PYTHON=$$python VENV=.venv-$$version; done

bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python -m benchmarks

# In an environment of its own: some peers hook into other libraries as soon as they are installed.
evaluate:
	$(MAKE) --no-print-directory evaluated VENV=.venv-evaluate

evaluated: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group evaluate
	$(BIN)/python -m evaluations.classifier --write
	-$(BIN)/python -m evaluations.sanitizer --peers --write

CORPUS := .venv-corpus
$(CORPUS)/.ready: pyproject.toml
	test -x $(CORPUS)/bin/python || $(PYTHON) -m venv $(CORPUS)
	$(CORPUS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(CORPUS)/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group corpus
	$(CORPUS)/bin/python -m pip install --quiet --disable-pip-version-check --group corpus-others
	touch $(CORPUS)/.ready

STRANGERS := .venv-strangers
$(STRANGERS)/.ready: pyproject.toml
	test -x $(STRANGERS)/bin/python || $(PYTHON) -m venv $(STRANGERS)
	$(STRANGERS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(STRANGERS)/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group corpus-strangers
	touch $(STRANGERS)/.ready

RAISERS := $(filter-out scaffold%,$(basename $(notdir $(wildcard evaluations/classifier/raisers/[a-z]*.py))))
corpus: $(CORPUS)/.ready $(STRANGERS)/.ready
	$(CORPUS)/bin/python -m evaluations.classifier.record $(filter-out fresh_h_%,$(RAISERS))
	$(STRANGERS)/bin/python -m evaluations.classifier.record $(filter fresh_h_%,$(RAISERS))

train: $(CORPUS)/.ready
	$(CORPUS)/bin/python -m evaluations.classifier.train --write

clean:
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
