#!/usr/bin/env bash
# Runs what action.yml runs, with a folder in place of the server that has the releases.
#
#   bash packaging/try-action.sh
#
# The upload to code scanning needs GitHub and is not tried; the file it uploads is.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
action="$root/packaging/action"
version="$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)"

cd "$root"
cargo build --quiet --locked
samples "$work"
export RUNNER_TEMP="$work/temp" GITHUB_OUTPUT="$work/output" GITHUB_STEP_SUMMARY="$work/summary"
mkdir "$RUNNER_TEMP"

# A release as dist makes one, for every machine that this may run on.
release="$work/server/some/where/releases/download/v$version"
mkdir -p "$release"
for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-apple-darwin aarch64-apple-darwin; do
  name="wfc-cli-$target"
  mkdir "$work/$name"
  cp target/debug/wfc README.md "$work/$name/"
  tar -czf "$release/$name.tar.gz" -C "$work" "$name"
  (cd "$release" && if command -v sha256sum > /dev/null; then sha256sum "$name.tar.gz"; else shasum -a 256 "$name.tar.gz"; fi > "$name.tar.gz.sha256")
done

export WFC_SERVER="file://$work/server" WFC_REPOSITORY=some/where WFC_SOURCE="$root"
WFC_VERSION="" bash "$action/install.sh"
WFC_VERSION="v$version" bash "$action/install.sh"
must_fail 2 env WFC_VERSION=99.0.0 bash "$action/install.sh" > "$work/said"
grep -q '::error::wfc: there is no release 99.0.0' "$work/said"
for sum in "$release"/*.sha256; do echo "0000  none" > "$sum"; done
must_fail 2 env WFC_VERSION="" bash "$action/install.sh" > "$work/said"
grep -q '::error::wfc: .* is not what its checksum says' "$work/said"

# Without a release the source is built; that it would be is enough here.
mkdir "$work/bin"
printf '#!/bin/sh\necho "$@" > "%s"\nwhile [ $# -gt 1 ]; do shift; done\nmkdir -p "$1/bin"\ncp "%s" "$1/bin/wfc"\n' \
  "$work/cargo-asked" "$root/target/debug/wfc" > "$work/bin/cargo"
chmod +x "$work/bin/cargo"
PATH="$work/bin:$PATH" WFC_REPOSITORY="" WFC_VERSION="" bash "$action/install.sh"
grep -qF -- "install --quiet --locked --path $root --root" "$work/cargo-asked"

WFC_BIN="$(sed -n 's/^wfc=//p' "$GITHUB_OUTPUT" | tail -n 1)"
export WFC_BIN WFC_SUMMARY=true
output() { sed -n "s/^$1=//p" "$GITHUB_OUTPUT" | tail -n 1; }

cd "$work"
WFC_PATHS=$'good\nbad' WFC_ARGS="--profile strict" must_fail 1 bash "$action/check.sh" > "$work/said"
grep -q '^::error .*file=' "$work/said"
[ "$(output exit-code)" = 1 ]
python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["runs"][0]["results"]' "$(output sarif-file)"
grep -q '^|' "$GITHUB_STEP_SUMMARY"

WFC_PATHS=good WFC_ARGS="" bash "$action/check.sh"
[ "$(output exit-code)" = 0 ]
WFC_PATHS=nowhere WFC_ARGS="" must_fail 2 bash "$action/check.sh"
[ "$(output exit-code)" = 2 ]
echo "action: installs, falls back, checks sums, annotates, writes SARIF and the summary"
