# Sourced. engine_up gives the tests a container engine: the one that answers, or one of our own, which all
# test runs in this checkout share and the last one to leave stops with engine_down.

engine_folder=$cache/engine
engine_runtime=$engine_folder
engine_joined=no

engine_up() {
  if docker info >/dev/null 2>&1; then
    use_the_answering_engine
    return
  fi
  if [ "$(uname)" != Linux ]; then
    fail "no container engine answers \"docker info\"; please start Docker"
  fi
  need docker=docker.io dockerd=docker.io busybox=busybox-static
  if docker info >/dev/null 2>&1; then # the package may have started a service of its own
    use_the_answering_engine
    return
  fi
  mkdir -p "$engine_folder"
  choose_runtime_folder
  exec 9>"$engine_folder/users.lock"
  flock -s 9
  engine_joined=yes
  export DOCKER_HOST=unix://$engine_runtime/docker.sock
  # Its helper image comes from a registry; labels and a sweep do that work here.
  export TESTCONTAINERS_RYUK_DISABLED=true
  # In a machine that is itself a container testcontainers would pick an address that refuses.
  export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
  exclusively engine start_own_engine
}

use_the_answering_engine() {
  if [ -z "${DOCKER_HOST:-}" ]; then
    # testcontainers does not know every place that the client's context knows
    DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
    export DOCKER_HOST
  fi
  say "container engine: $DOCKER_HOST"
}

# A unix socket's path has at most 107 characters, and the engine adds some of its own to this folder.
choose_runtime_folder() {
  if [ $((${#engine_folder} + 40)) -gt 107 ]; then
    engine_runtime=/tmp/chaperone-engine-$(printf %s "$project" | cksum | cut -d ' ' -f 1)
    mkdir -p -m 700 "$engine_runtime"
    [ -O "$engine_runtime" ] || fail "$engine_runtime belongs to somebody else"
  fi
}

own_engine_pid() {
  local pid
  pid=$(cat "$engine_folder/dockerd.pid" 2>/dev/null) || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] && echo "$pid"
}

start_own_engine() {
  if docker info >/dev/null 2>&1; then
    say "container engine: ours, running already"
    return
  fi
  own_engine_pid >/dev/null || rm -f "$engine_folder/dockerd.pid"
  # A session of its own, so that a signal to the test run does not reach it: engine_down ends it, last.
  setsid -f dockerd --host "$DOCKER_HOST" --data-root "$engine_folder/data" --exec-root "$engine_runtime/exec" \
    --pidfile "$engine_folder/dockerd.pid" --ip 127.0.0.1 --iptables=false --ip6tables=false \
    >"$engine_folder/dockerd.log" 2>&1 </dev/null 8>&- 9>&-
  local tenths
  for ((tenths = 0; tenths < 600; tenths++)); do
    if docker info >/dev/null 2>&1; then
      say "container engine: ours, started"
      return
    fi
    sleep 0.1
  done
  tail -20 "$engine_folder/dockerd.log" >&2
  fail "dockerd did not answer on $DOCKER_HOST within 60 s"
}

engine_down() {
  [ "$engine_joined" = yes ] || return 0
  exclusively engine stop_own_engine_if_last
}

stop_own_engine_if_last() {
  local pid tenths
  flock -u 9
  flock -n -x 9 || return 0
  pid=$(own_engine_pid) || return 0
  # Never -9: its containers would live on, and the next start would fail for a minute.
  kill -TERM "$pid"
  for ((tenths = 0; tenths < 600; tenths++)); do
    kill -0 "$pid" 2>/dev/null || {
      say "container engine: stopped"
      return
    }
    sleep 0.1
  done
  fail "dockerd (pid $pid) did not end within 60 s"
}
