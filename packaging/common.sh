# What the scripts beside this one share: a folder that goes away, the tools, and two workflows.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
exec < /dev/null

# A program of the Python registry, in an environment of its own that is found again next time.
python_tool() {
  local env="$root/target/packaging/$1"
  if [ ! -x "$env/bin/pip" ]; then python3 -m venv "$env"; fi
  "$env/bin/pip" install --quiet --disable-pip-version-check "$1" "${@:2}" >&2
  echo "$env/bin"
}

# Two folders: `good` with a workflow that passes, `bad` with one that has an error and odd spaces.
samples() {
  mkdir -p "$1/good" "$1/bad"
  cp "$root/examples/retail-order/"*.wfc "$1/good/"
  cp "$root/examples/retail-order-careless/"*.wfc "$1/bad/"
}

must_fail() {
  local code=0
  "${@:2}" || code=$?
  if [ "$code" != "$1" ]; then
    echo "exit code $code instead of $1: ${*:2}" >&2
    exit 1
  fi
}
