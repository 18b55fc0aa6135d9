# shellcheck shell=bash
# Packages of a newer Debian in a folder, next to what is installed: unpacked, and programs that run with the libraries of
# that folder. Nothing is installed, and no root is needed. For scripts that source it and set `target` and `suite`.

failed() { tail -n 20 "$log" >&2 || true; echo "$(basename "$0" .sh): $1" >&2; exit 1; }

# Is there a folder of this suite already?
made_before() { [ "$(cat "$target/suite" 2>/dev/null)" = "$suite" ]; }

apt_get() {
    apt-get -q -y -o Dir::Etc::SourceList="$made/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null -o APT::Default-Release= \
        -o Dir::State="$made/apt" -o Dir::State::Lists="$made/apt/lists" -o Dir::State::Status="$made/apt/status" \
        -o Dir::Cache="$made/apt" -o Dir::Cache::Archives="$made/apt/archives" -o Dir::Log="$made/apt" \
        -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o APT::Sandbox::User= -o APT::Update::Error-Mode=any -o Debug::NoLocking=true "$@" >>"$log" 2>&1
}

# unpack PACKAGE…: these and what they need, into the folder `made`, which finish() puts in the place of `target`.
# The machine's own mirror and apt settings (proxies, authentication); only the suite is another, and nothing counts as
# installed. A mirror may be behind: that is no matter for a test.
unpack() {
    local mirror package
    mkdir -p "$(dirname "$target")"
    made=$(mktemp -d "$target.XXXXXX")
    trap 'rm -rf "$made"' EXIT
    chmod 755 "$made"
    log=$made/log
    : >"$log"
    . /etc/os-release
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $VERSION_CODENAME" "Origin: Debian" | sed -n 1p)
    [ -n "$mirror" ] || failed "apt knows no mirror of Debian $VERSION_CODENAME; is an apt-get update missing?"
    mkdir -p "$made"/apt/{lists,archives}/partial
    : >"$made/apt/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
        >"$made/apt/sources.list"
    apt_get update || failed "no list of packages of Debian $suite from the machine's mirror"
    apt_get install --no-install-recommends --download-only "$@" ||
        failed "$* of Debian $suite cannot be fetched from the machine's mirror"
    for package in "$made"/apt/archives/*.deb; do
        dpkg-deb -x "$package" "$made" 2>>"$log" || failed "$package cannot be unpacked"
    done
    rm -rf "$made/apt"
    loader=$(cd "$made" && printf '%s\n' usr/lib/*/ld-linux*.so.* | sed -n 1p)
    [ -x "$made/$loader" ] || failed "Debian $suite has its loader elsewhere"
}

# wrap PROGRAM…: each (a path in `made`) is replaced by a script that starts it with its own loader and libraries, and with
# its own name: programs look for others, and for what they share, where they themselves are. Paths are those of `target`.
wrap() {
    local program folder name
    for program; do
        folder=${program%/*} name=${program##*/}
        mkdir -p "$made/$folder.real"
        mv "$made/$program" "$made/$folder.real/$name"
        cat >"$made/$program" <<END
#!/bin/sh
LOCPATH=$target/usr/lib/locale exec "$target/$loader" --library-path "$target/${loader%/*}" \\
    --argv0 "$target/$program" "$target/$folder.real/$name" "\$@"
END
        chmod 755 "$made/$program"
    done
}

finish() {
    echo "$suite" >"$made/suite"
    rm -rf "$target"
    mv -T "$made" "$target"
    trap - EXIT
}
