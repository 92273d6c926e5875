#!/usr/bin/env bash
# Holds the files that others' tools read against the schemas of these tools. Needs the Python registry.
#
#   bash packaging/lint.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
schemas="$(python_tool check-jsonschema)/check-jsonschema"
"$schemas" --builtin-schema vendor.github-actions action.yml
"$schemas" --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci templates/wfc.yml
"$(python_tool pre-commit)/pre-commit" validate-manifest .pre-commit-hooks.yaml
for script in packaging/*.sh packaging/action/*.sh; do bash -n "$script"; done
