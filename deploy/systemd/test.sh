#!/bin/bash
# The unit under a real systemd: start, reload, signals, the watchdog, exit codes, file access, stop. As root, with the right to
# load eBPF:
#
#   deploy/systemd/test.sh PATH/TO/ruled
#
# systemd runs as process 1 of namespaces of its own, on a fresh root: this machine's with a layer over it that takes every
# change. The unit sees the host's processes below /host, as in a container. Nothing of it stays.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

case ${STAGE:-outside} in
outside)
    program=$(realpath "$1")
    control=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
    group=$control/ruled-unit-test-$$
    folder=$(mktemp -d)
    mkdir "$group"
    # Ends the first process of the namespaces, and with it all of them.
    trap 'kill -KILL %1 2>/dev/null || true; wait 2>/dev/null
          for _ in $(seq 100); do
              find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break || sleep 0.1
          done
          rm -rf "$folder"' EXIT
    STAGE=boot FOLDER=$folder PROGRAM=$program GROUP=$group "$here/test.sh" >"$folder/boot.log" 2>&1 </dev/null &
    for _ in $(seq 600); do
        [ ! -s "$folder/first" ] || break
        kill -0 %1 2>/dev/null || { cat "$folder/boot.log" >&2; exit 1; }
        sleep 0.1
    done
    first=$(cat "$folder/first")
    # As seen from outside: the process that unshare waits for.
    enter=(nsenter -t "$first" -m -u -i -p -C -r -w)
    for _ in $(seq 600); do
        [ "$("${enter[@]}" systemctl is-system-running 2>/dev/null)" != running ] || break
        sleep 0.1
    done
    STAGE=inside "${enter[@]}" /bin/bash /test.sh || { cat "$folder/boot.log" >&2; exit 1; }
    ;;
boot)
    echo $$ >"$GROUP/cgroup.procs"
    STAGE=root exec unshare --pid --fork --kill-child --mount --uts --ipc --cgroup --propagation private "$here/test.sh"
    ;;
root)
    # /proc is still that of the machine: it tells this process's number there.
    read -r self _ </proc/self/stat
    work=$FOLDER/root
    mkdir "$work"
    mount -t tmpfs -o mode=755 tmpfs "$work"
    mkdir "$work"/{upper,work,root}
    mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$work/root"
    cd "$work/root"
    mkdir -p host etc/falco/config.d var/log
    mount --rbind / host
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tracefs tracefs sys/kernel/tracing
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs tmpfs tmp
    mount -t tmpfs -o mode=755 tmpfs dev
    for name in null zero full random urandom tty; do
        touch dev/$name
        mount --bind /dev/$name dev/$name
    done
    ln -s /proc/self/fd dev/fd
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    # Nothing but the journal and what is tested.
    rm -rf etc/systemd/system
    mkdir -p etc/systemd/system/ruled.service.d
    printf '[Unit]\nDefaultDependencies=no\nRequires=systemd-journald.service\n' >etc/systemd/system/alone.target
    cp "$here/ruled.service" etc/systemd/system/
    printf '[Service]\nEnvironment=HOST_ROOT=/host\nWatchdogSec=6\n' >etc/systemd/system/ruled.service.d/test.conf
    cp "$PROGRAM" usr/bin/ruled
    cp "$here/../packages/falco.yaml" etc/falco/
    cp "$here"/../rules/*.yaml etc/falco/
    cp "$here/test.sh" test.sh
    echo "$self" >"$FOLDER/first"
    exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /lib/systemd/systemd --unit=alone.target
    ;;
inside)
    failed() {
        echo "FAILED: $*" >&2
        systemctl --no-pager status ruled >&2 || true
        journalctl --no-pager -u ruled | grep -v '"hostname"' | tail -n 40 >&2
        exit 1
    }
    # Waits a minute for something to be so.
    until_so() {
        local what=$1
        shift
        for _ in $(seq 600); do
            ! "$@" || { echo "ok: $what"; return; }
            sleep 0.1
        done
        failed "$what"
    }
    property() { systemctl show --property "$1" --value ruled; }
    is() { [ "$(property "$1")" = "$2" ]; }
    logged() { journalctl --no-pager -u ruled --grep "$1" >/dev/null 2>&1; }
    status_says() { property StatusText | grep -q "$1"; }
    restarted() { [ "$(property NRestarts)" -gt "$1" ] && is ActiveState active; }

    # Not to the journal: what looks there for a line would find alerts about itself.
    cat >/etc/falco/config.d/test.yaml <<'YAML'
stdout_output: {enabled: false}
file_output: {enabled: true, keep_alive: true, filename: /var/log/ruled.json}
capture: {enabled: true, mode: all_rules, path_prefix: /var/log/ruled}
outputs_spool: {enabled: true}
YAML
    provoke() { cp /bin/true /tmp/provoke && /tmp/provoke; }
    alerted() { provoke && grep -q '"rule":"Program started from a folder for all"' /var/log/ruled.json; }
    captured() { compgen -G '/var/log/ruled_*.scap' >/dev/null; }

    systemctl start ruled || failed "the start"
    is ActiveState active && status_says 'rules enabled' || failed "not ready after the start"
    echo "ok: it starts, and says when it is ready"
    ! logged 'this is a namespace of process ids' || failed "HOST_ROOT has no effect"
    ! logged 'not compiled to machine code' || failed "rules are interpreted"
    until_so "alerts reach a file in /var/log" alerted
    until_so "a capture is written there" captured
    [ -d /var/lib/ruled/spool ] || failed "no spool in the state directory"

    systemctl reload ruled
    until_so "reload" logged 'Rules reloaded: '
    echo '- rule: [' >/etc/falco/falco_rules.local.yaml
    until_so "broken rules are refused" status_says refused
    is ActiveState active || failed "broken rules end it"
    echo '[]' >/etc/falco/falco_rules.local.yaml
    until_so "mended rules are taken" status_says 'rules enabled'

    mv /var/log/ruled.json /var/log/ruled.json.1
    systemctl kill --signal USR1 ruled
    until_so "SIGUSR1 opens the file anew" alerted

    restarts=$(property NRestarts)
    kill -STOP "$(property MainPID)"
    until_so "the watchdog restarts what stands still" restarted "$restarts"
    restarts=$(property NRestarts)
    kill -KILL "$(property MainPID)"
    until_so "a crash is followed by a restart" restarted "$restarts"

    begin=$SECONDS
    systemctl stop ruled
    is Result success && is ExecMainStatus 0 || failed "the stop: $(property Result), $(property ExecMainStatus)"
    echo "ok: it stops with code 0 ($((SECONDS - begin)) s)"

    # What does not get better by trying again is not tried again.
    refused() {
        restarts=$(property NRestarts)
        ! systemctl start ruled 2>/dev/null || failed "it starts: $2"
        sleep 3
        is ActiveState failed && is ExecMainStatus "$1" && is NRestarts "$restarts" || failed "$2"
        echo "ok: code $1 and no restart: $2"
        systemctl reset-failed ruled
    }
    head -c 100 /dev/zero >/etc/falco/rules.bundle
    printf 'rules_files: []\nbundle: {file: /etc/falco/rules.bundle}\n' >/etc/falco/config.d/test.yaml
    sed -i '/^rules_files/,/rules.d$/d' /etc/falco/falco.yaml
    refused 4 "a bundle that is none"
    printf '[Service]\nCapabilityBoundingSet=~CAP_BPF\n' >/etc/systemd/system/ruled.service.d/less.conf
    rm /etc/falco/config.d/test.yaml
    printf 'rules_files: [/etc/falco/falco_rules.yaml]\n' >>/etc/falco/falco.yaml
    systemctl daemon-reload
    refused 3 "a host that does not let it load eBPF"

    systemd-analyze security --no-pager --threshold=40 ruled.service | tail -n 1
    ;;
esac
