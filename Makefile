# make run    set-up, demo world, server and worker     make test   set-up and everything that must pass
# make lint   formatting, types, import rules           make fix    let ruff mend what it can
# make bench  ratios, printed and in build/ (FULL=1 ONLY=store)   make faults kill -9 and damage tests at full length
# make demo   demo world again (DATA=folder adds real homes)   make docs   screenshots for the docs
PY := .venv/bin/python
DATA ?=
FULL ?=
ONLY ?=
.DEFAULT_GOAL := help
.PHONY: help run test lint fix bench faults demo docs i18n setup setup-dev

help:
	@sed -n '1,4s/^# //p' Makefile

setup:
	@sh setup.sh run
setup-dev:
	@sh setup.sh dev

run: setup
	@$(PY) -m cli serve

demo: setup
	@$(PY) -m cli demo $(if $(DATA),--data $(DATA))

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m codespell_lib

fix: setup-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

test: lint
	@rm -rf build/coverage
	$(PY) -m tests.side_by_side

bench: setup-dev
	$(PY) -m benchmarks $(if $(FULL),--full) $(if $(ONLY),--only $(ONLY))

faults: setup-dev
	PORTAL_FAULTS=full $(PY) -m pytest tests -m faults -s

docs: setup-dev
	$(PY) -m benchmarks.screenshots

i18n: setup-dev
	$(PY) -m adapters.catalogs update
