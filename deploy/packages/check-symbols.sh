#!/bin/sh
# Whether binaries run with glibc 2.28 and need nothing but the C library: check-symbols.sh BINARY...
set -eu
newest=2.28
failed=0
for binary in "$@"; do
    libraries=$(objdump -p "$binary" | sed -n 's/^ *NEEDED *//p')
    for library in $libraries; do
        case $library in
        libc.so.6 | libm.so.6 | libpthread.so.0 | libdl.so.2 | librt.so.1 | libutil.so.1 | ld-linux-*.so.*) ;;
        *) echo "$binary needs $library" && failed=1 ;;
        esac
    done
    if [ -z "$libraries" ]; then
        echo "$binary is static"
        continue
    fi
    needed=$(objdump -T "$binary" | sed -n 's/.*(\{0,1\}GLIBC_\([0-9.]*\).*/\1/p' | sort -V | tail -n 1)
    if [ "$(printf '%s\n%s\n' "$needed" "$newest" | sort -V | tail -n 1)" != "$newest" ]; then
        echo "$binary needs glibc $needed, which is newer than $newest:"
        objdump -T "$binary" | grep "GLIBC_$needed"
        failed=1
    else
        echo "$binary needs glibc $needed"
    fi
done
exit $failed
