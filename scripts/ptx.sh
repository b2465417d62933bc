#!/usr/bin/env bash
# Makes cuda-backend's archive of PTX again where gpu-common's kernels have changed, as every build does, with the nvcc
# on the PATH or in /usr/local/cuda/bin. The result is to be committed with the kernels.
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."
./mvnw -B -q process-test-classes -pl cuda-backend -am
git status --short cuda-backend/src/main/resources
