# The packages of the server. build/package sources it after lib.sh.

# server_packages: a .deb and an .rpm for each kind of processor, in $out, or in $bin without one. The same commit
# gives the same bytes before they are signed.
server_packages() {
  local machine
  nfpm_tool
  for machine in amd64 arm64; do server_package $machine; done
}

server_package() { # MACHINE
  local stage=$cache/server-$1
  rm -rf "$stage" && mkdir -p "$stage"
  GOOS=linux GOARCH=$1 CGO_ENABLED=0 quietly "server-$1" \
    go build -trimpath -ldflags "-s -w $(link_flags)" -o "$stage/portal-api" ./backend/cmd/portal-api || exit 2
  pack_server "$1" "$stage"
}

# pack_server MACHINE FOLDER: the packages of the program in a folder.
pack_server() {
  local stage=$2 format
  server_stage "$1" "$stage"
  for format in deb rpm; do
    SOURCE_DATE_EPOCH=$(commit_time) quietly "nfpm-$1-$format" \
      nfpm package --config "$stage/nfpm.yaml" --packager $format --target "${out:-$bin}/" || exit 2
  done
}

# server_stage MACHINE FOLDER: what nfpm reads beside the program.
server_stage() {
  local sysusers
  sysusers=$(cat build/deploy/portal-api.sysusers)
  sed "s|@SYSUSERS@|$sysusers|" build/deploy/scripts/preinstall >"$2/preinstall"
  sed "s|@ARCH@|$1|; s|@VERSION@|${full:-$(version)}|; s|@MTIME@|$(date -u -d "@$(commit_time)" +%FT%TZ)|; s|@STAGE@|$2|g" \
    build/deploy/nfpm.yaml >"$2/nfpm.yaml"
}

commit_time() { git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0; }
