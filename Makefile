# Loci, Apache License 2.0.
# The one entry for building, testing and trying Loci. `make` alone lists the targets.

SWIFT ?= swift
# On Linux the command carries Swift's libraries inside: it starts in half the time, and runs where Swift is not installed.
RELEASE = -c release --product loci $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib)

.PHONY: help dependencies build test lint format demo docs clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dependencies: ## Install what is missing of the system's libraries
	@sh scripts/dependencies.sh

build: dependencies ## Build the command line for release: .build/release/loci
	$(SWIFT) build $(RELEASE)

test: dependencies lint ## Run every check: style, unit tests, kernels on other processors, end to end, the measuring programs
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	@if [ -f Tests/Cross/run.sh ]; then sh Tests/Cross/run.sh; fi
	@if [ -f Tests/EndToEnd/run.sh ]; then sh Tests/EndToEnd/run.sh; fi
	$(SWIFT) build --package-path Benchmarks
	@if command -v python3 >/dev/null; then python3 Benchmarks/test.py; else echo "python3 is missing: the tests of Benchmarks are skipped" >&2; fi

lint: ## Check the style and the rules of the repository
	@SWIFT="$(SWIFT)" sh scripts/lint.sh

format: ## Format all Swift sources
	$(SWIFT) format -i -r -p Sources Tests Package.swift $(wildcard Benchmarks)

demo: build ## Build a small database, search it, plot recall against speed
	sh scripts/demo.sh

docs: dependencies ## Write the documentation of the library to .build/docs
	@SWIFT="$(SWIFT)" sh scripts/docs.sh

clean: ## Remove what was built
	$(SWIFT) package clean
	rm -rf demo .build/docs
