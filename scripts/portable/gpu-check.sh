#!/usr/bin/env bash
# Tries Weft on this machine's GPU: the devices, the conformance suite, a checker of memory accesses and races, training
# to accuracy, the tuner, and the benchmarks with their peers: cuBLAS called directly, and PyTorch where python3 has it.
#
#   ./gpu-check.sh [DIR [STEP...]]      the steps with these names; all without any
#
# One line for each step, whose output goes to a file of the folder DIR (by default ./gpu-check). At the end DIR has
# gpu-check.json: the GPU, its driver and clocks, and every figure. The exit status is the number of steps that failed.
#
#   GPU_CHECK_QUICK=1   small sizes and few rounds, only to see that everything runs
#   WEFT_JAVA_OPTS      further options for java; quotes keep spaces together
set -uo pipefail
unset CDPATH
root=$(cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd -P) || exit 2
case $root in
    *:*)
        echo "gpu-check: a colon separates the folders of Java's paths, and '$root' has one: rename it" >&2
        exit 2
        ;;
esac
out=${1:-gpu-check}
shift $(($# > 0 ? 1 : 0))
wanted=" $* "
mkdir -p -- "$out" && out=$(cd -- "$out" && pwd -P) || exit 2
export WEFT_CACHE="$out/cache"
failed=0

# As in ./weft: xargs takes the options apart as a shell would, and expands nothing.
options=()
if [ -n "${WEFT_JAVA_OPTS:-}" ]; then
    words=$(xargs printf '%s\n' <<<"$WEFT_JAVA_OPTS") || exit 2
    while IFS= read -r word; do
        [ -z "$word" ] || options+=("$word")
    done <<<"$words"
fi

# Whether a step was asked for.
wants() { [ "$wanted" = "  " ] || [[ $wanted == *" $1 "* ]]; }

note() { # name, result, seconds: of the latest run of a step
    touch "$out/steps.txt"
    grep -v "^$1 " "$out/steps.txt" >"$out/steps.new"
    echo "$1 $2 $3" >>"$out/steps.new"
    mv "$out/steps.new" "$out/steps.txt"
}

step() { # name, command...
    local name=$1 log="$out/$1.log" start=$SECONDS seconds
    shift
    wants "$name" || return 0
    if "$@" >"$log" 2>&1; then
        seconds=$((SECONDS - start))
        echo "ok      $name ($seconds s)"
        note "$name" ok "$seconds"
    else
        seconds=$((SECONDS - start))
        echo "FAILED  $name ($seconds s): see $log"
        tail -n 15 "$log" | sed 's/^/        /'
        note "$name" failed "$seconds"
        failed=$((failed + 1))
    fi
}

skip() { # name, why
    if wants "$1"; then
        echo "skipped $1: $2"
        note "$1" skipped 0
    fi
}

java() {
    "$root/runtime/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xmx8g \
        "${options[@]}" "$@"
}

conformance() {
    java -Drequire.backends="$1" -Dweft.cuda.real=true -cp "$root/tests/$1-backend:$root/tests/*:$root/app/*" \
        org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=summary \
        --scan-classpath="$root/tests/$1-backend" --include-classname='.*(Conformance|Training)Test'
}

# Every kernel once or twice, watched. The JVM's own use of signals is no error of the kernels'.
sanitizer() {
    WEFT_CUBLAS=none compute-sanitizer --tool "$1" --error-exitcode 9 --target-processes all \
        "$root/runtime/bin/java" --enable-native-access=ALL-UNNAMED "${options[@]}" \
        -cp "$root/tests/*:$root/app/*" dev.weft.conformance.EveryKernel cuda &&
        grep -q 'every kernel ran' "$out/cuda-$1.log"
}

train() {
    "$root/weft" train --backend "$1" --epochs 3 --out "$out/$1-run" --json "$out/$1-train.json"
}

bench() { # backend, peers
    "$root/weft" bench ${GPU_CHECK_QUICK:+--quick} --backend "$1" --peers "$2" --out "$out/$1-bench"
}

torch() {
    python3 "$root/torch_step.py" ${GPU_CHECK_QUICK:+--quick} >"$out/torch.new" && mv "$out/torch.new" "$out/torch.json"
}

# What the GPU is, and its clocks now: a figure means little without.
query() {
    command -v nvidia-smi >/dev/null && nvidia-smi --format=csv,nounits --query-gpu=name,driver_version,memory.total,clocks.sm,clocks.mem,clocks.max.sm,clocks.max.mem,power.draw,power.limit,temperature.gpu,ecc.mode.current \
        >"$out/$1.csv" 2>/dev/null
}

# A driver's library without its entry for the loader, as containers often have it.
if [ -z "${OCL_ICD_VENDORS:-}" ] && [ ! -e /etc/OpenCL/vendors/nvidia.icd ]; then
    library=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | sed -n 's/.*libnvidia-opencl\.so\.1.* => //p' | head -n 1)
    for library in $library /usr/local/nvidia/lib64/libnvidia-opencl.so.1; do
        if [ -e "$library" ]; then
            mkdir -p "$out/vendors"
            echo "$library" >"$out/vendors/nvidia.icd"
            export OCL_ICD_VENDORS="$out/vendors/"
            break
        fi
    done
fi

query gpu-before
"$root/weft" devices >"$out/devices.log" 2>&1 || { echo "FAILED  devices"; failed=$((failed + 1)); }
cat "$out/devices.log"
for backend in cuda opencl; do
    if grep -q "^$backend  *missing" "$out/devices.log"; then
        skip "$backend" "not there"
        continue
    fi
    peers=none
    if [ "$backend" = cuda ] && ! grep -q 'cuBLAS: none' "$out/devices.log"; then
        peers=cublas
    fi
    step "$backend-conformance" conformance "$backend"
    if [ "$backend" = cuda ]; then
        for tool in memcheck racecheck; do
            if command -v compute-sanitizer >/dev/null; then
                step "cuda-$tool" sanitizer $tool
            else
                skip "cuda-$tool" "there is no compute-sanitizer on the PATH"
            fi
        done
    fi
    step "$backend-train" train "$backend"
    step "$backend-tune" "$root/weft" tune "$backend"
    step "$backend-bench" bench "$backend" "$peers"
done
if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
    step torch torch
else
    skip torch "python3 has no PyTorch that finds a GPU"
fi
query gpu-after
java -cp "$root/bench/*" dev.weft.benchmarks.report.GpuReport "$out" || failed=$((failed + 1))
exit $failed
