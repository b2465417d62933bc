#!/usr/bin/env bash
# Makes target/weft-portable.tar.xz: Weft with a Java runtime of its own, its benchmarks and its conformance tests, for a
# machine that has no JDK and reaches no network, such as a cluster's GPU node. There: unpack it, then ./weft or
# ./gpu-check.sh.
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."

limit=$((50 * 1000 * 1000))
bundle=target/weft-portable

find_jdk() {
    local home
    for home in "${WEFT_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        if [ -x "$home/bin/jlink" ] && grep -Eq '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$home/release" 2>/dev/null; then
            jdk=$home
            return
        fi
    done
    echo "portable-bundle: no JDK 25 or later with jlink in WEFT_JAVA_HOME, JAVA_HOME or /usr/lib/jvm" >&2
    exit 2
}
find_jdk

./mvnw -B -q -DskipTests package
rm -rf "$bundle" "$bundle.tar.xz"
mkdir -p "$bundle"/{app,bench,tests}

# java.desktop draws the charts; jdk.unsupported is for libraries that still reach for Unsafe. Not compressed here: xz
# then makes two thirds of it.
"$jdk/bin/jlink" \
    --add-modules java.base,java.desktop,java.logging,java.management,jdk.incubator.vector,jdk.management,jdk.unsupported \
    --strip-debug --no-header-files --no-man-pages --compress zip-0 --output "$bundle/runtime"

cp cli/target/app/*.jar "$bundle/app"
# Most libraries are the program's own; what is there twice is linked.
for jar in benchmarks/target/app/*.jar; do
    if [ -f "$bundle/app/${jar##*/}" ]; then
        ln -s "../app/${jar##*/}" "$bundle/bench"
    else
        cp "$jar" "$bundle/bench"
    fi
done
# What an earlier build with the peers has left there.
rm -f "$bundle"/bench/{javacpp,mkl,openblas,pytorch,tensorflow,ndarray,protobuf,nd4j}*.jar \
    "$bundle"/bench/{byteunits,commons-[ceiln],flatbuffers,guava,jackson-1,jna,neoitertools,oshi,slf4j,threetenbp}*.jar

junit=$(sed -n 's/.*<junit.version>\(.*\)<.*/\1/p' pom.xml)
./mvnw -B -q dependency:copy -N -Dmdep.useBaseVersion=true -DoutputDirectory="$PWD/$bundle/tests" \
    -Dartifact="org.junit.platform:junit-platform-console-standalone:$junit"
for tests in *-backend/target/test-classes; do
    mkdir "$bundle/tests/${tests%%/*}"
    cp -r "$tests/." "$bundle/tests/${tests%%/*}"
done

cp weft scripts/portable/* "$bundle"
git describe --always --dirty >"$bundle/revision" 2>/dev/null || echo unknown >"$bundle/revision"
tar -C target -c "${bundle##*/}" | xz -T0 >"$bundle.tar.xz"
size=$(stat -c %s "$bundle.tar.xz")
echo "$bundle.tar.xz: $((size / 1000000)) MB"
if [ "$size" -ge "$limit" ]; then
    echo "portable-bundle: larger than $((limit / 1000000)) MB" >&2
    exit 1
fi
