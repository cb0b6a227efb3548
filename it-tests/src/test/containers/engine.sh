#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# engine.sh start   uses the engine that answers; where none does, starts a private one (as root; installs Debian's docker.io if need be)
# engine.sh env     prints what a shell must evaluate to reach it
# engine.sh stop    stops the private one unless containers run in it; its images stay for the next start
set -euo pipefail

dir=${ACEALLOC_ENGINE_DIR:-/var/tmp/acealloc-engine}
private=unix://$dir/docker.sock
patience=${ACEALLOC_ENGINE_PATIENCE:-30}

answers() { timeout 5 docker --host "$1" version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# The user's engine, else the private one.
host() {
  local theirs=${DOCKER_HOST:-unix:///var/run/docker.sock}
  if answers "$theirs"; then echo "$theirs"; else echo "$private"; fi
}

# What a killed run left behind; a number that now belongs to another process is left alone.
end_leftovers() {
  local file pid
  for file in "$dir/exec/containerd/containerd.pid" "$dir/dockerd.pid"; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    if grep -qs "$dir" "/proc/$pid/cmdline"; then kill "$pid" || true; fi
    rm -f "$file"
  done
}

install_engine() {
  command -v dockerd >/dev/null && command -v docker >/dev/null && return
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends docker.io; } >"$dir/apt.log" 2>&1 ||
    { tail -20 "$dir/apt.log" >&2; return 1; }
}

# Nothing of it is seen from outside: own data, own networks, ports on loopback only, no packet filter rules.
start_private() {
  setsid dockerd --host="$private" --data-root="$dir/data" --exec-root="$dir/exec" --pidfile="$dir/dockerd.pid" \
    --bip=172.30.99.1/24 --default-address-pool base=172.30.100.0/22,size=28 --ip=127.0.0.1 \
    --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --userland-proxy=true \
    --storage-driver="${ACEALLOC_ENGINE_STORAGE:-overlay2}" --log-level=warn </dev/null >>"$dir/dockerd.log" 2>&1 &
  local deadline=$((SECONDS + patience))
  until answers "$private"; do
    [ $SECONDS -lt $deadline ] || { tail -20 "$dir/dockerd.log" >&2; return 1; }
    sleep 0.1
  done
}

start() {
  [ "$(host)" = "$private" ] || return 0
  mkdir -p "$dir"
  install_engine
  # One that runs already may be at work for another run: its containers stay.
  answers "$private" && return
  end_leftovers
  start_private
  export DOCKER_HOST=$private
  docker ps -aq --filter label=org.testcontainers=true | xargs -r docker rm -f >/dev/null
  docker network ls -q --filter label=org.testcontainers=true | xargs -r docker network rm >/dev/null
  echo "started a private engine"
}

stop() {
  [ -f "$dir/dockerd.pid" ] || return 0
  if docker --host "$private" ps -q 2>/dev/null | grep -q .; then
    echo "engine: containers are running (expected: none); it is left running" >&2
    return 0
  fi
  local pid deadline=$((SECONDS + patience))
  pid=$(cat "$dir/dockerd.pid")
  kill "$pid" 2>/dev/null || true
  while [ -d "/proc/$pid" ] && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
  umount "$dir/exec/netns/default" 2>/dev/null || true
  ip link del docker0 2>/dev/null || true
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  env) echo "export DOCKER_HOST=$(host)" ;;
  *) sed -n 's/^# \(engine.sh\)/\1/p' "$0" >&2; exit 2 ;;
esac
