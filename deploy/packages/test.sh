#!/bin/sh
# Builds all packages from binaries, installs them into empty roots, updates them, and looks at what is there:
#
#   deploy/packages/test.sh DIR [TO]    with DIR/rulec, DIR/rulels and DIR/ruled, such as target/debug
#
# The newest package for Debian is left in the folder TO.
# Debian's packages dpkg, rpm and systemd are enough; the roots are folders, and nothing is installed on this machine.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
binaries=$(cd "$1" && pwd)
keep=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed() {
    echo "FAILED: $*" >&2
    exit 1
}

for tool in dpkg-deb rpmbuild; do
    command -v $tool > /dev/null || failed "$tool is missing: apt-get install dpkg rpm"
done
# Debug information only makes it slow.
mkdir "$work/bin"
for name in rulec rulels ruled; do
    strip -o "$work/bin/$name" "$binaries/$name" 2> /dev/null || cp "$binaries/$name" "$work/bin/$name"
done
set -- --binaries "$work/bin"
[ -f "$root/editors/vscode/falco-rules.vsix" ] || set -- "$@" --without-vscode

export LEVEL=1
machine=$(uname -m)
arch=$(dpkg --print-architecture)
export SOURCE_DATE_EPOCH=1700000000
"$here/build.sh" all "$@" --version 1.0.0 --output "$work/old"
"$here/build.sh" deb "$@" --version 1.0.0 --output "$work/again" > /dev/null
cmp "$work/old/rulec_1.0.0_$arch.deb" "$work/again/rulec_1.0.0_$arch.deb" || failed "two builds differ"
for form in deb rpm; do
    "$here/build.sh" $form "$@" --version 1.0.1 --output "$work/new" > /dev/null
done

# Whether everything is in its place, and starts.
complete() {
    for file in usr/bin/rulec usr/bin/rulels usr/bin/ruled etc/falco/falco.yaml etc/falco/falco_rules.yaml \
        etc/falco/falco_rules.local.yaml usr/lib/systemd/system/ruled.service usr/share/man/man1/rulec.1.gz \
        usr/share/man/man1/rulec-alerts.1.gz usr/share/man/man1/ruled.1.gz usr/share/man/man1/ruled-top.1.gz \
        usr/share/man/man1/rulels.1.gz usr/share/bash-completion/completions/rulec \
        usr/share/bash-completion/completions/ruled usr/share/fish/vendor_completions.d/ruled.fish \
        usr/share/nvim/site/lua/rulec.lua usr/share/nvim/site/ftdetect/falco-rules.lua \
        usr/share/doc/rulec/getting-started.md usr/share/doc/rulec/copyright; do
        [ -s "$1/$file" ] || failed "$2: $file is missing"
    done
    for folder in etc/falco/rules.d etc/falco/config.d; do
        [ -d "$1/$folder" ] || failed "$2: $folder is missing"
    done
    ls "$1"/usr/share/zsh/*/_rulec > /dev/null || failed "$2: no completions for zsh"
    "$1/usr/bin/ruled" --version > /dev/null || failed "$2: ruled does not start"
    "$1/usr/bin/rulels" --version > /dev/null || failed "$2: rulels does not start"
    "$1/usr/bin/rulec" check --deny warnings "$1/etc/falco/falco_rules.yaml" "$1/etc/falco/falco_rules.local.yaml" \
        > /dev/null || failed "$2: the rules have faults"
    bash -n "$1/usr/share/bash-completion/completions/ruled" || failed "$2: completions are no script"
    gzip -dc "$1/usr/share/man/man1/rulec-alerts.1.gz" | grep -q 'follow' || failed "$2: the manual is empty"
}

# A person's changes.
change() {
    echo '# mine' >> "$1/etc/falco/falco.yaml"
    echo '# mine' >> "$1/etc/falco/falco_rules.local.yaml"
    echo '# not to be kept' >> "$1/etc/falco/falco_rules.yaml"
    echo '- list: mine' > "$1/etc/falco/rules.d/mine.yaml"
}

# Whether an update kept what is the person's, and replaced what is not.
kept() {
    for file in falco.yaml falco_rules.local.yaml; do
        grep -q '^# mine' "$1/etc/falco/$file" || failed "$2: the update lost changes to $file"
    done
    [ -f "$1/etc/falco/rules.d/mine.yaml" ] || failed "$2: the update lost rules.d"
    ! grep -q 'not to be kept' "$1/etc/falco/falco_rules.yaml" || failed "$2: the update kept falco_rules.yaml"
}

deb=$work/deb
mkdir -p "$deb/var/lib/dpkg/info" "$deb/var/lib/dpkg/updates" "$deb/var/lib/dpkg/triggers"
touch "$deb/var/lib/dpkg/status" "$deb/var/lib/dpkg/available"
install_deb() {
    dpkg --root="$deb" --force-script-chrootless --force-depends --force-confold --log="$work/dpkg.log" -i "$1" \
        > "$work/dpkg.out" 2>&1 || { cat "$work/dpkg.out"; failed "dpkg"; }
}
install_deb "$work/old/rulec_1.0.0_$arch.deb"
complete "$deb" deb
change "$deb"
install_deb "$work/new/rulec_1.0.1_$arch.deb"
kept "$deb" deb
dpkg --root="$deb" --force-script-chrootless --log="$work/dpkg.log" --remove rulec > /dev/null 2>&1
[ ! -e "$deb/usr/bin/ruled" ] || failed "deb: removing leaves ruled"
grep -q '^# mine' "$deb/etc/falco/falco.yaml" || failed "deb: removing takes the configuration"
dpkg --root="$deb" --force-script-chrootless --log="$work/dpkg.log" --purge rulec > /dev/null 2>&1
[ ! -e "$deb/etc/falco/falco.yaml" ] || failed "deb: purging leaves the configuration"
echo "deb: ok"

rpm=$work/rpm
mkdir -p "$rpm"
rpm --root "$rpm" --initdb
on_rpm() {
    rpm --root "$rpm" --nodeps --noscripts --force-debian "$@" > "$work/rpm.out" 2>&1 ||
        { cat "$work/rpm.out"; failed "rpm $*"; }
}
on_rpm -i "$work/old/rulec-1.0.0-1.$machine.rpm"
complete "$rpm" rpm
change "$rpm"
on_rpm -U "$work/new/rulec-1.0.1-1.$machine.rpm"
kept "$rpm" rpm
on_rpm -e rulec
[ ! -e "$rpm/usr/bin/ruled" ] || failed "rpm: removing leaves ruled"
echo "rpm: ok"

mkdir "$work/tar"
tar -C "$work/tar" -xzf "$work/old/rulec-1.0.0-linux-$machine.tar.gz"
complete "$work/tar" tar
echo "tar: ok"

if command -v systemd-analyze > /dev/null; then
    sed "s|/usr/bin/ruled|$work/tar/usr/bin/ruled|" "$work/tar/usr/lib/systemd/system/ruled.service" > "$work/ruled.service"
    systemd-analyze verify "$work/ruled.service" 2> "$work/verify" || true
    ! grep -q 'ruled.service' "$work/verify" || { cat "$work/verify"; failed "systemd finds faults in the unit"; }
    echo "unit: ok"
fi

[ -z "$keep" ] || cp "$work/new/rulec_1.0.1_$arch.deb" "$keep"
