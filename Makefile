# `make example` and `make test` set everything up on a fresh machine.
.PHONY: all bootstrap build test conformance example install format lint clean

PREFIX ?= /usr/local
BUILD := .build/release
SWIFT_FLAGS := -c release
# Names that users of the Python nnDetection type.
LINKS := example prep unpack train sweep eval consolidate predict env cls2fg seg2det boxes2nii seg2nii cv-split

all: build

bootstrap:
	@scripts/bootstrap.sh

build: bootstrap
	swift build $(SWIFT_FLAGS)

test: bootstrap lint
	swift build $(SWIFT_FLAGS) --build-tests
	NNDET_TEST_PYTHON="$$(scripts/test-tools.sh)" swift test $(SWIFT_FLAGS) --skip-build --no-parallel

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
	install -m 755 $(BUILD)/libCTorch.so $(BUILD)/libCITK.so $(PREFIX)/lib/nndetection/
	for name in $(LINKS); do ln -sf nndet $(PREFIX)/bin/nndet_$$name; done

format:
	swift format format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

clean:
	rm -rf .build
