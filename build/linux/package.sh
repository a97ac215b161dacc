# The app's packages for Linux. Sourced by build/package.

# The oldest C library that the app may need: that of Ubuntu 22.04.
oldest_glibc=2.35

# linux_app: the app of this machine's processor, as it is released. cgo cannot build it for another one.
linux_app() {
  CGO_ENABLED=1 quietly linux-app go build -trimpath -tags "$(app_tags)" -ldflags "-s -w $(link_flags)" \
    -o "$stage/linux/fs-client-portal" . || exit 2
}

# newest_glibc FILE: the newest version of the C library that a program's symbols need.
newest_glibc() { objdump -T "$1" | grep -o 'GLIBC_[0-9.]*' | cut -d_ -f2 | sort -uV | tail -n 1; }

# linux_packages: the .deb and .rpm of linux_app, in $out.
linux_packages() {
  local format glibc
  glibc=$(newest_glibc "$stage/linux/fs-client-portal")
  at_least "$glibc" $oldest_glibc || refuse "the app needs glibc $glibc; the oldest supported system has $oldest_glibc"
  sed "s/@VERSION@/$full/; s/@DATE@/$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)/" build/linux/fs-client-portal.1 |
    gzip -9n >"$stage/linux/fs-client-portal.1.gz"
  cp "$stage/THIRD_PARTY_NOTICES.txt" "$stage/linux/THIRD_PARTY_NOTICES"
  for format in deb rpm; do
    ARCH=$(go env GOARCH) VERSION=$full COMPANY=$(company) GLIBC=$glibc STAGE=$stage/linux \
      quietly "nfpm-app-$format" nfpm package --config build/linux/nfpm.yaml --packager $format --target "$out/" || exit 2
  done
}

# repositories: an apt and a yum repository of all packages in $out, signed, in $out/repository.
repositories() {
  local apt=$out/repository/apt yum=$out/repository/yum
  rm -rf "$out/repository" && mkdir -p "$apt/pool" "$yum"
  cp "$out"/*.deb "$apt/pool/" && cp "$out"/*.rpm "$yum/" || return
  (cd "$apt" && apt_index) || return
  createrepo_c --quiet --revision "$SOURCE_DATE_EPOCH" --set-timestamp-to-revision "$yum" || return
  gpg_sign --detach-sign --output "$yum/repodata/repomd.xml.asc" "$yum/repodata/repomd.xml"
}

# apt_index: Packages of each architecture, and Release with a signature in it and beside it.
apt_index() {
  local arch folder
  for arch in amd64 arm64; do
    folder=dists/stable/main/binary-$arch
    mkdir -p "$folder"
    apt-ftparchive --arch $arch packages pool >"$folder/Packages" || return
    gzip -9nk "$folder/Packages"
  done
  apt-ftparchive -o APT::FTPArchive::Release::Origin="$(company)" -o APT::FTPArchive::Release::Suite=stable \
    -o APT::FTPArchive::Release::Codename=stable -o APT::FTPArchive::Release::Architectures='amd64 arm64' \
    -o APT::FTPArchive::Release::Components=main release dists/stable >Release || return
  mv Release dists/stable/
  gpg_sign --clearsign --output dists/stable/InRelease dists/stable/Release &&
    gpg_sign --detach-sign --output dists/stable/Release.gpg dists/stable/Release
}
