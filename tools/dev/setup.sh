# shellcheck shell=sh
# Shared by ./befriend and ./check: installs what is missing and builds what is out of date.
# Everything here prints to standard error and reads nothing from standard input, except for the
# one question before an installation. $root is the project folder.

say() { printf '%s\n' "$*" >&2; }

# Prints those of its arguments that are not installed. Nothing where dpkg is not in use.
missing_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii *//p')
    for package in "$@"; do
        printf '%s\n' "$installed" | grep -qx -- "$package" || printf '%s ' "$package"
    done
}

# install_packages NAME...: installs what is missing; asks once when a person is there to answer.
install_packages() {
    missing=$(missing_packages "$@")
    missing=${missing% }
    [ -n "$missing" ] || return 0
    line="apt-get install -y --no-install-recommends $missing"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null 2>&1 && { [ -t 0 ] && [ -t 2 ] || sudo -n true 2>/dev/null; }; then
            as_root=sudo
        else
            say "befriend needs some packages first. Please run this as root, then start again:"
            say "    $line"
            exit 2
        fi
    fi
    say "befriend is built from source and needs these packages from your system's archive:"
    say "    $missing"
    if [ -t 0 ] && [ -t 2 ]; then
        printf 'Install them now with apt-get? [Y/n] ' >&2
        read -r answer || answer=n
        case $answer in
        '' | [Yy]*) ;;
        *)
            say "Nothing was installed. When you are ready: $as_root $line"
            exit 2
            ;;
        esac
    fi
    apt="$as_root env DEBIAN_FRONTEND=noninteractive"
    # shellcheck disable=SC2086
    if ! $apt $line </dev/null >&2; then
        say "Fetching the list of packages first."
        if ! { $apt apt-get update </dev/null >&2 && $apt $line </dev/null >&2; }; then
            say "The installation did not work. The line that was tried:"
            say "    ${as_root:+$as_root }$line"
            exit 2
        fi
    fi
}

package_list() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$root/packages.txt"; }

# configure PRESET [CMAKE OPTIONS]: a build folder made in another place is made anew.
configure() {
    preset=$1
    shift
    cache="$root/build/$preset/CMakeCache.txt"
    fresh=
    if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        fresh=--fresh
    fi
    # shellcheck disable=SC2086
    (cd "$root" && cmake $fresh --preset "$preset" "$@") </dev/null >&2
}

# build PRESET [TARGET...]
build() {
    preset=$1
    shift
    if [ $# -gt 0 ]; then
        (cd "$root" && cmake --build --preset "$preset" --target "$@") </dev/null >&2
    else
        (cd "$root" && cmake --build --preset "$preset") </dev/null >&2
    fi
}

# True when the binary is there and no source is newer than the last good build. Folders count as
# well: a new or removed file changes its folder's time.
up_to_date() {
    stamp="$root/build/release/.built"
    [ -x "$root/build/release/befriend" ] && [ -f "$stamp" ] || return 1
    newer=$(cd "$root" && find CMakeLists.txt CMakePresets.json packages.txt cmake engine intents \
        adapters dialogs tools -newer "$stamp" ! -path 'tools/dev*' -print 2>/dev/null | head -n 1)
    [ -z "$newer" ]
}
