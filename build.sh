#!/usr/bin/env bash
# Compiles the build when its sources changed, then becomes it: arguments, signals and exit code are the program's own.
set -eo pipefail

unset CDPATH
self="${BASH_SOURCE[0]}"
while [ -L "$self" ]; do
    link="$(readlink "$self")"
    case "$link" in /*) self="$link" ;; *) self="$(dirname "$self")/$link" ;; esac
done
root="$(cd "$(dirname "$self")" && pwd -P)"

fail() {
    echo "Error: $1" >&2
    exit 2
}

find_dotnet() {
    local candidate
    for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-}/dotnet" "$HOME/.dotnet/dotnet"; do
        if [ -x "$candidate" ]; then
            dotnet="$candidate"
            return
        fi
    done
    fail "'dotnet' was not found, neither on PATH nor in DOTNET_ROOT nor in ~/.dotnet. Install the .NET SDK that global.json names ($(wanted_sdk)): https://dotnet.microsoft.com/download"
}

wanted_sdk() {
    sed -n 's/.*"version": *"\([0-9.]*\)".*/\1/p' "$root/global.json"
}

# The official packages are another program: they share nothing with the default one.
flavour=pipeline
[ "${OfficialPackages:-}${OfficialNuke:-}${OfficialCloudFront:-}" = "" ] || flavour="pipeline-official-${OfficialPackages:-}-${OfficialNuke:-}-${OfficialCloudFront:-}"
builds="$root/.nuke/temp/$flavour"
current="$(cat "$builds/current" 2>/dev/null || true)"
good="$builds/$current/_build.dll"

# Stops at the first newer one. Folders count too: a deletion changes nothing else.
is_fresh() {
    [ -n "$current" ] && [ -f "$good" ] || return 1
    local sources=("$root/build" "$root/src/Pipeline" "$root/src/StandIns" "$root/global.json" "$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/.editorconfig")
    [ ! -d "$root/src/Pipeline.Sandbox" ] || sources+=("$root/src/Pipeline.Sandbox")
    local newer
    newer="$(find "${sources[@]}" \( -name bin -o -name obj -o -name node_modules \) -prune -o -newer "$builds/$current/stamp" -print -quit 2>/dev/null)"
    [ -z "$newer" ]
}

# Two runs at once compile one after the other: they share the folders of intermediate files.
lock() {
    local lock="$builds/lock" waited=0
    until mkdir "$lock" 2>/dev/null; do
        local owner
        owner="$(cat "$lock/owner" 2>/dev/null || true)"
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
            rm -rf "$lock"
            continue
        fi
        [ "$waited" -lt 300 ] || fail "another run has compiled the build for five minutes ('$lock', process ${owner:-unknown}). If none does, delete that folder."
        sleep 1
        waited=$((waited + 1))
    done
    echo $$ >"$lock/owner"
    trap 'rm -rf "$builds/lock"' EXIT
}

compile() {
    mkdir -p "$builds"
    lock
    current="$(cat "$builds/current" 2>/dev/null || true)"
    good="$builds/$current/_build.dll"
    if is_fresh; then
        unlock
        return
    fi
    local next log
    next="$(date -u +%Y%m%dT%H%M%SZ)-$$"
    log="$builds/$next.log"
    mkdir -p "$builds/$next"
    # What is edited from here on is newer than this build.
    touch "$builds/$next/stamp"
    echo "Compiling the build ..." >&2
    if "$dotnet" build "$root/build/_build.csproj" --configuration Release --output "$builds/$next" -nologo -v:q -nodeReuse:false -p:UseSharedCompilation=false >"$log" 2>&1; then
        printf '%s\n' "$next" >"$builds/current.$$"
        mv -f "$builds/current.$$" "$builds/current"
        prune "$next"
        good="$builds/$next/_build.dll"
        rm -f "$log"
        unlock
    else
        rm -rf "${builds:?}/$next"
        unlock
        fall_back "$log" "$@"
    fi
}

unlock() {
    rm -rf "$builds/lock"
    trap - EXIT
}

# The new one, the one before it, and what another run may still be running.
prune() {
    local folder
    find "$builds" -mindepth 1 -maxdepth 1 -type d ! -name "$1" ! -name "${current:-none}" ! -name lock -mmin +60 -print0 |
        while IFS= read -r -d '' folder; do rm -rf "$folder"; done
}

# In an incident nobody waits for a build to be repaired.
fall_back() {
    local log="$1" argument
    shift
    for argument in "$@"; do
        case "$(printf '%s' "$argument" | tr '[:upper:]' '[:lower:]')" in
        rollback | status | history | diagnose | unlock)
            if [ -n "$current" ] && [ -f "$good" ]; then
                echo "Warning: the sources do not compile (see '$log'); running the last good build, $current." >&2
                return
            fi
            ;;
        esac
    done
    grep -E 'error|warn' "$log" | sort -u | head -20 >&2 || cat "$log" >&2
    if grep -qE 'global.json|compatible .NET SDK' "$log"; then
        fail "the installed .NET SDK is older than global.json asks ($(wanted_sdk)). Install it: https://dotnet.microsoft.com/download"
    fi
    fail "the build does not compile; everything it said is in '$log'."
}

find_dotnet
is_fresh || compile "$@"

export NUKE_ROOT="$root"
[ -z "${PIPELINE_PROFILE:-}" ] || export NUKE_PROFILE="$PIPELINE_PROFILE"
export DOTNET_TieredPGO=0 DOTNET_gcConcurrent=0 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
exec "$dotnet" "$good" "$@"
