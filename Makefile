# The one entry point; CI runs the same recipes.
.PHONY: help check fmt clippy deny drift test test-tools crash screens bench bench-decision fuzz gen

help: ## What there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

check: fmt clippy deny drift ## Formatting, lints, licences and bans, generated files. Installs cargo-deny when it is missing.

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --workspace --all-targets --locked -- -D warnings

# The advisories database lives in a git repository that closed networks cannot reach; bans, licences and sources need
# only the lock file.
deny:
	scripts/install-check-tools
	cargo deny --log-level error check bans licenses sources

drift: gen
	git diff --exit-code -- schemas || { echo 'schemas/ is not what the types say: commit what make gen wrote'; exit 1; }

test: test-tools ## Installs what the tests need (Debian's prometheus and Go), then runs everything.
	cargo test --workspace --locked

test-tools:
	scripts/install-test-tools

# SEED makes the moments of the kills repeatable as far as the machine is.
crash: ## Kills the service 200 times under 50 runs and looks for what was lost; some ten minutes. KILLS and SEED may be given.
	SERIN_CRASH_KILLS=$${KILLS:-200} SERIN_CRASH_SEED=$${SEED:-1} cargo test --locked -p serin --test it crash:: -- --nocapture

# Programs are measured as they ship, the library's functions as a developer builds them.
bench: ## Installs the peers into target/, then measures speed, as ratios and absolute figures.
	scripts/install-bench-tools
	cargo build --profile dist --locked --bin serin
	SERIN_BENCH_BINARY=$(CURDIR)/target/dist/serin cargo bench --locked

# Optimised as what ships, which makes it a third faster.
bench-decision: export CARGO_PROFILE_BENCH_LTO = thin
bench-decision: export CARGO_PROFILE_BENCH_CODEGEN_UNITS = 1
bench-decision: export CARGO_PROFILE_BENCH_OPT_LEVEL = 3
bench-decision: ## Simulated releases judged by Serin and by others' rules; writes docs/decision-benchmark.md. See CONTRIBUTING.md.
	DECISION_DOCS=$(CURDIR)/docs cargo bench --locked -p serin-judge --bench decision

screens: test-tools ## Pictures of the pages, of a release that was rolled back: target/screens.
	cargo build --locked
	scripts/screens target/screens

# A minute each. The stable compiler can count branches for libFuzzer; only the sanitizers want nightly, and they look for
# what safe code does not have.
fuzz: ## Installs cargo-fuzz, then throws random conditions, values and texts at every parser of the judge for a minute each.
	scripts/install-fuzz-tools
	for target in condition_text condition_value; do \
	  cargo fuzz run --sanitizer none $$target -- -dict=fuzz/condition.dict -max_total_time=60 -timeout=10 || exit 1; \
	done
	for target in recording_lines selector metrics_text documents journey_answer journey_rows test_file imports module_file; do \
	  cargo fuzz run --sanitizer none $$target -- -dict=fuzz/parsers.dict -max_total_time=60 -timeout=10 || exit 1; \
	done

gen: ## Writes the generated files: schemas.
	cargo run --quiet --locked -- schemas schemas
