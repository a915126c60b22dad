# The two commands of a newcomer are `make demo` and `make test`; `make` lists the rest.

PYTHON ?= python3.11
PORT ?= 4566
ROOT ?= .local-aws
COUNT ?= 1
# One word of the shell, whatever it holds.
quoted = '$(subst ','\'',$(1))'
VENV := .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
SCANNER := .venv-scanner
MLXTEND := .venv-mlxtend
TEMPLATES := capstone-starter.cfn.yaml commerce/commerce.cfn.yaml commerce/hosting.cfn.yaml docs/role.cfn.yaml docs/commerce-role.cfn.yaml
LOCAL = AWS_ENDPOINT_URL=http://127.0.0.1:$(call quoted,$(PORT)) AWS_REGION=us-west-2 AWS_DEFAULT_REGION=us-west-2 \
	AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

.DEFAULT_GOAL := help
.PHONY: help install demo test browser test-crash test-month truth truth-commerce bench trino-answers trino-lake lint scan format permissions \
	cost dictionary aws tick deploy notebook runbook clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 15

install: $(INSTALLED) ## create .venv with the pinned dependencies

$(INSTALLED): pyproject.toml requirements.txt
	@$(call quoted,$(PYTHON)) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 is needed, as on Glue 5.1, and '"$(call quoted,$(PYTHON))"' is not it; install it or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(call quoted,$(PYTHON)) -m venv $(VENV)
	$(RUN) -m pip install --quiet --constraint requirements.txt --editable .
	$(RUN) -m local_aws.class_archive
	@touch $@

demo: $(INSTALLED) ## one hour of events and three days of orders end to end on this machine; answers in build/
	@$(RUN) -m tests.tools.demo

test: ## lint, unit and integration tests
	@$(MAKE) --no-print-directory --jobs 2 $(INSTALLED) $(SCANNER)/.installed browser
	@$(MAKE) --no-print-directory lint
	$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15

browser: ## install Chromium for the report's tests, unless there is a browser
	@for name in chromium google-chrome '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do \
		command -v "$$name" >/dev/null && exit; done; \
		command -v apt-get >/dev/null || { echo "The report's tests need Chromium or Google Chrome; install one." >&2; exit 1; }; \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && $$sudo apt-get install -qq --no-install-recommends chromium

test-crash: $(INSTALLED) ## kill the jobs at every step and amid every write, and run them again
	$(RUN) -m pytest -n 2 tests/crash -m crash

test-month: $(INSTALLED) ## let thirty days of a small shop pass through the state machine; takes half an hour
	MONTH_DAYS=30 $(RUN) -m pytest tests/month

truth: $(INSTALLED) ## check one full hour, 7.5 million events, three ways; takes minutes
	$(RUN) -m pytest tests/stack/test_truth.py -m full_hour

truth-commerce: $(INSTALLED) $(MLXTEND)/.installed ## check the order book on public data (11 MB by Maven)
	$(RUN) -m pytest tests/commerce/public -m public_data

bench: $(INSTALLED) ## time the jobs beside other ways, and write their pages of docs/; takes an hour
	@$(RUN) -m tests.tools.bench
	@$(RUN) -m tests.tools.bench.order_book
	@$(RUN) -m tests.tools.bench.marts

trino-answers: $(INSTALLED) ## ask a real Trino server (0.8 GB by Maven) what the tests expect
	$(RUN) -m tests.athena.record

trino-lake: $(INSTALLED) ## make the tables of those answers anew, after a change of the tables
	$(RUN) -m tests.athena.lake

lint: $(INSTALLED) scan ## check style, types and the templates
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy
	$(VENV)/bin/cfn-lint $(TEMPLATES)

scan: $(SCANNER)/.installed ## look for what is insecure in the templates
	CKV_PARSE_ERROR_FAIL=true $(SCANNER)/bin/checkov --quiet --compact --skip-download --framework cloudformation --file $(TEMPLATES)

# It pins boto3 and others that the project has newer: a .venv of its own.
$(SCANNER)/.installed: .ci/scanner-requirements.txt
	$(call quoted,$(PYTHON)) -m venv $(SCANNER)
	$(SCANNER)/bin/python -m pip install --quiet --constraint $< checkov
	@touch $@

# It wants another pandas: a .venv of its own.
$(MLXTEND)/.installed:
	$(call quoted,$(PYTHON)) -m venv $(MLXTEND)
	$(MLXTEND)/bin/python -m pip install --quiet mlxtend==0.25.0
	@touch $@

format: $(INSTALLED) ## put the code into its one format
	$(VENV)/bin/ruff format
	$(VENV)/bin/ruff check --fix

permissions: $(INSTALLED) ## write the IAM policies of docs/permissions/ and the templates of the role
	$(RUN) -m tests.tools.permissions

cost: $(INSTALLED) ## write the figures of docs/cost.md and docs/scaling.md: what a stack costs
	$(RUN) -m tests.tools.cost_page
	$(RUN) -m tests.tools.scaling_page

dictionary: $(INSTALLED) ## write the tables of docs/data-dictionary.md, commerce-contracts.md, commerce-questions.md and lineage.md, and the saved queries
	$(RUN) -m tests.tools.saved_queries
	$(RUN) -m tests.tools.data_dictionary
	$(RUN) -m tests.tools.contracts_page
	$(RUN) -m tests.tools.questions_page
	$(RUN) -m tests.tools.lineage_page

aws: $(INSTALLED) ## the local AWS in the foreground [PORT=4566 ROOT=.local-aws TICK=seconds]
	@$(RUN) -m local_aws --port $(call quoted,$(PORT)) --root $(call quoted,$(ROOT)) $(if $(TICK),--tick $(call quoted,$(TICK)))

tick: $(INSTALLED) ## let five minutes pass on that local AWS: schedules fire [COUNT=1]
	@$(RUN) -m local_aws tick --port $(call quoted,$(PORT)) --count $(call quoted,$(COUNT))

deploy: $(INSTALLED) ## on that local AWS: create both stacks, deliver sample-data
	@$(LOCAL) $(RUN) -m tests.tools.demo --deploy-only

notebook: deploy ## Jupyter on the notebook against that local AWS
	@$(LOCAL) $(VENV)/bin/jupyter lab --ip 127.0.0.1 build_pipeline.ipynb

runbook: deploy ## Jupyter on the order book's runbook against that local AWS
	@$(LOCAL) $(VENV)/bin/jupyter lab --ip 127.0.0.1 commerce/runbook.ipynb

clean: ## remove what demo and aws left
	rm -rf -- build $(call quoted,$(ROOT))
