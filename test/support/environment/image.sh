# Sourced. Where an image comes from: present, pulled, or built by us from packages.

image_present() { docker image inspect "$1" >/dev/null 2>&1; }

# built_from IMAGE STAMP: IMAGE is ours and was built from the inputs that STAMP stands for.
built_from() {
  [ "$(docker image inspect --format '{{index .Config.Labels "chaperone.inputs"}}' "$1" 2>/dev/null)" = "$2" ]
}

# pull IMAGE: fails quietly when no registry has begun to answer within 10 s.
pull() {
  local log pid tenths=0
  log=$(mktemp "$cache/pull.XXXXXX")
  docker pull "$1" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if [ $((tenths += 1)) -eq 100 ] && ! grep -q 'Pulling from' "$log"; then
      kill "$pid"
    fi
    sleep 0.1
  done
  if wait "$pid" 2>/dev/null; then
    say "pulled $1"
    rm -f "$log"
  else
    say "cannot pull $1 ($(tail -1 "$log" | cut -c 1-150)); building it"
    rm -f "$log"
    return 1
  fi
}

# import_image IMAGE STAMP FOLDER CHANGE...: FOLDER becomes the root of IMAGE, everything in it owned by root.
import_image() {
  local image=$1 stamp=$2 folder=$3 change changes=()
  shift 3
  for change in "LABEL chaperone.inputs=$stamp" "$@"; do changes+=(--change "$change"); done
  tar -C "$folder" --numeric-owner --owner=0 --group=0 -c . | docker import "${changes[@]}" - "$image" >/dev/null
  say "built $image"
}
