#!/usr/bin/env bash
# Validates what wfc generates in other formats with the tools of those formats, and executes the state
# machines: bash packaging/try-formats.sh
#
# Needs node, npm, python3 and the package registries; installs into target/formats, once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=target/formats
mkdir -p "$tools"
if ! [ -e "$tools/installed-2" ]; then
  [ -e "$tools/package.json" ] || echo '{ "private": true }' > "$tools/package.json"
  npm install --prefix "$tools" --no-audit --no-fund --silent asl-validator@4.0.0 @serverlessworkflow/sdk@1.0.1 \
    @asyncapi/parser@3.6.3
  python3 -m venv "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[stepfunctions]==5.2.5' boto3
  touch "$tools/installed-2"
fi
cargo test --quiet --locked --test generate_formats
