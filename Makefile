# The monthly report of a dealership's customer-service department. `make help` lists the targets.
SHELL := /bin/sh
comma := ,
# What is printed here is in the language of the report: that of REPORT_LANG, else of the params, else Chinese.
SPOKEN = $(or $(filter zh en,$(REPORT_LANG)),$(filter zh en,$(shell sed -n 's/^lang:[^a-z]*\([a-z]*\).*/\1/p' "$${AFTERSALES_PARAMS:-params}/default.yml" 2>/dev/null)),zh)
SAY = echo "$(if $(filter en,$(SPOKEN)),$(2),$(1))"
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
READY_GROUP := $(STAMP)/.aftersales-ready-group
READY_DOCS := $(STAMP)/.aftersales-ready-docs
READY_FULL := $(STAMP)/.aftersales-ready-full
LOCKED := $(wildcard locks/*.lock) pyproject.toml

# Installs the packages of a lock, each only with the content that its hash names, and the project itself without looking
# for more. What has to be built (jieba) is built with the setuptools that stands in the lock, too. uv takes seconds where pip takes a minute. pip brings it: the environment's own, or that of the interpreter
# it was made with; where there is no uv, pip installs all.
UV := $(dir $(PY))uv
PIP := $(PY) -m pip
define INSTALL
[ -x $(UV) ] || for pip in "$(PIP)" "$(or $(PYTHON),python3) -m pip --python $(PY)"; do \
    $$pip install -qq --disable-pip-version-check --require-hashes -r locks/uv.lock 2>/dev/null && break; \
  done; \
if [ -x $(UV) ]; then $(UV) pip install -q --python $(PY) --no-build-isolation --require-hashes -r locks/$(1).lock \
  && $(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .; else \
  $(call SAY,  没有装上uv，改用pip：需要一两分钟。,  uv could not be had$(comma) so pip does it: this takes a minute or two.); \
  { $(PIP) --version || $(PY) -m ensurepip; } >/dev/null 2>&1; \
  $(PIP) install -qq --disable-pip-version-check --no-build-isolation --require-hashes -r locks/$(1).lock \
    && $(PIP) install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .; \
fi || { $(call SAY,安装没有成功，以上是安装程序的原文。请检查网络，再运行同一命令。,The installation failed; what the installer says stands above. Check the network and run the same command again.) >&2; exit 1; }
endef

# uv leaves bytecode to the first run, which writes what it imports; without it each report is a half slower.
unexport PYTHONDONTWRITEBYTECODE

# Values reach the program through the environment, so that a name with a blank or a quote stays one word, and as they
# were typed, a $ included.
GIVEN := MONTH YEAR STORE SOURCE OUT SCHEDULER WORKERS REPORT_LANG FRESH DRAFT DRY_RUN AGAIN ONLY_IF NAME XLSX PRINTED A B VIN
export $(GIVEN)
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
PERIOD = $${MONTH:+--month "$$MONTH"} $${YEAR:+--year "$$YEAR"}
STORED = $${STORE:+--store "$$STORE"}
WHERE = $${OUT:+--out "$$OUT"}
LANGUAGE = $${REPORT_LANG:+--lang "$$REPORT_LANG"}
# The program is told that make called it: its messages name commands as they were typed, and it takes SOURCE, which
# may hold a password, from the environment: whoever is on the machine sees the arguments.
RUN = AFTERSALES_CALLED=make $(PY) -m aftersales

# After ## stands what a target does, in Chinese, then in English.
.PHONY: help
help: ## 列出各个命令 ## list the targets
	@grep -hE '^[a-z-]+:.*## .* ## ' $(MAKEFILE_LIST) | \
	  sed -E 's/^([a-z-]+):[^#]*## (.*) ## (.*)/  make \1|$(if $(filter en,$(SPOKEN)),\3,\2)/' | \
	  awk -F'|' '{printf "%-24s %s\n", $$1, $$2}'
	@$(call SAY,  MONTH=4 或 2024-04；YEAR=2024；STORE=门店；SOURCE=文件夹、工作簿或数据库；OUT=文件夹；REPORT_LANG=zh 或 en,  MONTH=4 or 2024-04$(comma) YEAR=2024$(comma) STORE=name$(comma) SOURCE=folder$(comma) workbook or database$(comma) OUT=folder$(comma) REPORT_LANG=zh or en)

.PHONY: report
report: $(READY) ## 做报告：make report MONTH=4（DRAFT=1：有的章做不出来也做，只作草稿） ## make the report: make report MONTH=4 (DRAFT=1: what can be made where a chapter fails, as a draft)
	@$(RUN) report $(PERIOD) $(STORED) $(WHERE) $(LANGUAGE) $(if $(filter-out 0,$(FRESH)),--fresh)

.PHONY: slides
slides: $(READY) ## 做报告，连同可修改的幻灯片 report.pptx：make slides MONTH=4 ## make the report with slides that can be edited, report.pptx: make slides MONTH=4
	@$(RUN) slides $(PERIOD) $(STORED) $(WHERE) $(LANGUAGE) $(if $(filter-out 0,$(FRESH)),--fresh)

.PHONY: group
group: $(READY_GROUP) ## 做每家店的报告和集团总览：make group MONTH=4（SCHEDULER=tcp://… 用已有的Dask集群；WORKERS=2） ## make the report of every store of a source, and an overview: make group MONTH=4 (SCHEDULER=tcp://… of a Dask cluster; WORKERS=2)
	@$(RUN) group $(PERIOD) $(WHERE) $(LANGUAGE) $(if $(filter-out 0,$(FRESH)),--fresh)

.PHONY: check
check: $(READY) ## 检查数据：make check MONTH=4（XLSX=文件 另存一份标出错误的） ## say what is wrong with the records: make check MONTH=4 (XLSX=file writes it into a copy of them)
	@$(RUN) check $(PERIOD) $(STORED) $(WHERE) $(LANGUAGE) $${XLSX:+--xlsx "$$XLSX"} $${PRINTED:+--printed "$$PRINTED"}

.PHONY: template
template: $(READY) ## 生成空白的数据工作簿：make template MONTH=5 SOURCE=上月数据（OUT=文件） ## write an empty workbook to fill in: make template MONTH=5 SOURCE=last-month (OUT=file)
	@$(RUN) template $(PERIOD) $(STORED) $(WHERE) $(LANGUAGE)

.PHONY: adopt
adopt: $(READY) ## 看一份外来的导出，提出参数里该怎么写：make adopt SOURCE=导出（OUT=文件） ## propose what the params must say to read a foreign export: make adopt SOURCE=exports (OUT=file)
	@$(RUN) adopt $(WHERE) $(LANGUAGE)

.PHONY: verify
verify: $(READY) ## 核对已发布的报告：有没有被改动，重做是否相同：make verify MONTH=4 ## say whether a published report is untouched and comes out the same again: make verify MONTH=4
	@$(RUN) verify $(PERIOD) $(STORED) $(WHERE) $(LANGUAGE)

.PHONY: mail
mail: $(READY) ## 发送已发布的报告：make mail MONTH=4（DRY_RUN=1 只说会发给谁） ## send the published report: make mail MONTH=4 (DRY_RUN=1 says what would go to whom)
	@$(RUN) mail $(PERIOD) $(STORED) $(WHERE) $(LANGUAGE)

.PHONY: mail-group
mail-group: $(READY) ## 发送集团的报告：各店收自己的，总部收总览：make mail-group MONTH=4（DRY_RUN=1 只说会发给谁） ## send each store of a group its report, head office the overview: make mail-group MONTH=4 (DRY_RUN=1)
	@$(RUN) mail-group $(PERIOD) $(WHERE) $(LANGUAGE)

.PHONY: push
push: $(READY) ## 推送到企业微信、钉钉、飞书的群：make push MONTH=4（DRY_RUN=1 只说会推送什么） ## push to groups of WeCom, DingTalk and Feishu: make push MONTH=4 (DRY_RUN=1 says what would go where)
	@$(RUN) push $(PERIOD) $(STORED) $(WHERE) $(LANGUAGE)

.PHONY: call-list
call-list: $(READY) ## 生成外呼名单（未脱敏，仅限店内）：make call-list MONTH=4 OUT=外呼名单.xlsx ## write whom to call, unmasked, for inside the store: make call-list MONTH=4 OUT=calls.xlsx
	@$(RUN) call-list $(PERIOD) $(STORED) $(WHERE) $(LANGUAGE)

.PHONY: forget
forget: $(READY) ## 从缓存、旧版报告和外呼名单里删去一位客户：make forget VIN=… ## take a customer out of caches, replaced runs and call lists: make forget VIN=…
	@$(RUN) forget $(STORED) $(WHERE) $(LANGUAGE)

.PHONY: compare
compare: $(READY) ## 比较两份报告：make compare A=2024-03 B=2024-04（A=2024-04@1：上一版） ## say what two published reports differ in: make compare A=2024-03 B=2024-04 (A=2024-04@1: the run before)
	@$(RUN) compare $${A:+--a "$$A"} $${B:+--b "$$B"} $${STORE:+--store "$$STORE"} $(WHERE) $(LANGUAGE)

# mypy takes a minute on one core the first time; tests that wait leave it some. Either may fail.
BESIDE_TYPES = $(PY) -m mypy --no-error-summary & types=$$!; $(1); tests=$$?; wait $$types || exit 1; exit $$tests

.PHONY: test
test: $(READY_TEST) ## 运行只需Python的测试 ## run the tests that need nothing but Python
	@$(PY) -m ruff check -q lib tests notebooks bench docs
	@$(PY) -m ruff format -q --check lib tests notebooks bench docs
	@$(call BESIDE_TYPES,$(PY) -m pytest -m "not full" -n 2 --dist worksteal)

.PHONY: test-all
test-all: $(READY_FULL) ## 运行全部测试，包括要用Chromium、PostgreSQL和JupyterLab的 ## run all tests, those with Chromium, PostgreSQL and JupyterLab too
	@sh tests/services.sh
	@$(PY) -m ruff check -q lib tests notebooks bench docs
	@$(PY) -m ruff format -q --check lib tests notebooks bench docs
	@$(call BESIDE_TYPES,$(PY) -m pytest -n 3 --dist worksteal)

# Two sites, so that each speaks its own language; a warning is an error.
SITE = $(PY) -m sphinx -q -W --keep-going -c docs
.PHONY: docs
docs: $(READY_DOCS) ## 把文档做成网站：output/docs/index.html ## build the documentation as a site: output/docs/index.html
	@$(SITE) -D language=en docs output/docs
	@$(SITE) -D language=zh_CN docs/zh output/docs/zh
	@$(call SAY,output/docs/zh/index.html,output/docs/index.html)

.PHONY: try-schedulers
try-schedulers: $(READY) ## 在单独的环境里试Airflow、Dagster和Prefect（约1GB）；写入 docs/schedules.md ## try Airflow, Dagster and Prefect in environments of their own (a gigabyte); writes docs/schedules.md
	@$(PY) bench/schedulers.py

.PHONY: demo
demo: $(READY) ## 生成虚构门店的数据：make demo STORES=3 OUT=data ## write the records of made-up stores: make demo STORES=3 OUT=data
	@$(RUN) demo --stores "$${STORES:-1}" --months "$${MONTHS:-30}" --out "$${OUT:-demo}" $(LANGUAGE)

.PHONY: lab
lab: $(READY_LAB) ## 在JupyterLab里打开笔记本（LAB="--no-browser --port=8890" 是它自己的选项） ## open JupyterLab on the notebooks (LAB="--no-browser --port=8890" for options of its own)
	@$(RUN) lab $(LANGUAGE) -- $(LAB)

.PHONY: chapter
chapter: $(READY) ## 新建自己的一章：make chapter NAME=waiting ## start a chapter of your own: make chapter NAME=waiting
	@$(RUN) chapter --name "$$NAME" $(LANGUAGE)

.PHONY: check-notebooks
check-notebooks: $(READY) ## 检查笔记本的格式，并说明怎么改 ## say what breaks the form of a notebook, and what to do
	@$(RUN) check-notebooks $(LANGUAGE)

.PHONY: setup
setup: $(READY_FULL) ## 为修改程序做好全部准备，包括提交钩子 ## set up everything for work on the code, the commit hooks included
	@$(PY) -m pre_commit install

# The versions of requirements.lock with the hashes of what PyPI has of them.
COMPILE = $(UV) pip compile -q --universal --python-version 3.11 -c requirements.lock --generate-hashes --no-annotate --no-header
.PHONY: lock
lock: $(READY) ## 重写 locks/：requirements.lock 的版本加上哈希 ## write locks/ again: the versions of requirements.lock with hashes
	@$(COMPILE) pyproject.toml locks/build.in -o locks/report.lock
	@$(COMPILE) pyproject.toml locks/build.in --extra test --extra group -o locks/test.lock
	@$(COMPILE) pyproject.toml locks/build.in --extra group --extra s3 --extra bench -o locks/group.lock
	@$(COMPILE) pyproject.toml locks/build.in --extra lab -o locks/lab.lock
	@$(COMPILE) pyproject.toml locks/build.in --extra docs -o locks/docs.lock
	@$(COMPILE) pyproject.toml locks/build.in --extra test --extra group --extra docs --extra full --extra postgres --extra lab -o locks/full.lock
	@echo uv | $(COMPILE) - -o locks/uv.lock

.PHONY: audit
audit: $(READY) ## 查已装的程序包有没有已知漏洞（查不到漏洞库时会说明） ## look for known vulnerabilities of the packages; says so where no database can be reached
	@$(PY) bench/audit.py $(UV)

.PHONY: clean
clean: ## 清空缓存 ## empty the cache
	@for kind in shards mirrors content tables sealed findings chapters drawings reports failed; do rm -rf "$${AFTERSALES_CACHE:-.cache}/$$kind"; done

.PHONY: bench
bench: $(READY) ## 测量做报告的速度，并与别的做法比较；写入 docs/bench.md（RUNS=3） ## measure how fast a report is made, next to other ways; writes docs/bench.md (RUNS=3)
	@RUNS="$(RUNS)" $(PY) bench/bench.py

.PHONY: bench-answers
bench-answers: $(READY) ## 测量导览里五个问题各要多久；写入 docs/analyst.md（RUNS=3） ## measure how long the five questions of the tour take; writes docs/analyst.md (RUNS=3)
	@RUNS="$(RUNS)" $(PY) bench/answers.py

.PHONY: bench-group
bench-group: $(READY_GROUP) ## 测量做一个集团的报告要多少时间和内存；写入 docs/group.md（STORES="10 40"：小店只量这些家数） ## measure what the reports of a group take; writes docs/group.md (STORES="10 40": fewer small stores)
	@STORES="$(STORES)" $(PY) bench/group.py

.PHONY: try-group
try-group: $(READY_GROUP) ## 四十家店：在本机、在单独启动且中途失去一台的工作机上、逐店单独，各做一次并核对；写入 docs/group.md（STORES=6 只试几家，不写入） ## forty stores on this machine, on workers started apart of which one is killed, and each alone, held against each other; writes docs/group.md (STORES=6: fewer, not written)
	@STORES="$(STORES)" $(PY) bench/forty.py

.PHONY: claims
claims: $(READY) ## 测量发现错几次、找到多少；写入 docs/claims.md（STORES=2000） ## measure how often the findings are wrong and what they find; writes docs/claims.md (STORES=2000)
	@STORES="$${STORES:-2000}" $(PY) bench/claims.py

.PHONY: fuzz
fuzz: $(READY) ## 读取上千份改动过的数据，写入docs/fuzz.md（COUNT=5000 SEED=2：另做一批，不改页面） ## read thousands of changed sources; writes docs/fuzz.md (COUNT=5000 SEED=2: others, and leaves the page)
	@$(PY) bench/fuzz.py

# The first interpreter that is new enough.
$(READY): $(LOCKED)
	@if [ "$(STAMP)" = .venv ] && [ ! -x .venv/bin/python ]; then \
	  for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then $(call SAY,需要 Python 3.11 或更新的版本；现在是 $$(python3 --version 2>&1)。请安装，或指明位置：make PYTHON=/path/to/python3.11,Python 3.11 or newer is needed; got $$(python3 --version 2>&1). Install it$(comma) or name one: make PYTHON=/path/to/python3.11) >&2; exit 2; fi; \
	  $(call SAY,首次使用：用 $$($$found --version) 建立 .venv。,Setting up .venv with $$($$found --version)$(comma) once.); \
	  $$found -m venv --without-pip .venv; \
	fi
	@$(call SAY,安装 locks/report.lock 里的程序包 …,Installing the packages of locks/report.lock …)
	@$(call INSTALL,report)
	@$(PY) -c 'from aftersales import kernels; kernels.install()'
	@touch $@

$(READY_TEST): $(READY)
	@$(call SAY,安装测试需要的程序包 …,Installing what the tests need …)
	@$(call INSTALL,test)
	@touch $@

$(READY_LAB): $(READY)
	@$(call SAY,首次使用：安装JupyterLab …,Installing JupyterLab$(comma) once …)
	@$(call INSTALL,lab)
	@touch $@

$(READY_GROUP): $(READY)
	@$(call SAY,首次使用：安装Dask …,Installing Dask$(comma) once …)
	@$(call INSTALL,group)
	@touch $@

$(READY_DOCS): $(READY)
	@$(call SAY,首次使用：安装做网站需要的程序包 …,Installing what the site needs$(comma) once …)
	@$(call INSTALL,docs)
	@touch $@

$(READY_FULL): $(READY_TEST)
	@$(call SAY,首次使用：安装JupyterLab以及浏览器和数据库测试需要的程序包 …,Installing JupyterLab$(comma) once$(comma) and what the browser and database tests need …)
	@$(call INSTALL,full)
	@touch $@
