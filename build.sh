#!/usr/bin/env bash
# Compiles the build when its sources changed, then becomes it: arguments, signals and exit code are the program's own.
# build.ps1 does the same; whoever changes one changes both.
set -eo pipefail

unset CDPATH
self="${BASH_SOURCE[0]}"
while [ -L "$self" ]; do
    link="$(readlink "$self")"
    case "$link" in /*) self="$link" ;; *) self="$(dirname "$self")/$link" ;; esac
done
case "$self" in */*) folder="${self%/*}/" ;; *) folder=./ ;; esac
# Without a subshell: on a warm start each costs as much as the search for newer sources.
here="$PWD"
cd -P -- "$folder"
root="$PWD"
cd -- "$here"

# The official packages are another program: they share nothing with the default one.
flavour=pipeline
[ -z "${OfficialPackages:-}${OfficialNuke:-}${OfficialCloudFront:-}" ] || flavour="pipeline-official-${OfficialPackages:-}-${OfficialNuke:-}-${OfficialCloudFront:-}"
builds="$root/.nuke/temp/$flavour"

sources=("$root/build" "$root/src/Pipeline" "$root/src/StandIns" "$root/global.json" "$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/.editorconfig")
[ ! -d "$root/src/Pipeline.Sandbox" ] || sources+=("$root/src/Pipeline.Sandbox")

fail() {
    echo "Error: $1" >&2
    exit 2
}

find_dotnet() {
    local candidate
    if hash dotnet 2>/dev/null; then
        dotnet=dotnet
        return
    fi
    for candidate in "${DOTNET_ROOT:+$DOTNET_ROOT/dotnet}" "${HOME:+$HOME/.dotnet/dotnet}"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            dotnet="$candidate"
            return
        fi
    done
    fail "'dotnet' was not found on PATH, in DOTNET_ROOT or in ~/.dotnet. Install the .NET SDK $(wanted_sdk) or newer: https://dotnet.microsoft.com/download"
}

# What global.json asks for.
wanted_sdk() {
    local pattern='"version": *"([^"]*)"'
    ! [[ "$(<"$root/global.json")" =~ $pattern ]] || printf '%s' "${BASH_REMATCH[1]}"
}

read_current() {
    current=""
    [ ! -f "$builds/current" ] || read -r current <"$builds/current" || true
    good="$builds/$current/_build.dll"
}

# Stops at the first newer one. Folders count too: a deletion changes nothing else.
is_fresh() {
    [ -n "$current" ] && [ -f "$good" ] || return 1
    local newer
    newer="$(find "${sources[@]}" \( -name bin -o -name obj -o -name node_modules \) -prune -o -newer "$builds/$current/stamp" -print -quit)" || return 1
    [ -z "$newer" ]
}

# Runs at once compile one after the other: they share the folders of intermediate files.
lock() {
    local owner waited=0
    until (set -o noclobber && echo $$ >"$builds/lock") 2>/dev/null; do
        owner="$(cat "$builds/lock" 2>/dev/null || true)"
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null && [ ! -d "/proc/$owner" ]; then
            # Of all who see it, one takes it away: a second one would take that one's own.
            if mkdir "$builds/lock.$owner" 2>/dev/null; then
                rm -f "$builds/lock"
                continue
            fi
        fi
        [ "$waited" -ne 2 ] || echo "Waiting for another run that compiles the build (process ${owner:-unknown}) ..." >&2
        [ "$waited" -lt 900 ] || fail "process ${owner:-unknown} has compiled the build for 15 minutes. If it does not, delete '$builds/lock'."
        sleep 1
        waited=$((waited + 1))
    done
    has_lock=true
}

# Whatever ends this script before it becomes the program leaves neither a lock nor half a build.
leave() {
    if [ -n "$has_lock" ]; then
        rmdir "$builds"/lock.* 2>/dev/null || true
        rm -f "$builds/lock"
    fi
    [ -z "$next" ] || rm -rf "${builds:?}/$next"
    has_lock="" next=""
}

stop() {
    trap '' INT TERM HUP
    [ -z "$compiler" ] || { kill -TERM -- "-$compiler" && wait "$compiler"; } 2>/dev/null || true
    [ -z "$log" ] || rm -f "$log"
    exit "$1"
}

compile() {
    has_lock="" next="" log="" compiler=""
    mkdir -p "$builds" || fail "'$builds' cannot be made, and the build must be compiled into it."
    trap leave EXIT
    trap 'stop 130' INT
    trap 'stop 143' TERM
    trap 'stop 129' HUP
    lock
    # While this run waited, another may have done its work.
    read_current
    is_fresh || build "$@"
    leave
    trap - EXIT INT TERM HUP
}

build() {
    next="$(date -u +%Y%m%dT%H%M%SZ)-$$"
    log="$builds/$next.log"
    mkdir "$builds/$next"
    # A folder that the compiler makes is no edit of the folder that holds it.
    find "${sources[@]}" -name '*.csproj' -print | while IFS= read -r project; do mkdir -p "${project%/*}/bin" "${project%/*}/obj"; done
    # What is edited from here on is newer than this build.
    touch "$builds/$next/stamp"
    echo "Compiling the build ..." >&2
    # Analysis, the longest part, is for Compile and Test: nobody waits for it in an incident.
    # A process group of its own, so that a signal to this script ends the compiler and whatever it started.
    set -m
    "$dotnet" build "$root/build/_build.csproj" --configuration Release --output "$builds/$next" -nologo -v:q -nodeReuse:false -p:UseSharedCompilation=false -p:RunAnalyzers=false </dev/null >"$log" 2>&1 &
    compiler=$!
    set +m
    # A compiler that was told to end may end well and have made nothing.
    if wait "$compiler" && [ -f "$builds/$next/_build.dll" ]; then
        compiler=""
        printf '%s\n' "$next" >"$builds/current.$$"
        mv -f "$builds/current.$$" "$builds/current"
        prune
        good="$builds/$next/_build.dll" next=""
        rm -f "$log"
    else
        compiler=""
        fall_back "$@"
    fi
}

# The new one stays, the one before it, and whatever a run that began today may still use.
prune() {
    find "$builds" -mindepth 1 -maxdepth 1 \( -type d ! -name "$next" ! -name "${current:-none}" -o -name '*.log' -o -name 'current.*' \) -mtime +0 -exec rm -rf {} +
}

# In an incident nobody waits for a build to be repaired.
fall_back() {
    local argument
    for argument in "$@"; do
        case "$(printf '%s' "$argument" | tr '[:upper:]' '[:lower:]')" in
        rollback | status | history | diagnose | incidentreport | unlock)
            if [ -n "$current" ] && [ -f "$good" ]; then
                echo "Warning: the build cannot be compiled (see '$log'); running the last good one, $current." >&2
                return
            fi
            ;;
        esac
    done
    if grep -qE 'compatible .NET SDK|No .NET SDKs' "$log"; then
        fail "'$(command -v "$dotnet")' has no .NET SDK $(wanted_sdk) or newer, which global.json asks for. Install it: https://dotnet.microsoft.com/download"
    fi
    # The compiler says everything twice, and the project behind each line.
    grep -E 'error [A-Z]+[0-9]+:' "$log" | sed -e "s|^ *$root/||" -e 's| \[[^]]*\]$||' | awk '!seen[$0]++ && ++count <= 20' >&2 || cat "$log" >&2
    fail "the build does not compile. Everything the compiler said is in '$log'."
}

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
find_dotnet
read_current
is_fresh || compile "$@"

export NUKE_ROOT="$root"
[ -z "${PIPELINE_PROFILE:-}" ] || export NUKE_PROFILE="$PIPELINE_PROFILE"
exec "$dotnet" "$good" "$@"
