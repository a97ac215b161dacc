# What build/deploy/deploy does on a server, as root. It sends this file and a call to a shell there. Packages are kept, so
# that the version before the last deployment can be installed again.
set -eu
kept=/var/cache/portal-api
override=/run/systemd/system/portal-api.service.d
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s: %s\n' "$(hostname)" "$*" >&2; }
stop() { say "$*"; exit 1; }

installed() { dpkg-query -W -f '${Version}' portal-api 2>/dev/null || true; }

prepare() {
  command -v curl >/dev/null || stop 'curl is missing: apt-get install curl'
  [ -n "$(installed)" ] || stop 'portal-api is not installed: README.md, "The first start"'
  mkdir -p -m 700 "$kept"
  [ -s "$kept/$(installed).deb" ] ||
    stop "to be able to roll back, copy the package of $(installed), which is installed, to $kept/$(installed).deb"
  healthy 30 || stop "portal-api $(installed), which is installed, is not ready: systemctl status portal-api"
}

receive() { # VERSION SUM
  base64 --decode >"$kept/$1.new"
  echo "$2  $kept/$1.new" | sha256sum --check --status || stop "the package of $1 has arrived incomplete"
  mv "$kept/$1.new" "$kept/$1.deb"
}

# begin: notes what a failure goes back to. The note of a deployment that was interrupted stays, because it has not been
# finished.
begin() { [ -s "$kept/before" ] || installed >"$kept/before"; }

deploy() { # VERSION
  unchanged "$1" || set_up "$1" start
}

# undo: gives the server back what it had before the deployment that has begun, if it has begun here.
undo() {
  if [ ! -s "$kept/before" ]; then
    say "$(installed) was not changed"
    return
  fi
  back "$(cat "$kept/before")"
}

# finish: after all servers are ready. Until then the packages and the version of --roll-back are those of before.
finish() {
  [ "$(cat "$kept/before")" = "$(installed)" ] || cp "$kept/before" "$kept/previous"
  rm "$kept/before"
  find "$kept" -name '*.deb' ! -name "$(installed).deb" ! -name "$(cat "$kept/previous" 2>/dev/null).deb" -delete
}

# target: the version that --roll-back installs.
target() {
  if [ -s "$kept/before" ]; then cat "$kept/before"; else cat "$kept/previous" 2>/dev/null || true; fi
}

can_roll_back() {
  [ -n "$(target)" ] || stop 'no deployment to roll back'
  [ -s "$kept/$(target).deb" ] || stop "$kept/$(target).deb is missing: copy the package of $(target) to it"
}

roll_back() { back "$(target)"; }

back() { # VERSION
  unchanged "$1" || set_up "$1" replace || return 1
  rm -f "$kept/before"
}

unchanged() { # VERSION
  [ "$(installed)" = "$1" ] && healthy 5 && say "$1 is installed already, and ready"
}

# set_up VERSION START: installs a kept package, whose scripts migrate and restart, and waits until it is ready.
set_up() {
  # A server that failed too often may be started again, and after a failure the package's scripts do not start it.
  systemctl reset-failed portal-api.socket portal-api.service portal-api-migrate.service 2>/dev/null || true
  bound_start
  code=0
  # A start ends when the program is ready; if it is the former one then, the migration has failed.
  { install_package "$1" && "$2" && same_program && healthy 90; } || code=1
  unbound_start
  [ $code = 0 ] && say "$1 is ready" && return
  say "portal-api $1 does not get ready; the ends of the logs of apt and of the units:"
  tail -n 15 "$kept/apt.log" >&2
  journalctl -u portal-api -u portal-api-migrate -n 15 --no-pager -o cat >&2 || true
  return 1
}

# bound_start: the unit waits 10 minutes for a database; a version that hangs must not keep users out for so long.
bound_start() {
  mkdir -p "$override"
  printf '[Service]\nTimeoutStartSec=60\n' >"$override/deployment.conf"
  systemctl daemon-reload
}

unbound_start() {
  rm -f "$override/deployment.conf"
  rmdir "$override" 2>/dev/null || true
  systemctl daemon-reload
}

start() { systemctl start portal-api.socket portal-api.service; }

# replace: "start" would wait for a failed version that is still starting; here it must make room.
replace() { systemctl start portal-api.socket && { same_program || systemctl restart portal-api.service; }; }

install_package() { # VERSION
  apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 --allow-downgrades --reinstall install "$kept/$1.deb" \
    >"$kept/apt.log" 2>&1 </dev/null
}

# healthy SECONDS: the program that runs is the installed one, and is ready.
healthy() {
  left=$1
  while [ "$left" -gt 0 ]; do
    if same_program && curl -s -f -o /dev/null --max-time 5 "http://$(address)/readyz"; then return 0; fi
    sleep 1
    left=$((left - 1))
  done
  return 1
}

# same_program: after a migration that failed, the former program continues to run, and its file is gone.
same_program() {
  pid=$(systemctl show --property MainPID --value portal-api.service)
  [ "$pid" != 0 ] && [ "$(readlink "/proc/$pid/exe")" = "$(readlink -f /usr/bin/portal-api)" ]
}

address() { systemctl show --property Listen --value portal-api.socket | sed -n '1s/ .*//p'; }

