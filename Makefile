# Loci, Apache License 2.0.
# The one entry for building, testing and trying Loci. `make` alone lists the targets.

SWIFT ?= swift
# On Linux the command carries Swift's libraries inside: it starts in half the time, and runs where Swift is not installed.
RELEASE = -c release --product loci $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib)

.PHONY: help dependencies build test torture sanitize-thread sanitize-address fuzz lint format demo demo-memory bench docs clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dependencies: ## Install what is missing of the system's libraries
	@sh scripts/dependencies.sh

build: dependencies ## Build the command line for release: .build/release/loci
	$(SWIFT) build $(RELEASE)

# Tests run as a release runs, with the assertions that it leaves out: without optimization they take fifteen times as long, most of it
# in generics that are not specialized. Their build has a folder of its own, and the program under test is that build's.
CHECKS = --scratch-path .build/checks -c release -Xswiftc -enable-testing -Xswiftc -assert-config -Xswiftc Debug
test: dependencies lint ## Run every check: style, unit tests, kernels on other processors, end to end, clients of Redis and of the Model Context Protocol, pages in a browser, the measuring programs
	$(SWIFT) build $(CHECKS) --build-tests
	$(SWIFT) test $(CHECKS) --skip-build
	@LOCI_BIN="$$($(SWIFT) build $(CHECKS) --show-bin-path)/loci" SWIFT="$(SWIFT)" sh scripts/test-parts.sh

torture: dependencies ## Kill, fill, damage and race the database for many minutes (LOCI_TEST_SEED, LOCI_TEST_ITERATIONS)
	$(SWIFT) build $(CHECKS) --build-tests
	LOCI_TORTURE=1 $(SWIFT) test $(CHECKS) --skip-build --filter 'TortureTests|PageCheckTests|DamageTests|WriteModelTests'

# Where threads meet: commits beside searches and views, builds, links and batches on several threads, connections of the server.
THREADS = ManyReadersTests/threads|ConcurrencyTests|WriteModelTests|DatabaseViewTests|ParallelTests|SnapshotTests|MapGrowthTests|WriteLoadTests|ConnectionTests
sanitize-thread: dependencies ## Run the tests of concurrency under the thread sanitizer
	@SWIFT="$(SWIFT)" sh scripts/sanitize.sh thread '$(THREADS)'

# What reads damaged files, the storage, the kernels, the readers of files, attributes, words and requests, and all that edits records in place.
BYTES = CorruptionTests|DamageTests|LociStorageTests|CVectorKernelsTests|LociFilesTests|LociJSONTests|LociAttributesTests|LociWordsTests|LociProtocolTests|LociMCPTests|LociTextTests|WriteModelTests
# All but one: the sanitizer itself takes more address space than that test leaves to its process.
sanitize-address: dependencies ## Run the tests of damaged files, storage, kernels and file readers under the address sanitizer
	@SWIFT="$(SWIFT)" sh scripts/sanitize.sh address '$(BYTES)' smallAddressSpace

fuzz: dependencies ## Look for texts of filters, attributes and queries for words that break their readers (SECONDS each, 60)
	@SWIFT="$(SWIFT)" sh scripts/fuzz.sh $(or $(SECONDS),60)

lint: ## Check the style and the rules of the repository
	@SWIFT="$(SWIFT)" sh scripts/lint.sh

format: ## Format all Swift sources
	$(SWIFT) format -i -r -p Sources Tests Package.swift $(wildcard Benchmarks Fuzz)

demo: build ## Build a small database, search it, plot recall against speed
	sh scripts/demo.sh

demo-memory: build ## Remember a conversation, ask it, and show why
	sh scripts/demo-memory.sh

bench: dependencies ## Measure all of docs/benchmarks again, for hours (BENCH="STEP… --sets FOLDER --quick"; Benchmarks/all --help)
	Benchmarks/all $(BENCH)

docs: dependencies ## Write the documentation of the libraries to .build/docs
	@SWIFT="$(SWIFT)" sh scripts/docs.sh

clean: ## Remove what was built
	$(SWIFT) package clean
	rm -rf demo .build/docs
