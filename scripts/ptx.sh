#!/usr/bin/env bash
# Writes the PTX that ships in cuda-backend anew from gpu-common's kernels, with the nvcc on the PATH or in
# /usr/local/cuda/bin. To be run, and the result committed, when a kernel has changed.
set -euo pipefail
unset CDPATH
cd "$(dirname "$0")/.."
./mvnw -B -q test -pl cuda-backend -am -Dtest='PtxTest#itIsWhatNvccMakes' -Dsurefire.failIfNoSpecifiedTests=false -Dptx=apply -Drequire.nvcc=true
git status --short cuda-backend/src/main/resources/dev/weft/cuda/ptx
