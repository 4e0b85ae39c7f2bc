# make alone says what there is. One set of tags and flags stands here for everything: any other builds Fyne, minutes of C,
# all over again. Debian packages are listed in .ci/packages, those of guests in .ci/guest/packages.

TAGS     := x11 migrated_fynedo gles
# A tree without history, or one that belongs to somebody else, cannot be stamped with its commit.
STAMP    := $(shell git rev-parse HEAD >/dev/null 2>&1 || echo -buildvcs=false)
GOFLAGS_ := $(STAMP) -tags '$(TAGS)'

SECONDS  ?=
CYCLES   ?= 20000
FUZZTIME ?= 10s
EXECUTIONS ?= 100000000
MUTANTS  ?= 10000000
STATES   ?= 2000000
CUTS     ?=
SCENARIO ?=
SEED     ?= 1
CASES    ?= 100000
HISTORIES ?= 10000
OPERATIONS ?= 1000
EVENTS   ?= 100000
PICTURES ?= bin/gallery-pictures

LINT         := v2.15.0
GOLANGCI     := .bin/golangci-lint-$(LINT)
SHELLSCRIPTS  = $(shell grep -rlE '^\#!/bin/(ba)?sh' .ci assets)

.PHONY: help deps build run test race simulate test-network crash crash-ext4 test-hardware soak offline bench lint gallery pictures fuzz fuzz-scan fuzz-codes fuzz-sync damage cover generate clean
.DEFAULT_GOAL := help

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

deps: ## install the Debian packages that are missing (as root or by sudo)
	@.ci/install-debian

build: deps ## build bin/kiosk, bin/gallery, bin/kioskctl, bin/hq
	@mkdir -p bin
	go build $(GOFLAGS_) -o bin/ ./cmd/kiosk ./cmd/gallery
	CGO_ENABLED=0 go build $(GOFLAGS_) -o bin/ ./cmd/kioskctl ./cmd/hq

run: build ## the whole thing with sample orders: HQ, an enrolled terminal, a camera; SECONDS=30 ends by itself
	@.ci/demo $(if $(SECONDS),SECONDS=$(SECONDS))

test: deps ## go vet and every test, with the coverage of kiosk, scanner and sync
	@.ci/test $(GOFLAGS_)

race: deps ## the tests under the race detector, without Fyne's packages (they would be built again for it)
	go test $(GOFLAGS_) -race $$(go list $(GOFLAGS_) ./... | grep -Ev '/kiosk/ui(/|$$)|/cmd/(kiosk|gallery)$$')

simulate: ## weeks of five terminals and HQ in virtual time: HISTORIES=10000 of OPERATIONS=1000 steps; SEED=1 is the first
	go test $(GOFLAGS_) -count=1 -timeout 0 -v -run '^TestHistories$$' ./sync/simulation -args -histories $(HISTORIES) -operations $(OPERATIONS) -seed $(SEED)

test-network: deps ## HQ and terminals in network namespaces under loss, cuts, resets, 64 kbit and kill -9, for SECONDS=600; needs root
	go test $(GOFLAGS_) -count=1 -timeout 0 -v -run '^TestNetwork$$' ./cmd/internal/nettest -args -seconds $(or $(SECONDS),600)

crash: deps ## power cuts: STATES=2000000 disk states, and the planted faults; SEED=1; needs FUSE (root, /dev/fuse)
	go test $(GOFLAGS_) -count=1 -timeout 0 -v -run '^Test(PowerCuts|LyingDisk|Planted.*)$$' ./kiosk/crashtest -args -states $(STATES) -seed $(SEED)

soak: deps ## kill -9 a terminal under load CYCLES=20000 times, fail every I/O of 200 redemptions; needs FUSE
	HEXIAO_EVERY_FAULT=1 HEXIAO_KILL_CYCLES='$(CYCLES)' go test $(GOFLAGS_) -count=1 -timeout 0 -v \
		-run '^(TestEveryFaultOfTheJournal|TestKilledAgainAndAgain)$$' ./kiosk/boltstore ./cmd/kioskctl
	go test $(GOFLAGS_) -count=1 -timeout 0 -v -run '^TestDiskErrors$$' ./kiosk/crashtest -args -states 1 -seed $(SEED)

offline: deps ## 60 days without a network in virtual time, EVENTS=100000 of them, then one that loses, doubles and reorders
	HEXIAO_OFFLINE_EVENTS='$(EVENTS)' go test $(GOFLAGS_) -count=1 -timeout 0 -v -run '^TestSixtyDaysOffline$$' ./sync/uptest

bench: build ## every benchmark beside its goal
	@.ci/bench $(GOFLAGS_)

crash-ext4: ## power cuts of a real ext4 in a guest with Debian's kernel; CUTS=500 and SEED say how many and which
	@.ci/crash-ext4 $(if $(CUTS),CUTS=$(CUTS)) $(if $(SEED),SEED=$(SEED))

test-hardware: ## the sources against real drivers in a guest; SCENARIO=camera-yuyv tries one, SCENARIO=faults plants faults
	@.ci/test-hardware $(SCENARIO)

lint: deps $(GOLANGCI) ## golangci-lint, and shellcheck over the scripts
	$(GOLANGCI) run
	@.ci/install-debian shellcheck
	shellcheck $(SHELLSCRIPTS)

# Built from source: two minutes once, then kept.
$(GOLANGCI):
	@mkdir -p .bin
	GOBIN='$(CURDIR)/.bin' GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT)
	@mv .bin/golangci-lint $@

gallery: build ## every screen in every state as pictures; PICTURES=DIR says where
	@# a process a language, as one draws on one core only; the last to end writes the index of all
	@bin/gallery --out '$(PICTURES)' --lang zh & chinese=$$!; bin/gallery --out '$(PICTURES)' --lang en && wait $$chinese

pictures: deps ## the README's pictures anew, from the real window; Welcome's is from make run
	go test $(GOFLAGS_) -count=1 -run '^TestALeadersDay$$' ./cmd/kiosk -args -pictures '$(CURDIR)/assets/pictures'

fuzz: deps ## every fuzz target for FUZZTIME=10s each
	@.ci/fuzz '$(FUZZTIME)' $(GOFLAGS_)

fuzz-scan: deps ## EXECUTIONS=100000000 mutated inputs to what scanners send: framing, keys, codes, frames; SEED=1
	@.ci/fuzz-scan '$(EXECUTIONS)' '$(SEED)' $(GOFLAGS_)

fuzz-codes: deps ## MUTANTS=10000000 changed, forged, expired and foreign codes shown to a terminal's rules: none is taken
	go test $(GOFLAGS_) -count=1 -timeout 0 -v -run '^TestNoMutantIsTaken$$' ./kiosk/kiosktest -args -mutants '$(MUTANTS)'

fuzz-sync: deps ## MUTANTS=10000000 mutated answers of HQ: nothing counts that HQ did not sign; SEED=1
	@.ci/fuzz-sync '$(MUTANTS)' '$(SEED)' $(GOFLAGS_)

damage: deps ## start on damaged files, CASES=100000 of them, and plant faults that they must find
	DAMAGE_CASES='$(CASES)' DAMAGE_FAULTS=all go test $(GOFLAGS_) -timeout 0 -v ./kiosk/damagetest

cover: test ## which lines the tests run, as bin/cover.html
	go tool cover -html=bin/cover.out -o bin/cover.html

generate: ## make the generated files again
	go generate $(GOFLAGS_) ./...

clean: ## delete what make built; Go's own caches stay
	rm -rf bin .bin
