#!/bin/sh
# For a machine with a GPU on which packages cannot be installed as ./twin does it: builds twingrad over the CUDA
# LibTorch that is there, checks the twins on the GPU, times them, and leaves the results as JSON.
#
#   bench/gpu.sh OUT [TORCH]
#
#   OUT    folder for gpu-check.json and gpu-bench.json, and for the build
#   TORCH  CMake prefix of LibTorch [python3 -c 'import torch; print(torch.utils.cmake_prefix_path)']
#
# What ./twin lists as "build", "hand-written twin", "text", "JSON", "benchmarks" and "report: Markdown" must be there:
# the build says which library it misses. Where ./twin can install packages, use it instead: ./twin --libtorch TORCH.
#
# Exit code 2: something is missing; 1: the twins do not agree on the GPU.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

fail() {
  echo "gpu.sh: $*" >&2
  exit 2
}

[ $# -ge 1 ] || fail "give a folder for the results"
mkdir -p "$1" || fail "cannot make $1"
out=$(CDPATH='' cd -- "$1" && pwd)
torch=${2:-$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)' 2>/dev/null)} ||
  fail "python3 has no module torch; give LibTorch's CMake prefix as the second word"
[ -d "$torch" ] || fail "no such folder: $torch"

if ! { cd "$root" && cmake --preset release -B "$out/build" -DTWINGRAD_TESTS=OFF "-DCMAKE_PREFIX_PATH=$torch" &&
  cmake --build "$out/build" --target twin; } >"$out/build.log" 2>&1; then
  tail -n 20 "$out/build.log" >&2
  fail "twingrad does not build; all of it: $out/build.log"
fi

agree=0
"$out/build/bin/twin" check --device cuda --json "$out/gpu-check.json" || agree=$?
[ "$agree" -le 1 ] || exit "$agree"
"$out/build/bin/twin" bench --threads 1 --dtype float32 --json "$out/gpu-bench.json"
echo "gpu.sh: $out/gpu-check.json, $out/gpu-bench.json" >&2
exit "$agree"
