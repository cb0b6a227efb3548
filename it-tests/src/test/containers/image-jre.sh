#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# image-jre.sh JAVA_HOME TAG LABEL   makes an image of a jlinked JRE with the shared libraries it needs, from no registry
set -euo pipefail
java_home=$1 tag=$2 label=$3
modules=java.base,java.logging,java.management,java.naming,jdk.management,jdk.unsupported,jdk.jfr
tools="cat sleep ls grep bash"
work=$(mktemp -d -t acealloc-image.XXXXXX)
trap 'rm -rf "$work"' EXIT
root=$work/root

mkdir -p "$root"/{bin,etc,tmp,opt,usr/bin,lib64,lib}
chmod 1777 "$root/tmp"
"$java_home/bin/jlink" --add-modules $modules --strip-debug --no-man-pages --no-header-files --output "$root/opt/java"
"$root/opt/java/bin/java" -Xshare:dump >/dev/null # servers start in half the time
cp /bin/dash "$root/bin/sh"
for tool in $tools; do cp "/bin/$tool" "$root/bin/"; done

libraries() {
  find "$root" -type f \( -perm /111 -o -name '*.so*' \) -print0 |
    LD_LIBRARY_PATH="$root/opt/java/lib:$root/opt/java/lib/server" xargs -0 -n1 ldd 2>/dev/null |
    sed -nE 's,^(.*=> |[[:space:]]+)(/[^ ]+) \(0x.*,\2,p' | grep -v "^$root" | sort -u
  # Opened by name at run time only.
  for name in libnss_files.so.2 libnss_dns.so.2 libresolv.so.2 libdl.so.2 libpthread.so.0 librt.so.1 libm.so.6; do
    ldconfig -p | sed -n "s,.*$name .*x86-64.* => ,,p" | head -1
  done
}
libraries | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
tar -C "$root" -c . | docker import --change "LABEL $label" --change 'ENV PATH=/opt/java/bin:/usr/bin:/bin' \
  --change 'ENV JAVA_HOME=/opt/java' --change 'CMD ["java","-version"]' - "$tag" >/dev/null
