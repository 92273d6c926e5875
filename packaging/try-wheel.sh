#!/usr/bin/env bash
# Builds the wheel, installs it into an empty environment, and checks with it what the template for
# GitLab would check.
#
#   bash packaging/try-wheel.sh [PROFILE]
#
# PROFILE is dev unless said otherwise: what is tried is the packing, not the speed. A wheel for others is
# built by `maturin build`, which takes the release profile.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

maturin="$(python_tool maturin)/maturin"
cd "$root"
"$maturin" build --quiet --profile "${1:-dev}" --out "$work/wheels"
python3 -m venv "$work/env"
"$work/env/bin/pip" install --quiet --disable-pip-version-check --no-index "$work"/wheels/*.whl
export PATH="$work/env/bin:$PATH"
[ "$(command -v wfc)" = "$work/env/bin/wfc" ]

version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
[ "$(wfc --version)" = "wfc $version" ]
grep -q "WFC_VERSION: \"$version\"" templates/wfc.yml

# The line of the template, as it stands there, with the variables that stand there.
script="$(sed -n 's/^    - \(wfc check .*\)/\1/p' templates/wfc.yml)"
samples "$work"
cd "$work/good"
WFC_PATHS=. WFC_ARGS= bash -euc "$script"
cd "$work/bad"
WFC_PATHS=. WFC_ARGS="--profile strict" must_fail 1 bash -euc "$script"
python3 - << 'PYTHON'
import json, xml.etree.ElementTree as tree
assert json.load(open("gl-code-quality-report.json"))[0]["fingerprint"]
assert tree.parse("wfc-junit.xml").findall(".//failure")
PYTHON
echo "wheel: wfc $version is installed and checks; the template's reports are there"
