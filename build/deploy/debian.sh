# An empty Debian 12, and one that runs: systemd in namespaces of its own. Sourced by the tests of the server's packages.

base=$cache/debian12
failures=0

want() { # NAME GOT WANT
  if [ "$2" = "$3" ]; then
    say "ok: $1"
  else
    say "FAILED: $1: got ${2:-nothing}, want ${3:-nothing}"
    failures=$((failures + 1))
  fi
}

make_base() {
  [ ! -e "$base/made" ] || return 0
  rm -rf "$base"
  quietly debootstrap debootstrap --variant=minbase --include=systemd-sysv bookworm "$base"
  touch "$base/made"
}

# boot FOLDER: starts the system in a folder, and sets "machine" to the process that is its systemd. It has the network
# of this computer, because packages are installed in it.
boot() {
  local supervisor
  unshare --mount --pid --uts --ipc --cgroup --fork --kill-child "$BASH" -c "$(declare -f become); become '$1'" \
    >"$cache/machine.log" 2>&1 </dev/null &
  supervisor=$!
  until_true 30 'systemd to start' running "$supervisor"
  until_true 60 'systemd to be ready' booted
}

running() { machine=$(pgrep --parent "$1" | head -n 1) && [ -n "$machine" ]; }
booted() { inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; }

# become FOLDER: makes this process the first of the system in a folder.
become() {
  set -e
  cd "$1"
  mount --make-rprivate /
  mount --bind . . && cd "$1"
  mount -t proc proc proc
  mount -t sysfs -o ro sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  mount -t tmpfs -o mode=755 tmpfs run
  mount -t tmpfs -o mode=755 tmpfs dev
  local device
  for device in null zero full random urandom tty; do touch dev/$device && mount --bind /dev/$device dev/$device; done
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
  mount -t tmpfs tmpfs dev/shm
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  mkdir -p .old
  pivot_root . .old
  cd /
  umount -l /.old
  # systemd expects it: it mounts a unit's credentials in another namespace.
  mount --make-rshared /
  exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=console --show-status=no
}

# inside COMMAND...: runs a command in the machine.
inside() {
  nsenter --target "$machine" --mount --pid --uts --ipc --cgroup --root --wdns=/ /usr/bin/env -i \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# until_true SECONDS WHAT COMMAND...: waits for a command to succeed.
until_true() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || refuse "waited too long for $what; see $cache/machine.log"
    sleep 0.3
  done
}
