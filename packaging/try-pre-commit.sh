#!/usr/bin/env bash
# Uses the hooks of this checkout as a team would: a repository of its own, and pre-commit itself.
#
#   bash packaging/try-pre-commit.sh [REVISION]
#
# Hooks are taken from a commit, HEAD unless said otherwise: what is not committed is not tried.
# pre-commit builds wfc; without optimising that takes a minute or two, and seconds the next time.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
revision="$(git -C "$root" rev-parse "${1:-HEAD}")"

export PATH="$PATH:$(python_tool pre-commit)"
export PRE_COMMIT_HOME="$work/pre-commit"
export CARGO_TARGET_DIR="$root/target/packaging/cargo"
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
# A hook of git would be told of its repository by these, and so would the ones below.
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE

samples "$work"
for kind in good bad; do
  cd "$work/$kind"
  git init --quiet
  git config user.name nobody
  git config user.email nobody@example.com
  cat > .pre-commit-config.yaml << YAML
repos:
  - repo: $root
    rev: $revision
    hooks:
      - id: wfc-check
      - id: wfc-fmt
YAML
  pre-commit install > /dev/null
  git add .
done

cd "$work/good"
git commit --quiet --message "what is in order goes in"

cd "$work/bad"
must_fail 1 git commit --quiet --message "what is wrong does not" 2> "$work/said"
grep -q 'error\[' "$work/said"
must_fail 1 git rev-parse --quiet --verify HEAD

# Odd layout: wfc-fmt mends it, the commit stops, and the text is what it was.
cd "$work/good"
sed -i.before 's/^  /      /' ./*.wfc
rm ./*.before
git add .
must_fail 1 git commit --quiet --message "odd layout" 2> "$work/said"
grep -q 'files were modified by this hook' "$work/said"
must_fail 1 git diff --quiet
git add .
git diff --cached --quiet HEAD      # the layout is the one that was there before
echo "pre-commit: good passes, bad is kept out, odd layout is mended"
