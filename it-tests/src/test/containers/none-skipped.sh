#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# none-skipped.sh REPORTS…   fails unless each folder of Surefire reports has container tests that ran, and none that was skipped
set -euo pipefail

count() { # NAME REPORT…
  sed -nE '/<testsuite /,/>/ s/.* '"$1"'="([0-9]+)".*/\1/p' "${@:2}" | awk '{ sum += $1 } END { print sum + 0 }'
}

shopt -s nullglob
[ $# -gt 0 ] || { echo "none-skipped: no folders given (expected: at least 1)" >&2; exit 2; }
for folder in "$@"; do
  reports=("$folder"/TEST-*ContainerTest*.xml)
  ran=0 skipped=0
  if [ ${#reports[@]} -gt 0 ]; then
    ran=$(count tests "${reports[@]}")
    skipped=$(count skipped "${reports[@]}")
  fi
  if [ "$ran" -eq 0 ] || [ "$skipped" -ne 0 ]; then
    echo "none-skipped: $folder: $ran container tests, $skipped skipped (expected: > 0 tests, 0 skipped)" >&2
    exit 1
  fi
  echo "$folder: $ran container tests, none skipped"
done
