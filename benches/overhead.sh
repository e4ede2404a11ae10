#!/usr/bin/env bash
# What the probe costs other processes: nanoseconds added to a call, side by side with no probe in one run.
#
# `benches/overhead.sh [--rounds N] [--kind KIND] [PART OF A NAME…]` builds the release example (unless OVERHEAD names
# one) and prints, for each attachment and set of calls, the median and the least of all rounds. Rounds with and without
# the probe take turns; the program that makes the calls is pinned to the last of two CPUs, the consumer to the first.
# Needs root.
#
#   benches/overhead.sh "default: one call"        a call that no rule needs, every call hooked
#   benches/overhead.sh "default: state"           what the stable rules need: opening, closing, vfork and exec
#   benches/overhead.sh --rounds 5 "native:"       one tracepoint per wanted call (attaching them takes its time)
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
overhead=${OVERHEAD:-${CARGO_TARGET_DIR:-$root/target}/release/examples/overhead}
if [[ -z ${OVERHEAD:-} ]]; then
    cargo build --quiet --release --manifest-path "$root/Cargo.toml" -p probe --example overhead
fi
exec "$overhead" "$@"
