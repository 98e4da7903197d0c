#!/bin/sh
# Fuzzes one target: run.sh TARGET [SECONDS]
#
# Needs a C++ compiler and nothing nightly: RUSTC_BOOTSTRAP lets the stable compiler instrument. The
# corpus grows in the target folder and starts from pictures drawn by code.
set -eu
cd "$(dirname "$0")"
target="$1"
seconds="${2:-60}"
host="$(rustc -vV | sed -n 's/^host: //p')"
corpus="${CARGO_TARGET_DIR:-target}/corpus/$target"
mkdir -p "$corpus"

case "$target" in
hash_*)
    kind="${target#hash_}"
    drawn="$(mktemp -d)"
    cargo run --quiet --release --manifest-path ../Cargo.toml --example draw-pictures -- "$drawn" 31 48
    cp "$drawn"/*-"$kind"* "$corpus"/
    rm -r "$drawn"
    ;;
esac

export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="--cfg fuzzing -Zsanitizer=address -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
cargo build --quiet --release --target "$host" --bin "$target"
exec "${CARGO_TARGET_DIR:-target}/$host/release/$target" "$corpus" -max_total_time="$seconds" \
    -max_len=20000 -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$corpus/../"
