# Every command of this repository. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help up down status clean services test demo bench lint types format tools

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## install, build and start everything; Ctrl-C stops it (DETACH=1 leaves it in the background)
	@tools/bootstrap.sh up $(if $(DETACH),--detach)

down: ## stop what `make up` started, whatever its state
	@tools/bootstrap.sh down

status: ## what runs, where, since when
	@tools/bootstrap.sh status

demo: ## publish the example project with its data and its running app (needs `make up`)
	@tools/bootstrap.sh run examples/iris-classifier/demo.ts

test: ## every check and test, on embedded services of their own
	@tools/bootstrap.sh run tools/test/run.ts $(STEPS)

services: ## database, object store and cluster without the portal, on ports of their own; prints their addresses
	@tools/bootstrap.sh services

tools: ## build the embedded services into the cache (up and test do it when needed)
	@tools/bootstrap.sh build

bench: ## measure; prints each figure beside what it is compared with (needs `make up`)
	@tools/bootstrap.sh run bench/run.ts

lint: ## style, imports, unused code
	@npm run -s lint

types: ## type-check everything
	@npm run -s types

format: ## rewrite all files in the house format
	@npm run -s format

clean: ## remove .vitrine/: data, logs, keys (after `make down`)
	@tools/bootstrap.sh clean
