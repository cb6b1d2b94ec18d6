# Strongroom: `make demo` shows it, `make test` tests it, `make` lists the rest. The work is in scripts/.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: bench deb fuzz deb-trial help demo test test-fast lint deny browser release ci fresh mutants-gate bad-days crash
export PATH := $(CURDIR)/target/tools/bin:$(PATH)
stage := scripts/stage

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

demo: ## build what is needed and serve a fictitious firm on http://localhost:8080 (ARGS="--data DIR" keeps it)
	@scripts/demo $(ARGS)

test: ## every test: Rust on SQLite and on PostgreSQL, and journeys in a real Chromium
	@$(stage) tools 180 scripts/tools nextest postgresql chromium
	@$(stage) assets 60 scripts/assets build
	@$(stage) build 900 cargo build --workspace --lib --bins --tests --locked
	@$(stage) unit 300 scripts/tests unit
	@$(stage) sqlite 240 scripts/tests sqlite
	@$(stage) postgres 330 scripts/tests postgres
	@$(stage) engines 5 scripts/tests compare
	@$(stage) browser 300 scripts/browser
	@$(stage) fuzz 900 scripts/fuzz 4

test-fast: ## while working: Rust tests on SQLite only (T=hold picks those whose name has "hold")
	@scripts/tools nextest
	@cargo nextest run --workspace $(T)

lint: ## formatting, clippy, TypeScript
	@$(stage) format 10 cargo fmt --all --check
	@$(stage) assets 60 scripts/assets build
	@$(stage) types 60 scripts/assets check
	@$(stage) clippy 600 cargo clippy --workspace --all-targets --locked -- -D warnings

deny: ## licences, bans, duplicate crates, sources (deny.toml says why)
	@$(stage) deny-tool 60 scripts/tools deny
	@$(stage) deny 60 cargo deny --locked check --allow unused-wrapper bans licenses sources

browser: ## only the journeys in Chromium (SPEC=wall.spec.mjs picks one)
	@scripts/tools chromium
	@scripts/assets build
	@cargo build --workspace --lib --bins --tests
	@scripts/browser $(SPEC)

release: ## target/release/strongroom and target/release/strongroom-verify, optimised
	@scripts/assets build
	cargo build --locked --release --bin strongroom --bin strongroom-verify

deb: ## a Debian package of both programs, with unit, man pages and completions (target/debian)
	@scripts/tools deb
	@$(MAKE) --no-print-directory release
	target/release/strongroom manual --to target/manual
	cargo deb --no-build --locked -p strongroom-app

deb-trial: ## install that package on this machine (as root, one to throw away), set up a firm, upgrade, remove
	@scripts/deb-trial target/debian/strongroom_*.deb

ci: ## what a merge must pass, with the budget of each stage
	@.ci/run

fresh: ## the same in a clean clone of the last commit
	@scripts/fresh

bad-days: ## the long ones: two gigabytes in and out of a small server, thirty kills, on SQLite and PostgreSQL
	@scripts/bad-days

mutants-gate: ## mutation tests over what the gate decides with
	@scripts/mutants-gate

bench: ## the speed goals against nginx, SQLite, PostgreSQL and openssl (ARGS="--quick G5"); writes docs/benchmarks.md
	@scripts/bench $(ARGS)

fuzz: ## each parser of ours for a minute (SECONDS_EACH=…), from the corpus in fuzz/
	@scripts/fuzz $(or $(SECONDS_EACH),60)

crash: ## ten thousand runs of a firm on a disk that fails, forgets and fills up (SEEDS=… FROM=… picks others)
	@scripts/crash $(SEEDS) $(FROM)
