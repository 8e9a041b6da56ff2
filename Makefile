# `make example` and `make test` set everything up on a fresh machine.
.PHONY: all bootstrap build fuzz test test-quick test-full conformance example install dist dist-test docs docs-check api-docs format lint clean

PREFIX ?= /usr/local
BUILD := .build/release
SWIFT_FLAGS := -c release

all: build

bootstrap:
	@scripts/bootstrap.sh

build: bootstrap
	swift build $(SWIFT_FLAGS)

# Everything that needs no other program; a process per processor. Logs stay in .build/test-logs.
test: bootstrap lint
	swift build $(SWIFT_FLAGS) --build-tests
	scripts/run-tests.py

# Unit tests alone, before each commit.
test-quick: bootstrap lint
	swift build $(SWIFT_FLAGS) --build-tests
	scripts/run-tests.py quick

# What 'make test' leaves out: tests with MLflow, PyTorch, a browser and other readers of images, and those of many minutes.
test-full: bootstrap
	swift build $(SWIFT_FLAGS) --build-tests
	tools="$$(scripts/test-tools.sh)" && NNDET_TEST_PYTHON="$$tools" scripts/run-tests.py full

conformance: bootstrap
	swift build $(SWIFT_FLAGS) --build-tests
	@rm -f $(BUILD)/conformance.tsv
	NNDET_CONFORMANCE_REPORT=$(CURDIR)/$(BUILD)/conformance.tsv swift test $(SWIFT_FLAGS) --skip-build --no-parallel --filter ConformanceTests; \
	status=$$?; scripts/conformance-table.sh $(BUILD)/conformance.tsv; exit $$status

example: build
	scripts/example.sh

install: build
	install -d $(PREFIX)/bin $(PREFIX)/lib/nndetection
	install -m 755 $(BUILD)/nndet $(PREFIX)/bin/nndet
	install -m 755 $(BUILD)/libCTorch.so $(BUILD)/libCGDCM.so $(PREFIX)/lib/nndetection/
	scripts/install-extras.sh $(BUILD)/nndet $(PREFIX)

# One archive that needs nothing but glibc, in .build/dist; DIST=--cuda packs the libraries for NVIDIA GPUs too.
dist: build
	scripts/dist.sh $(DIST)

dist-test:
	scripts/dist-test.sh

# libFuzzer on everything that reads files from outside; SECONDS for each target, TARGETS by name (default: all).
fuzz: bootstrap
	scripts/fuzz.sh $(or $(SECONDS),600) $(TARGETS)

# The pages of docs/reference that the program writes itself.
docs: build
	scripts/generate-docs.sh

docs-check: build
	scripts/check-docs.sh

api-docs: bootstrap
	scripts/api-docs.sh

format:
	swift format format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

clean:
	rm -rf .build
