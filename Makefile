# The monthly report of a dealership's customer-service department. `make help` lists the targets.
SHELL := /bin/sh
comma := ,
.DEFAULT_GOAL := help

# The conda environment of environment.yml is used when it is the active one; else .venv, made from the lock.
ifeq ($(CONDA_DEFAULT_ENV),aftersales)
PY := $(CONDA_PREFIX)/bin/python
STAMP := $(CONDA_PREFIX)
else
PY := .venv/bin/python
STAMP := .venv
endif
READY := $(STAMP)/.aftersales-ready
READY_TEST := $(STAMP)/.aftersales-ready-test
READY_LAB := $(STAMP)/.aftersales-ready-lab
READY_FULL := $(STAMP)/.aftersales-ready-full
LOCKED := requirements.lock pyproject.toml

# Installs pinned packages; $(1) is what of the project to install. uv takes seconds where pip takes a minute. pip brings
# it: the environment's own, or that of the interpreter it was made with; where there is no uv, pip installs all.
UV := $(dir $(PY))uv
PIP := $(PY) -m pip
define INSTALL
[ -x $(UV) ] || { uv=$$(grep '^uv==' requirements.lock); \
  for pip in "$(PIP)" "$(or $(PYTHON),python3) -m pip --python $(PY)"; do \
    $$pip install -q --disable-pip-version-check "$$uv" 2>/dev/null && break; \
  done; }; \
if [ -x $(UV) ]; then $(UV) pip install -q --python $(PY) -c requirements.lock -e '$(1)'; else \
  echo "  uv could not be had, so pip does it: this takes a minute or two."; \
  { $(PIP) --version || $(PY) -m ensurepip; } >/dev/null 2>&1; \
  $(PIP) install -q --disable-pip-version-check -c requirements.lock -e '$(1)'; \
fi
endef

# uv leaves bytecode to the first run, which writes what it imports; without it each report is a half slower.
unexport PYTHONDONTWRITEBYTECODE

# Values reach the program through the environment, so that a name with a blank or a quote stays one word.
export MONTH YEAR STORE SOURCE OUT REPORT_LANG FRESH DRY_RUN AGAIN NAME XLSX PRINTED A B
PERIOD = $${MONTH:+--month "$$MONTH"} $${YEAR:+--year "$$YEAR"}
STORED = $${STORE:+--store "$$STORE"} $${SOURCE:+--source "$$SOURCE"}
COMMON = $(PERIOD) $(STORED) $${OUT:+--out "$$OUT"} $${REPORT_LANG:+--lang "$$REPORT_LANG"} $(if $(filter-out 0,$(FRESH)),--fresh)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1|/' | \
	  awk -F'|' '{printf "%-24s %s\n", $$1, $$2}'
	@echo "  MONTH=4 or 2024-04, YEAR=2024, STORE=name, SOURCE=folder, workbook or database, OUT=folder, REPORT_LANG=zh|en"

.PHONY: report
report: $(READY) ## make the report: make report MONTH=4
	@$(PY) -m aftersales report $(COMMON)

.PHONY: check
check: $(READY) ## say what is wrong with the records: make check MONTH=4 (XLSX=file writes it into a copy of them)
	@AFTERSALES_CALLED=make $(PY) -m aftersales check $(PERIOD) $(STORED) $${REPORT_LANG:+--lang "$$REPORT_LANG"} $${XLSX:+--xlsx "$$XLSX"} $${PRINTED:+--printed "$$PRINTED"}

.PHONY: template
template: $(READY) ## write an empty workbook to fill in: make template MONTH=5 SOURCE=last-month (OUT=file)
	@$(PY) -m aftersales template $${MONTH:+--month "$$MONTH"} $${YEAR:+--year "$$YEAR"} $(STORED) $${OUT:+--out "$$OUT"}

.PHONY: mail
mail: $(READY) ## send the published report: make mail MONTH=4 (DRY_RUN=1 says what would go to whom)
	@AFTERSALES_CALLED=make $(PY) -m aftersales mail $(PERIOD) $(STORED) $${OUT:+--out "$$OUT"} $${REPORT_LANG:+--lang "$$REPORT_LANG"}

.PHONY: call-list
call-list: $(READY) ## write whom to call, unmasked, for inside the store: make call-list MONTH=4 OUT=calls.xlsx
	@AFTERSALES_CALLED=make $(PY) -m aftersales call-list $(PERIOD) $(STORED) $${OUT:+--out "$$OUT"} $${REPORT_LANG:+--lang "$$REPORT_LANG"}

.PHONY: compare
compare: $(READY) ## say what two published reports differ in: make compare A=2024-03 B=2024-04 (A=2024-04@1: the run before)
	@AFTERSALES_CALLED=make $(PY) -m aftersales compare $${A:+--a "$$A"} $${B:+--b "$$B"} $${STORE:+--store "$$STORE"} $${OUT:+--out "$$OUT"} $${REPORT_LANG:+--lang "$$REPORT_LANG"}

.PHONY: test
test: $(READY_TEST) ## run the tests that need nothing but Python
	@$(PY) -m ruff check -q lib tests notebooks bench docs
	@$(PY) -m ruff format -q --check lib tests notebooks bench docs
	@$(PY) -m mypy --no-error-summary
	@$(PY) -m pytest -m "not full" -n 2 --dist worksteal

.PHONY: test-all
test-all: $(READY_FULL) ## run all tests, those with Chromium, PostgreSQL and JupyterLab too
	@sh tests/services.sh
	@$(PY) -m ruff check -q lib tests notebooks bench docs
	@$(PY) -m ruff format -q --check lib tests notebooks bench docs
	@$(PY) -m mypy --no-error-summary
	@$(PY) -m pytest -n 2 --dist worksteal

.PHONY: demo
demo: $(READY) ## write the records of made-up stores: make demo STORES=3 OUT=data
	@$(PY) -m aftersales demo --stores "$${STORES:-1}" --months "$${MONTHS:-30}" --out "$${OUT:-demo}"

.PHONY: lab
lab: $(READY_LAB) ## open JupyterLab on the notebooks (LAB="--no-browser --port=8890" for options of its own)
	@$(PY) -m aftersales lab -- $(LAB)

.PHONY: chapter
chapter: $(READY) ## start a chapter of your own: make chapter NAME=waiting
	@$(PY) -m aftersales chapter --name "$$NAME"

.PHONY: check-notebooks
check-notebooks: $(READY) ## say what breaks the form of a notebook, and what to do
	@$(PY) -m aftersales check-notebooks

.PHONY: setup
setup: $(READY_FULL) ## set up everything for work on the code, the commit hooks included
	@$(PY) -m pre_commit install

.PHONY: clean
clean: ## empty the cache
	@for kind in tables sealed findings chapters drawings reports failed; do rm -rf "$${AFTERSALES_CACHE:-.cache}/$$kind"; done

.PHONY: bench
bench: $(READY) ## measure how fast a report is made, next to other ways; writes docs/bench.md (RUNS=3)
	@RUNS="$(RUNS)" $(PY) bench/bench.py

.PHONY: claims
claims: $(READY) ## measure how often the findings are wrong and what they find; writes docs/claims.md (STORES=2000)
	@STORES="$${STORES:-2000}" $(PY) bench/claims.py

# The first interpreter that is new enough.
$(READY): $(LOCKED)
	@if [ "$(STAMP)" = .venv ] && [ ! -x .venv/bin/python ]; then \
	  for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then echo "Python 3.11 or newer is needed; got $$(python3 --version 2>&1). Install it, or name one: make PYTHON=/path/to/python3.11" >&2; exit 2; fi; \
	  echo "Setting up .venv with $$($$found --version), once."; \
	  $$found -m venv --without-pip .venv; \
	fi
	@echo "Installing the pinned packages of requirements.lock …"
	@$(call INSTALL,.)
	@$(PY) -c 'from aftersales import kernels; kernels.install()'
	@touch $@

$(READY_TEST): $(READY)
	@echo "Installing what the tests need …"
	@$(call INSTALL,.[test])
	@touch $@

$(READY_LAB): $(READY)
	@echo "Installing JupyterLab, once …"
	@$(call INSTALL,.[lab])
	@touch $@

$(READY_FULL): $(READY_TEST)
	@echo "Installing JupyterLab, once, and what the browser and database tests need …"
	@$(call INSTALL,.[test$(comma)full$(comma)postgres$(comma)lab])
	@touch $@
