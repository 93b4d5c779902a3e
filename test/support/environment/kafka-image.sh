#!/usr/bin/env bash
# Prints the name of a Kafka image that the engine has: the published one where it can be pulled, else one that
# is built here from the broker's jars (Maven Central), a runtime (this machine's JDK) and a shell (busybox).
# The tests need of either image: /bin/sh and /opt/kafka/bin/kafka-{storage,server-start}.sh.
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
. "$environment/image.sh"

version=4.3.1 # the same as in pom.xml
published=apache/kafka:$version
built=chaperone-test/kafka:$version
inputs=$containers/kafka-image
work=$cache/kafka-$version
stamp=$(stamp_of "$inputs"/* "${BASH_SOURCE[0]}")
modules=java.base,java.desktop,java.logging,java.management,java.naming,java.rmi,java.scripting,java.security.jgss
modules=$modules,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.management,jdk.security.auth,jdk.unsupported

main() {
  if image_present "$published"; then echo "$published"; return; fi
  if built_from "$built" "$stamp"; then echo "$built"; return; fi
  if pull "$published"; then echo "$published"; return; fi
  [ "$(uname)" = Linux ] || fail "\"docker pull $published\" failed, and the image can be built on Linux only"
  need java=default-jdk-headless jlink=default-jdk-headless mvn=maven busybox=busybox-static
  exclusively kafka-image build >&2
  echo "$built"
}

build() {
  if built_from "$built" "$stamp"; then return; fi
  mkdir -p "$work"
  fetch_jars &
  local fetching=$! root=$work/root
  link_runtime
  wait "$fetching" || fail "Maven could not fetch the jars of Kafka $version"
  assemble "$root"
  import_image "$built" "$stamp" "$root" 'USER 1000' 'WORKDIR /tmp' \
    'ENV PATH=/opt/kafka/bin:/opt/java/bin:/bin' 'ENV JAVA_HOME=/opt/java'
  rm -rf "$root"
}

# Each of the two is made aside and then renamed, so that a folder of that name is always complete.
fetch_jars() {
  [ -d "$work/libs" ] && return
  say "fetching Kafka $version from Maven Central"
  rm -rf "$work/libs.new"
  mvn -B -q -ntp -f "$inputs/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$work/libs.new"
  mv "$work/libs.new" "$work/libs"
}

link_runtime() {
  [ -d "$work/java" ] && return
  local jdk
  jdk=$(jlink --version)
  [ "${jdk%%.*}" -ge 17 ] || fail "Kafka $version needs a JDK of version 17 or later, and jlink is version $jdk"
  rm -rf "$work/java.new"
  jlink --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages --output "$work/java.new"
  mv "$work/java.new" "$work/java"
}

assemble() {
  local root=$1 applet library
  rm -rf "$root"
  mkdir -p "$root"/{bin,etc,proc,sys,dev,opt/kafka/bin,tmp}
  chmod 1777 "$root/tmp"
  cp -a "$work/java" "$root/opt/java"
  cp -a "$work/libs" "$root/opt/kafka/libs"
  install -m 755 "$inputs"/kafka-*.sh "$root/opt/kafka/bin/"
  install -m 644 "$inputs/log4j2.properties" "$root/opt/kafka/"
  install -m 755 "$(command -v busybox)" "$root/bin/busybox"
  for applet in sh ls cat ps; do ln -s busybox "$root/bin/$applet"; done
  host_libraries | while read -r library; do
    [ -e "$root$library" ] || install -D -m 755 "$library" "$root$library"
  done
  printf 'root:x:0:0::/:/bin/sh\nkafka:x:1000:1000::/tmp:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nkafka:x:1000:\n' >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
}

# What the runtime and the shell link to on this machine; a broker draws nothing and plays no sound. The jars bring
# native libraries of their own (zstd, lz4), which need some of the C library's further files.
host_libraries() {
  local binaries linked libc
  binaries=$(find "$work/java/lib" -name '*.so' | grep -vE 'awt|font|splash|java2d|lcms|mlib|freetype|jsound|jpeg')
  # shellcheck disable=SC2086 # one word per file is meant; ldd fails for a static busybox
  linked=$({ ldd "$work/java/bin/java" "$(command -v busybox)" $binaries || true; } 2>/dev/null |
    grep -oE '/[^ ]+\.so[^ :]*' | grep -v "^$work" | sort -u)
  libc=$(grep '/libc\.so' <<<"$linked" | head -1)
  echo "$linked"
  find "${libc%/*}/" -maxdepth 1 -name 'libpthread.so.*' -o -maxdepth 1 -name 'libdl.so.*' -o -maxdepth 1 -name 'librt.so.*'
}

main
