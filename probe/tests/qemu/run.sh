#!/usr/bin/env bash
# Runs the probe's live tests on Debian's 6.1 kernel, in qemu. That kernel also permits fexit, LSM and kprobe programs.
#
#   probe/tests/qemu/run.sh [ARGUMENT OF THE TEST PROGRAM ...]     e.g. processes::   or   --test-threads=1 files
#   COMMAND='overhead' probe/tests/qemu/run.sh                     an example of the crate instead of the tests
#   FEATURES=clang probe/tests/qemu/run.sh                         with objects compiled now, not the prebuilt ones
#
# Needs Debian's packages qemu-system-x86, busybox-static, cpio and dpkg; the kernel is downloaded with apt-get and kept
# in the target folder. Nothing is installed. KVM is used where it works, else emulation.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/qemu
mkdir -p "$work"

say() { printf 'qemu: %s\n' "$*" >&2; }

# The kernel.
package=${KERNEL_PACKAGE:-$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p' | head -1)}
if ! [ -e "$work/$package" ]; then
    say "downloading $package"
    (cd "$work" && rm -rf ./*.deb unpacked && apt-get download -q "$package" >/dev/null 2>&1 && dpkg-deb -x "$package"*.deb unpacked)
    cp "$work/unpacked/boot/"vmlinuz-* "$work/$package"
    rm -rf "$work/unpacked" "$work/"*.deb
fi

# The program: its path is the last one that cargo names.
if [ -n "${COMMAND:-}" ]; then
    cargo build --quiet --release ${FEATURES:+--features "$FEATURES"} -p probe --example "$COMMAND" --manifest-path "$root/Cargo.toml"
    program=$target/release/examples/$COMMAND
else
    program=$(cargo test --quiet --no-run --message-format=json ${FEATURES:+--features "$FEATURES"} -p probe --test live --manifest-path "$root/Cargo.toml" |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -1)
fi

# The guest: a shell, the program, and the libraries it names.
guest=$work/guest
rm -rf "$guest"
mkdir -p "$guest"/{bin,dev,etc,lib,lib64,proc,root,run,sys,tmp,var/tmp,usr/bin}
cp "$(command -v busybox)" "$guest/bin/busybox"
"$guest/bin/busybox" --list | grep -vx busybox | while read -r name; do ln -sf busybox "$guest/bin/$name"; done
for name in env sh true; do ln -sf /bin/busybox "$guest/usr/bin/$name"; done
cp "$program" "$guest/bin/program"
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$guest$(dirname "$library")"
    cp -L "$library" "$guest$library"
done
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$guest/etc/passwd"
printf 'root:x:0:\n' >"$guest/etc/group"
printf 'guest\n' >"$guest/etc/hostname"
cat >"$guest/init" <<'INIT'
#!/bin/sh
export PATH=/bin:/usr/bin HOME=/root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tracefs trace /sys/kernel/tracing
mount -t debugfs debug /sys/kernel/debug
mount -t securityfs security /sys/kernel/security
mount -t tmpfs tmp /tmp
mount -t cgroup2 cgroup /sys/fs/cgroup
mkdir -p /dev/pts /dev/shm && mount -t devpts pts /dev/pts
ip link set lo up
echo 0 >/proc/sys/kernel/printk
echo "kernel $(uname -r)"
cd /root
RULED_REQUIRE_BPF=1 RUST_BACKTRACE=1 /bin/program $(cat /arguments)
echo "program ended with $?"
poweroff -f
INIT
chmod +x "$guest/init"
printf '%s' "$*" >"$guest/arguments"
(cd "$guest" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initramfs.gz"

# KVM may be there and still not work (nested virtual machines): a guest without a disk tells within seconds.
accelerate=(-accel tcg,thread=multi -cpu max)
if [ -w /dev/kvm ] && timeout 10 qemu-system-x86_64 -accel kvm -cpu host -m 256 -nographic -no-reboot -kernel "$work/$package" \
    -append "console=ttyS0 panic=-1" </dev/null 2>&1 | grep -q 'Kernel panic'; then
    accelerate=(-accel kvm -cpu host)
fi
say "${accelerate[*]}"
timeout "${TIME_LIMIT:-1500}" qemu-system-x86_64 "${accelerate[@]}" -smp 2 -m "${MEMORY:-3072}" -nographic -no-reboot \
    -kernel "$work/$package" -initrd "$work/initramfs.gz" -append "console=ttyS0 quiet panic=-1" </dev/null |
    sed -u 's/\r//' | tee "$work/output" >&2
grep -q '^program ended with 0$' "$work/output"
