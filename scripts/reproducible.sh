#!/usr/bin/env bash
# Builds this checkout's artifacts a second time, in another folder, and compares each jar with what the first build made:
#
#   ./mvnw -Prelease verify && scripts/reproducible.sh
#
# Jars of sources and of Javadoc too. Differences are listed, and the exit status is then 1.
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."

# What the bill of materials names.
published=$(sed -n 's|.*<artifactId>weft-\(.*\)</artifactId>.*|\1|p' bom/pom.xml | grep -vxE 'parent|bom' | paste -sd,)

# The jars below a checkout's target folders, with their hashes, by name.
hashes() {
    (
        cd "$1"
        for module in ${published//,/ }; do
            find "$module/target" "$module/target/app" -maxdepth 1 -name "weft-$module-*.jar" -print0 2>/dev/null
        done | sort -zu | xargs -0 -r sha256sum
    )
}

first=$(hashes .)
if [ -z "$first" ] || ! grep -q -- '-javadoc.jar' <<<"$first"; then
    echo "reproducible: nothing to compare with: run ./mvnw -Prelease verify first" >&2
    exit 2
fi
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
# What git knows and what it does not know yet, as it is now.
git ls-files -z --cached --others --exclude-standard | while IFS= read -rd '' file; do
    [ ! -e "$file" ] || printf '%s\0' "$file"
done | tar --null -T - -c | tar -x -C "$copy"
(cd "$copy" && ./mvnw -B -q -Prelease -Dmaven.test.skip=true -pl "$published" -am package)
if ! diff <(printf '%s\n' "$first") <(hashes "$copy"); then
    echo "reproducible: the builds differ" >&2
    exit 1
fi
echo "reproducible: $(wc -l <<<"$first") jars, the same in both builds"
