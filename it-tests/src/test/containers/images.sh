#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# images.sh   makes the images of the container tests that are missing, or were made by another version of these scripts
set -euo pipefail
cd "$(dirname "$0")"

# The label tells what an image was made from.
label_of() { printf 'acealloc.made-from=%s' "$(cat "$1" - <<<"${*:2}" | sha256sum | cut -c1-16)"; }

is_made() { docker image ls -q --filter "reference=$1" --filter "label=$2" | grep -q .; }

jre() {
  local home tag=acealloc/jre:$1 label
  home=$(./jdk.sh "$1")
  label=$(label_of image-jre.sh "$home" "$(cat "$home/release")")
  is_made "$tag" "$label" || { echo "making $tag"; ./image-jre.sh "$home" "$tag" "$label"; }
}

deb() {
  local tag=acealloc/$1:test label
  label=$(label_of image-deb.sh "$@")
  is_made "$tag" "$label" || { echo "making $tag"; ./image-deb.sh "$tag" "$label" "${@:2}"; }
}

docker version --format '{{.Server.Version}}' >/dev/null
jre 17
jre 25
deb redis '["redis-server","--save","","--bind","0.0.0.0","--protected-mode","no"]' redis-server
deb nginx '["nginx","-g","daemon off;"]' nginx-light
