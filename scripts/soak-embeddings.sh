#!/usr/bin/env bash
# Embeds texts of all lengths by the CPU, and fails where more memory is resident than the weights and 400 MB:
#
#   ./weft --version && scripts/soak-embeddings.sh all-MiniLM-L6-v2.jar [TEXTS]    # 10,000 by default
set -euo pipefail
unset CDPATH

model=$(realpath -- "${1:?a model\'s folder or jar}")
texts=${2:-10000}
cd "$(dirname "$0")/.."
weights=$(du -sm "$model" | cut -f1)
exec java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx64m \
    -XX:MaxDirectMemorySize=4g -cp 'cli/target/app/*' scripts/SoakEmbeddings.java "$model" "$texts" $((weights + 400))
