#!/usr/bin/env bash
# The test command behind `npm test`: prepares real servers on this machine, whatever it has already, and runs
# every test. Arguments go to vitest, as in `npm test -- --project slow container/smoke`. With `--faults` first (`npm run faults`) it runs
# the table of faults in place of the tests.
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
. "$environment/engine.sh"

results=$(mktemp -d "$cache/run.XXXXXX")
children=()

leave() {
  local status=$?
  trap '' INT TERM HUP
  for child in ${children[@]+"${children[@]}"}; do kill -TERM -- "$child" 2>/dev/null || true; done
  wait
  rm -rf "$results"
  engine_down
  exit "$status"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# prepare NAME: runs NAME.sh aside, in a process group of its own so that its children end with it.
prepare() {
  set -m
  bash "$environment/$1.sh" >"$results/$1" </dev/null &
  set +m
  children+=("-$!")
}

prepared() {
  [ -s "$results/$1" ] || fail "$1.sh failed, see above"
  cat "$results/$1"
}

# The table of faults starts the program as it is installed.
build_where_stale() {
  [ -e dist/bin/launch.js ] && [ -z "$(find src -name '*.ts' -newer dist/bin/launch.js -print -quit)" ] && return
  say "building dist"
  npm run --silent build
}

cd "$project"
[ -x node_modules/.bin/vitest ] || fail "node_modules is missing; please run \"npm ci\" first"
export PATH=$project/node_modules/.bin:$PATH

engine_up
need openssl=openssl
exclusively build build_where_stale
prepare kafka-image
prepare collector-image
prepare python
for child in "${children[@]}"; do wait "${child#-}" || true; done
children=()
KAFKA_IMAGE=$(prepared kafka-image)
OTELCOL_IMAGE=$(prepared collector-image)
CHAPERONE_PYTHON=$(prepared python)
export KAFKA_IMAGE OTELCOL_IMAGE CHAPERONE_PYTHON
say "ready after $SECONDS s: $KAFKA_IMAGE, $OTELCOL_IMAGE, $CHAPERONE_PYTHON"

program=(vitest run --config test/vitest.config.ts)
if [ "${1:-}" = --faults ]; then
  program=(node test/fault/table/main.ts)
  shift
fi
# Beside this shell, so that a signal is handled at once and not when the tests have ended.
"${program[@]}" "$@" &
children=("$!")
status=0
wait "${children[0]}" || status=$?
children=()
exit "$status"
