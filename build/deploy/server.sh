# What build/deploy/deploy does on a server, as root. It sends this file and a call to a shell there. Packages are kept, so
# that the version before the last deployment can be installed again.
set -eu
kept=/var/cache/portal-api
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

receive() { # VERSION
  base64 --decode >"$kept/$1.new"
  [ "$(dpkg-deb --field "$kept/$1.new" Version)" = "$1" ] || stop "the package of $1 has arrived incomplete"
  mv "$kept/$1.new" "$kept/$1.deb"
}

deploy() { # VERSION
  if [ "$(installed)" = "$1" ] && healthy 30; then
    say "$1 is installed already"
    return
  fi
  installed >"$kept/previous"
  set_up "$1"
  # Older packages are not needed any more.
  find "$kept" -name '*.deb' ! -name "$1.deb" ! -name "$(cat "$kept/previous").deb" -delete
  say "$1 is ready"
}

roll_back() {
  [ -s "$kept/previous" ] || stop 'no deployment to roll back'
  set_up "$(cat "$kept/previous")"
  say "$(installed) is ready again"
}

# set_up VERSION: installs a kept package, whose scripts migrate and restart, and waits until it is ready.
set_up() {
  # A server that failed too often may be started again, and after a failure the package's scripts do not start it.
  systemctl reset-failed portal-api.socket portal-api.service portal-api-migrate.service 2>/dev/null || true
  if install_package "$1" && systemctl start portal-api.socket portal-api.service && healthy 90; then return; fi
  say "portal-api $1 does not get ready; the ends of the logs of apt and of the units:"
  tail -n 15 "$kept/apt.log" >&2
  journalctl -u portal-api -u portal-api-migrate -n 15 --no-pager -o cat >&2 || true
  return 1
}

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

