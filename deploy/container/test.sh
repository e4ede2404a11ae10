#!/bin/sh
# Builds the container image without a network, and runs it: its programs start, and as a container it watches the host and
# raises an alert that its output and its metrics show. As root, with the right to load eBPF; needs Debian's buildah.
#
#   deploy/container/test.sh DIR     with DIR/rulec, DIR/rulels and DIR/ruled, such as target/debug
#
# The base is nothing but the C library of this machine. The image is built and run as buildah can where there is no container
# engine (--isolation chroot): with the capabilities that the Containerfile names, but in the host's namespaces.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
binaries=$(cd "$1" && pwd)
# What buildah mounts is not for the rest of the machine to see.
[ -n "${INSIDE:-}" ] || INSIDE=yes exec unshare --mount --propagation private "$0" "$binaries"
work=$(mktemp -d)
daemon=
finish() {
    [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2> /dev/null || true
    buildah rm --all > /dev/null 2>&1 || true
    umount "$work/storage/overlay" 2> /dev/null || true
    rm -rf "$work"
}
trap finish EXIT

failed() {
    echo "FAILED: $*" >&2
    for file in "$work"/*.log; do
        [ ! -f "$file" ] || tail -n 20 "$file" >&2
    done
    exit 1
}

command -v buildah > /dev/null || failed "buildah is missing: apt-get install buildah"
buildah() {
    command buildah --root "$work/storage" --runroot "$work/run" "$@"
}

mkdir "$work/bin" "$work/base"
for name in rulec rulels ruled; do
    # Debug information only makes it slow.
    strip -o "$work/bin/$name" "$binaries/$name" 2> /dev/null || cp "$binaries/$name" "$work/bin/$name"
    for library in $(ldd "$binaries/$name" | grep -o '/[^ ]*'); do
        install -D "$library" "$work/base$library"
    done
done
LEVEL=1 "$root/deploy/packages/build.sh" tar --binaries "$work/bin" --output "$work/context" --version 1.0.0 --without-vscode \
    > /dev/null
buildah from --name base scratch > /dev/null
buildah add base "$work/base" / > /dev/null
buildah commit -q base localhost/base > /dev/null

# In a network of its own, which has nothing in it.
unshare --net buildah --root "$work/storage" --runroot "$work/run" build --isolation chroot --pull-never \
    -f "$here/Containerfile" --build-arg BASE=localhost/base -t localhost/ruled \
    --build-arg PACKAGE="$(basename "$work"/context/*.tar.gz)" "$work/context" \
    > "$work/build.log" 2>&1 || failed "the image does not build"
echo "build: ok"

# What the Containerfile says to run it with.
capabilities=$(sed -n 's/.*--cap-add=\([a-z_,]*\).*/\1/p' "$here/Containerfile")
[ -n "$capabilities" ] || failed "the Containerfile names no capabilities"
set --
for name in $(echo "$capabilities" | tr ',' ' ' | tr '[:lower:]' '[:upper:]'); do
    set -- "$@" --cap-add "CAP_$name"
done
buildah from --pull-never --security-opt seccomp=unconfined --name ruled localhost/ruled > /dev/null
for words in "ruled --version" "rulels --version" "rulec check /etc/falco/falco_rules.yaml /etc/falco/falco_rules.local.yaml"; do
    # shellcheck disable=SC2086
    buildah run --isolation chroot ruled -- $words > "$work/run.log" 2>&1 || failed "$words"
done
buildah run --isolation chroot "$@" ruled -- /usr/bin/ruled doctor > "$work/doctor.log" 2>&1 ||
    failed "the container cannot watch the host"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
command buildah --root "$work/storage" --runroot "$work/run" run --isolation chroot "$@" ruled -- \
    /usr/bin/ruled -c /etc/falco/falco.yaml -o "webserver.listen_port=$port" -o exporter.enabled=false \
    > "$work/alerts.log" 2> "$work/ruled.log" &
daemon=$!
page() {
    python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' \
        "http://127.0.0.1:$port$1" 2> /dev/null
}
wait_for() { # wait_for WHAT COMMAND...
    what=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        kill -0 "$daemon" 2> /dev/null || failed "ruled ended"
        [ $tries -lt 300 ] || failed "waited for $what"
        sleep 0.2
    done
}
watches() { page /metrics | grep -q '^ruled_events_total [1-9]'; }
alerts() { cat /etc/shadow > /dev/null; grep -q '"rule":"Password file read"' "$work/alerts.log"; }
counts() { page /metrics | grep -q 'rules_matches_total{.*rule_name="Password file read"'; }
wait_for "the first events" watches
wait_for "the alert" alerts
wait_for "its metric" counts
echo "run: ok"
