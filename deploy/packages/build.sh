#!/bin/sh
# Builds packages: deploy/packages/build.sh deb|rpm|tar|all [--binaries DIR] [--output DIR] [--version VERSION]
#
# Without --binaries, release binaries are built that run with glibc 2.28 or later (Debian 10, RHEL 8), by means of
# cargo-zigbuild: pip install ziglang cargo-zigbuild. Needs dpkg-deb for deb and rpmbuild for rpm. The same input gives the
# same bytes: times in packages are SOURCE_DATE_EPOCH, or that of the last commit.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$root"

usage() {
    echo "usage: $0 deb|rpm|tar|all [--binaries DIR] [--output DIR] [--version VERSION] [--without-vscode]" >&2
    exit 2
}

[ $# -ge 1 ] || usage
form=$1
shift
case $form in deb | rpm | tar | all) ;; *) usage ;; esac
binaries=
output=$root/target/packages
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
vscode=yes
while [ $# -gt 0 ]; do
    case $1 in
    --binaries) binaries=$2 && shift 2 ;;
    --output) output=$2 && shift 2 ;;
    --version) version=$2 && shift 2 ;;
    --without-vscode) vscode=no && shift ;;
    *) usage ;;
    esac
done

# How hard to compress, 1 to 9.
level=${LEVEL:-9}
machine=$(uname -m)
if [ -z "$binaries" ]; then
    command -v cargo-zigbuild > /dev/null || {
        echo "cargo-zigbuild is missing: pip install ziglang cargo-zigbuild, or use --binaries" >&2
        exit 1
    }
    target=$machine-unknown-linux-gnu
    cargo zigbuild --locked --release --target "$target.2.28" -p rulec -p rulels -p ruled
    binaries=${CARGO_TARGET_DIR:-target}/$target/release
    "$here/check-symbols.sh" "$binaries/rulec" "$binaries/rulels" "$binaries/ruled"
fi
if [ $vscode = yes ] && [ ! -f editors/vscode/falco-rules.vsix ]; then
    (cd editors/vscode && npm ci --silent && npm run --silent package)
fi

: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2> /dev/null || echo 0)}"
export SOURCE_DATE_EPOCH
mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

put() { # put MODE FILE PLACE
    install -D -m "$1" "$2" "$tree$3"
}

for name in rulec rulels ruled; do
    put 755 "$binaries/$name" "/usr/bin/$name"
done
put 640 deploy/packages/falco.yaml /etc/falco/falco.yaml
put 644 deploy/rules/falco_rules.yaml /etc/falco/falco_rules.yaml
put 644 deploy/rules/falco_rules.local.yaml /etc/falco/falco_rules.local.yaml
mkdir -p "$tree/etc/falco/rules.d" "$tree/etc/falco/config.d"
put 644 deploy/systemd/ruled.service /usr/lib/systemd/system/ruled.service

pages=$work/pages
mkdir "$pages"
"$binaries/rulec" man "$pages"
"$binaries/ruled" man "$pages"
cp "$here/rulels.1" "$pages"
for page in "$pages"/*.1; do
    gzip -9 -n "$page"
    put 644 "$page.gz" "/usr/share/man/man1/$(basename "$page").gz"
done
for name in rulec ruled; do
    for shell in bash zsh fish; do
        "$binaries/$name" completions $shell > "$work/completion"
        case $shell in
        bash) put 644 "$work/completion" "/usr/share/bash-completion/completions/$name" ;;
        zsh) put 644 "$work/completion" "/usr/share/zsh/vendor-completions/_$name"
            put 644 "$work/completion" "/usr/share/zsh/site-functions/_$name" ;;
        fish) put 644 "$work/completion" "/usr/share/fish/vendor_completions.d/$name.fish" ;;
        esac
    done
done

put 644 editors/neovim/ftdetect/falco-rules.lua /usr/share/nvim/site/ftdetect/falco-rules.lua
put 644 editors/neovim/lua/rulec.lua /usr/share/nvim/site/lua/rulec.lua
if [ $vscode = yes ]; then
    put 644 editors/vscode/falco-rules.vsix /usr/share/rulec/falco-rules.vsix
fi
for folder in grafana prometheus; do
    [ -d "deploy/$folder" ] || continue
    (cd deploy && find "$folder" -type f ! -path '*/test*' ! -name '*.py' ! -name '*.sh') | while read -r file; do
        put 644 "deploy/$file" "/usr/share/rulec/$file"
    done
done
for file in docs/*.md; do
    put 644 "$file" "/usr/share/doc/rulec/$(basename "$file")"
done
put 644 LICENSE /usr/share/doc/rulec/copyright
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# Files that belong to the person: an update leaves them alone.
kept='/etc/falco/falco.yaml
/etc/falco/falco_rules.local.yaml'
about="Compiler, language server and daemon for Falco rules"

tar_form() {
    tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C "$tree" -cf - . |
        gzip -"$level" -n > "$output/rulec-$version-linux-$machine.tar.gz"
    echo "$output/rulec-$version-linux-$machine.tar.gz"
}

deb_form() {
    case $machine in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$machine ;; esac
    deb=$work/deb
    cp -a "$tree" "$deb"
    # Debian has its own folder for zsh.
    rm -r "$deb/usr/share/zsh/site-functions"
    mkdir "$deb/DEBIAN"
    cat > "$deb/DEBIAN/control" <<EOF
Package: rulec
Version: $version
Architecture: $arch
Maintainer: The rulec authors <rulec@localhost>
Installed-Size: $(find "$tree" -type f -printf '%s\n' | awk '{ size += int(($1 + 1023) / 1024) } END { print size }')
Depends: libc6 (>= 2.28)
Conflicts: falco
Section: admin
Priority: optional
Homepage: https://github.com/rulec/rulec
Description: $about
 Checks and compiles Falco rules, helps to write them, and watches a host with them.
EOF
    echo "$kept" > "$deb/DEBIAN/conffiles"
    for script in postinst prerm postrm; do
        install -m 755 "$here/$script" "$deb/DEBIAN/$script"
    done
    find "$deb" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz -z"$level" -b "$deb" "$output/rulec_${version}_$arch.deb" > /dev/null
    echo "$output/rulec_${version}_$arch.deb"
}

rpm_form() {
    top=$work/rpm
    mkdir -p "$top"
    source=$work/rpmtree
    cp -a "$tree" "$source"
    rm -r "$source/usr/share/zsh/vendor-completions"
    {
        cat <<EOF
Name: rulec
Version: $version
Release: 1
Summary: $about
License: Apache-2.0
URL: https://github.com/rulec/rulec
Requires: glibc >= 2.28
Conflicts: falco
AutoReqProv: no
%global __os_install_post %{nil}
%global _build_id_links none
%define _binary_payload w$level.gzdio
%description
Checks and compiles Falco rules, helps to write them, and watches a host with them.
%install
mkdir -p %{buildroot}
cp -a $source/. %{buildroot}/
%post
if [ -d /run/systemd/system ]; then systemctl daemon-reload || :; fi
%preun
if [ \$1 -eq 0 ] && [ -d /run/systemd/system ]; then systemctl --no-reload disable --now ruled.service || :; fi
%postun
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || :
    if [ \$1 -ge 1 ]; then systemctl try-restart ruled.service || :; fi
fi
%files
%defattr(-,root,root)
%dir /etc/falco
%dir /etc/falco/rules.d
%dir /etc/falco/config.d
EOF
        (cd "$source" && find . -type f | sed 's|^\.||' | sort) | while read -r file; do
            case "$kept" in
            *"$file"*) echo "%config(noreplace) $file" ;;
            *) echo "$file" ;;
            esac
        done
    } > "$work/rulec.spec"
    rpmbuild --quiet -bb --define "_topdir $top" --define "_rpmdir $top/out" --define "source_date_epoch_from_changelog 0" \
        --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
        --define "_buildhost rulec" "$work/rulec.spec"
    find "$top/out" -name '*.rpm' -exec cp {} "$output/" \;
    echo "$output/rulec-$version-1.$machine.rpm"
}

case $form in
all) tar_form && deb_form && rpm_form ;;
*) "${form}_form" ;;
esac
