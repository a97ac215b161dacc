# The app's packages for Windows. Sourced by build/package.

# The MSI's ProductCode is a name-based UUID of this namespace, its UpgradeCode, and the version.
upgrade_code=0198F2B4-6C1E-4D54-9A57-3C7F1D0B8E21

# windows_exe MACHINE: the app for Windows with its resources, in $stage/windows-MACHINE.
windows_exe() {
  local folder=$stage/windows-$1 resources=rsrc_windows_$1.syso
  mkdir -p "$folder"
  sed "s/@VERSION@/$release/g; s/@COMMIT@/$(commit)/; s/@COMPANY@/$(company)/; s/@PRODUCT@/$(product)/g
    s/@COPYRIGHT@/$(copyright)/; s/@COMMENTS@/$(comments)/" build/windows/winres.json >"$folder/winres.json"
  cp build/windows/icon.ico "$folder/"
  quietly "winres-$1" go-winres make --in "$folder/winres.json" --arch "$1" --out rsrc || exit 2
  GOOS=windows GOARCH=$1 CGO_ENABLED=0 quietly "windows-$1" go build -trimpath -tags desktop,production \
    -ldflags "-H windowsgui -s -w $(link_flags)" -o "$folder/fs-client-portal.exe" .
  local code=$?
  rm -f "$resources"
  [ $code = 0 ] || exit 2
}

# windows_packages MACHINE: the NSIS installer and, where wixl can, the MSI of windows_exe, in $out.
windows_packages() {
  local folder=$stage/windows-$1
  cp build/windows/app.wxs build/windows/installer.nsi "$stage/THIRD_PARTY_NOTICES.txt" "$folder/"
  [ $kind = unsigned ] || quietly "sign-exe-$1" authenticode "$folder/fs-client-portal.exe" || exit 2
  (cd "$folder" && quietly "nsis-$1" installer "$1") || exit 2
  if [ "$1" = amd64 ]; then
    (cd "$folder" && quietly "msi-$1" msi) || exit 2
  else
    say "no MSI for Windows on $1: wixl cannot write one; its NSIS installer serves"
  fi
}

installer() { # MACHINE
  local target=amd64-unicode sign=() file=fs-client-portal-$full-windows-$1-setup.exe
  # Windows 10 on ARM runs 32-bit programs, but none of 64-bit Intel processors.
  if [ "$1" = arm64 ]; then target=x86-unicode; fi
  if [ $kind != unsigned ]; then sign=("-DSIGN=$root/build/package --sign"); fi
  makensis -V2 -NOCD -INPUTCHARSET UTF8 -DTARGET=$target -DPRODUCT="$(product)" -DCOMPANY="$(company)" -DVERSION="$release" \
    -DCOPYRIGHT="$(copyright)" -DOUT="$file" "${sign[@]}" installer.nsi || return
  [ $kind = unsigned ] || authenticode "$file" || return
  mv "$file" "$out/"
}

# msi: wixl takes the time and a random id of the package from nowhere else; faketime and msibuild set them.
msi() {
  local file=fs-client-portal-$full-windows-amd64.msi time
  time=$(date -u -d "@$SOURCE_DATE_EPOCH" '+%F %T')
  touch -d "@$SOURCE_DATE_EPOCH" ./*
  TZ=UTC faketime -f "$time" wixl -a x64 -D Product="$(product)" -D Company="$(company)" -D Version="$release" \
    -D Commit="$(commit)" -D ProductCode="$(name_uuid "$full")" -o "$file" app.wxs || return
  TZ=UTC faketime -f "$time" msibuild "$file" -q \
    "update \`Component\` set \`Condition\` = 'APIURL' where \`Component\` = 'Policy'" \
    "update \`Component\` set \`Condition\` = 'DESKTOPSHORTCUT = \"1\"' where \`Component\` = 'DesktopShortcut'" \
    "update \`Property\` set \`Value\` = 'APIURL;DESKTOPSHORTCUT;INSTALLDIR;WIX_UPGRADE_DETECTED;WIX_DOWNGRADE_DETECTED'
     where \`Property\` = 'SecureCustomProperties'" || return
  TZ=UTC faketime -f "$time" msibuild "$file" -s "$(product) $full" "$(company)" 'x64;1033' \
    "{$(name_uuid "$full $(sha256sum fs-client-portal.exe)")}" || return
  [ $kind = unsigned ] || authenticode "$file" || return
  mv "$file" "$out/"
}

# name_uuid NAME: a UUID of version 5 (RFC 9562 section 5.5).
name_uuid() {
  /usr/bin/python3 -c 'import sys, uuid; print(str(uuid.uuid5(uuid.UUID(sys.argv[1]), sys.argv[2])).upper())' "$upgrade_code" "$1"
}

# winget: the manifest of the two installers in $out. Who publishes them replaces the host.
winget() {
  local amd64=fs-client-portal-$full-windows-amd64-setup.exe arm64=fs-client-portal-$full-windows-arm64-setup.exe
  sed "s/@VERSION@/$release/; s/@COMPANY@/$(company)/; s/@PRODUCT@/$(product)/; s/@COMMENTS@/$(comments)/
    s/@AMD64@/$amd64/; s/@ARM64@/$arm64/; s/@AMD64_SUM@/$(sum_of "$out/$amd64")/; s/@ARM64_SUM@/$(sum_of "$out/$arm64")/" \
    build/windows/winget.yaml >"$out/fs-client-portal-$full.winget.yaml"
}

sum_of() { sha256sum "$1" | cut -d' ' -f1 | tr a-f A-F; }
