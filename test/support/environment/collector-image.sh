#!/usr/bin/env bash
# Prints the name of an OpenTelemetry Collector image that the engine has: the published one where it can be
# pulled, else one whose only file is the collector that is built from the Go module beside the tests' support.
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
. "$environment/image.sh"

version=0.159.0 # the same as in go.mod
published=otel/opentelemetry-collector:$version
built=chaperone-test/otelcol:$version
module=$containers/otelcol
work=$cache/otelcol-$version
stamp=$(stamp_of "$module"/* "${BASH_SOURCE[0]}")

main() {
  if image_present "$published"; then echo "$published"; return; fi
  if built_from "$built" "$stamp"; then echo "$built"; return; fi
  if pull "$published"; then echo "$published"; return; fi
  need go=golang-go
  exclusively collector-image build >&2
  echo "$built"
}

build() {
  if built_from "$built" "$stamp"; then return; fi
  local root=$work/root-$stamp
  [ -x "$root/otelcol" ] || compile "$root"
  import_image "$built" "$stamp" "$root" 'ENTRYPOINT ["/otelcol"]'
}

compile() {
  local go
  go=$(new_enough_go)
  say "compiling the OpenTelemetry Collector $version (a minute or two, once)"
  rm -rf "$work"
  mkdir -p "$1"
  # GOROOT, where it is set, may be that of another Go
  (cd "$module" && env -u GOROOT CGO_ENABLED=0 GOOS=linux GOTOOLCHAIN=auto \
    "$go" build -trimpath -buildvcs=false -ldflags='-s -w' -o "$work/otelcol" .)
  mv "$work/otelcol" "$1/otelcol"
}

# From 1.21 on Go fetches the toolchain that go.mod asks for by itself. An older one (Debian 12) can still
# download it as the module that it is; modules carry no file modes, so the programs are made executable here.
new_enough_go() {
  local wanted folder
  if go env GOTOOLCHAIN 2>/dev/null | grep -q .; then
    command -v go
    return
  fi
  wanted=$(sed -n 's/^go //p' "$module/go.mod")
  say "fetching Go $wanted"
  folder=$(cd "$cache" && GOFLAGS='' go mod download -json \
    "golang.org/toolchain@v0.0.1-go$wanted.$(go env GOOS)-$(go env GOARCH)" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  chmod -R u+w "$folder"
  chmod u+x "$folder"/bin/* "$folder"/pkg/tool/*/*
  echo "$folder/bin/go"
}

main
