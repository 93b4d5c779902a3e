#!/usr/bin/env bash
# Prints a Python that has the packages of requirements.txt: an independent reader of what Chaperone writes.
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"

requirements=$environment/requirements.txt
venv=$cache/python
stamp=$(stamp_of "$requirements")

create() {
  if [ "$(cat "$venv/stamp" 2>/dev/null)" = "$stamp" ] && "$venv/bin/python3" -c '' 2>/dev/null; then return; fi
  say "installing Python packages"
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python3" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
  echo "$stamp" >"$venv/stamp"
}

need python3=python3
if ! python3 -c 'import ensurepip' 2>/dev/null; then need ensurepip=python3-venv; fi
exclusively python create >&2
echo "$venv/bin/python3"
