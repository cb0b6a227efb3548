#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# jdk.sh MAJOR   prints the home of a JDK of that version that has jlink: JAVA_HOME, JDKn_HOME, JAVA_HOME_n_X64, java on the path,
#                Maven's toolchains, or one in the usual places
set -euo pipefail
major=$1

candidates() {
  local variable
  for variable in "JDK${major}_HOME" "JAVA${major}_HOME" "JAVA_HOME_${major}_X64" JAVA_HOME; do echo "${!variable:-}"; done
  if command -v java >/dev/null; then dirname "$(dirname "$(readlink -f "$(command -v java)")")"; fi
  sed -n 's,.*<jdkHome>\(.*\)</jdkHome>.*,\1,p' "$HOME/.m2/toolchains.xml" 2>/dev/null || true
  ls -d /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* 2>/dev/null || true
}

while read -r home; do
  if [ -x "$home/bin/jlink" ] && grep -qsE "^JAVA_VERSION=\"$major[.\"]" "$home/release"; then
    echo "$home"
    exit 0
  fi
done < <(candidates)
echo "jdk: none of version $major with jlink (expected: one in JAVA_HOME, JDK${major}_HOME or /usr/lib/jvm)" >&2
exit 1
