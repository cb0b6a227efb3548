#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# image-deb.sh TAG LABEL 'CMD as JSON' PACKAGE…   makes an image of Debian packages with all they depend on, from no registry; as root
#
# The packages are resolved against an empty system and unpacked; their own install scripts do not run.
set -euo pipefail
tag=$1 label=$2 cmd=$3
shift 3
work=$(mktemp -d -t acealloc-image.XXXXXX)
trap 'rm -rf "$work"' EXIT
root=$work/root

mkdir -p "$work/cache/partial" "$root"/usr/{bin,sbin,lib,lib64} "$root"/{tmp,etc,run,proc,sys,dev}
: >"$work/status"
for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$root/$dir"; done
chmod 1777 "$root/tmp"

fetch() {
  apt-get -qq -y --no-install-recommends --download-only -o Dir::State::status="$work/status" \
    -o Dir::Cache::archives="$work/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=1 \
    install base-files base-passwd dash coreutils grep libc-bin "$@" >"$work/apt.log" 2>&1
}
fetch "$@" || { apt-get update -qq >/dev/null && fetch "$@"; } || { cat "$work/apt.log" >&2; exit 1; }
for package in "$work"/cache/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -C "$root" -x --keep-directory-symlink \
    --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
done
for file in passwd group; do cp "$root/usr/share/base-passwd/$file.master" "$root/etc/$file"; done
[ -e "$root/usr/bin/sh" ] || ln -s dash "$root/usr/bin/sh"

tar -C "$root" -c . | docker import --change "LABEL $label" --change "CMD $cmd" \
  --change 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin' - "$tag" >/dev/null
