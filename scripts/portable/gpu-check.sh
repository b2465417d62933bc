#!/usr/bin/env bash
# Tries Weft on this machine's GPU: the devices, the conformance suite, training to accuracy, the tuner and the
# benchmarks. One line for each step; its output goes to a file of the folder $1 (by default ./gpu-check). The exit
# status is the number of steps that failed.
set -uo pipefail
root=$(cd "$(dirname "$0")" && pwd -P)
out=${1:-gpu-check}
mkdir -p "$out"
out=$(cd "$out" && pwd -P)
export WEFT_CACHE="$out/cache"
failed=0

step() {
    local name=$1 log="$out/$1.log" start=$SECONDS
    shift
    if "$@" >"$log" 2>&1; then
        echo "ok      $name ($((SECONDS - start)) s)"
    else
        echo "FAILED  $name ($((SECONDS - start)) s): see $log"
        tail -n 15 "$log" | sed 's/^/        /'
        failed=$((failed + 1))
    fi
}

conformance() {
    "$root/runtime/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xmx8g \
        -Drequire.backends="$1" -Dweft.cuda.real=true -cp "$root/tests/$1-backend:$root/tests/*:$root/app/*" \
        org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=summary \
        --scan-classpath="$root/tests/$1-backend" --include-classname='.*(Conformance|Training)Test'
}

train() {
    "$root/weft" train --backend "$1" --epochs 3 --out "$out/$1-run" --json "$out/$1-train.json"
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

step devices "$root/weft" devices
cat "$out/devices.log"
for backend in cuda opencl; do
    if grep -q "^$backend  *missing" "$out/devices.log"; then
        echo "skipped $backend: not there"
        continue
    fi
    step "$backend-conformance" conformance "$backend"
    step "$backend-train" train "$backend"
    step "$backend-tune" "$root/weft" tune "$backend"
    step "$backend-bench" "$root/weft" bench --backend "$backend" --peers "${GPU_CHECK_PEERS:-none}" --out "$out/$backend-bench"
done
exit $failed
