# Sourced by every script here. What a script prints on its standard output is its result, so all talk goes
# to standard error.
set -euo pipefail

environment=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$environment/../../.." && pwd)
containers=$project/test/support/containers
cache=$project/.cache
mkdir -p "$cache"

say() { printf 'test environment: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# exclusively NAME COMMAND...: several test runs may share this checkout; one of them runs COMMAND at a time.
exclusively() {
  local name=$1
  shift
  command -v flock >/dev/null || { "$@"; return; }
  (
    flock 8
    "$@"
  ) 8>"$cache/$name.lock"
}

# need COMMAND=PACKAGE...: after this every COMMAND is there. Installs Debian's PACKAGEs where that is possible.
need() {
  local pair missing=() packages=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null && continue
    missing+=("${pair%%=*}")
    packages+=("${pair#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    fail "missing: ${missing[*]}; please install them (Debian: apt-get install ${packages[*]})"
  fi
  exclusively apt install_packages "${packages[@]}"
  hash -r
}

install_packages() {
  say "installing ${*}"
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  } >"$cache/apt.log" 2>&1 </dev/null 8>&- || {
    tail -5 "$cache/apt.log" >&2
    fail "apt-get could not install ${*}"
  }
}

# stamp_of FILE...: changes when the content of a FILE changes.
stamp_of() { cat "$@" | cksum | tr -d ' '; }
