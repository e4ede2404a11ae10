#!/bin/sh
# What a new user does, on a fresh root: installs the package, starts ruled, does what docs/getting-started.md says to provoke
# alerts, and finds them in the output, in metrics and on the terminal. As root, with the right to load eBPF:
#
#   deploy/packages/try.sh PACKAGE.deb
#
# The fresh root is this machine's with a layer over it that takes every change; nothing of it stays.
set -eu

failed() {
    echo "FAILED: $*" >&2
    for file in /tmp/provoke.sh /tmp/provoke.out /var/log/ruled.err /var/log/ruled.log; do
        [ ! -f $file ] || tail -n 20 $file >&2
    done
    exit 1
}

case ${STAGE:-start} in
start)
    package=$(realpath "$1")
    STAGE=mount PACKAGE=$package exec unshare --mount --propagation private "$0"
    ;;
mount)
    work=/mnt
    mount -t tmpfs -o mode=755 tmpfs $work
    mkdir $work/upper $work/work $work/root
    mount -t overlay overlay -o lowerdir=/,upperdir=$work/upper,workdir=$work/work $work/root
    for folder in proc sys dev; do
        mount --rbind /$folder $work/root/$folder
    done
    mount -t tmpfs tmpfs $work/root/tmp
    mount -t tmpfs tmpfs $work/root/run
    cp "$PACKAGE" $work/root/tmp/rulec.deb
    cp "$0" $work/root/tmp/try.sh
    mkdir -p $work/root/old
    cd $work/root
    pivot_root . old
    umount -l /old
    STAGE=use exec /tmp/try.sh
    ;;
use) ;;
esac

dpkg -i /tmp/rulec.deb > /tmp/dpkg.out 2>&1 || { cat /tmp/dpkg.out; failed "the package cannot be installed"; }
ruled doctor > /tmp/doctor.out 2>&1 || { cat /tmp/doctor.out; failed "ruled doctor finds that this host cannot be watched"; }
page=/usr/share/doc/rulec/getting-started.md

ruled -c /etc/falco/falco.yaml > /var/log/ruled.log 2> /var/log/ruled.err &
daemon=$!
trap 'kill $daemon 2> /dev/null || true' EXIT
health() {
    python3 -c 'import sys, urllib.request; print(urllib.request.urlopen("http://127.0.0.1:8765" + sys.argv[1]).read().decode())' "$1"
}
tries=0
# It is healthy a moment before it watches.
until health /healthz > /dev/null 2>&1 && health /metrics | grep -q '^ruled_events_total [1-9]'; do
    tries=$((tries + 1))
    kill -0 $daemon 2> /dev/null || failed "ruled ended"
    [ $tries -lt 300 ] || failed "ruled does not begin to watch"
    sleep 0.2
done

# The commands of the page, as they stand there.
awk '/^Now give it something to see/ { seen = 1 } seen && /^```$/ { exit } seen && block { print } seen && /^```sh$/ { block = 1 }' \
    $page > /tmp/provoke.sh
grep -q shadow /tmp/provoke.sh || failed "the page has no commands"
sh -x /tmp/provoke.sh > /tmp/provoke.out 2>&1 || true

rules='Password file read
Program folder changed
Program started from a folder for all'
tries=0
until [ "$(grep -c -F "$rules" /var/log/ruled.log)" -ge 3 ]; do
    tries=$((tries + 1))
    [ $tries -lt 150 ] || failed "not all alerts came"
    sleep 0.2
done
sleep 2
rulec alerts /var/log/ruled.log > /tmp/alerts.out
health /metrics > /tmp/metrics.out
ruled top --once > /tmp/top.out
# `q` once the view shows what is wanted.
: > /tmp/view.out
{
    tries=0
    until grep -q 'Password file read' /tmp/view.out || [ $tries -ge 150 ]; do
        tries=$((tries + 1))
        sleep 0.2
    done
    printf q
    sleep 1
} | script -qefc 'stty rows 40 cols 120; rulec alerts -i /var/log/ruled.log' /tmp/view.out > /dev/null ||
    failed "the view failed"
# Blanks are drawn by moving the cursor.
sed 's/\x1b\[[0-9;?]*[A-Za-z]/ /g' /tmp/view.out | tr -s ' ' > /tmp/screen.out
echo "$rules" | while read -r rule; do
    for surface in alerts metrics top screen; do
        grep -q -F "$rule" /tmp/$surface.out || { cat /tmp/$surface.out; failed "$rule is not in $surface"; }
    done
done
host=$(hostname)
for surface in alerts metrics top screen; do
    grep -q -F "$host" /tmp/$surface.out || failed "the host's name is not in $surface"
done
kill $daemon
wait $daemon || failed "ruled ended with $?"
cat /tmp/alerts.out | cut -c 1-110
echo "a new user: ok"
