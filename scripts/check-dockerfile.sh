#!/bin/bash
# Checks the Dockerfile without an engine: rules that hadolint has too, then every instruction of both stages, one after the other, in root folders
# that debootstrap makes. What the first stage's base image brings (Debian and Swift) is made of Debian's packages and the toolchain of this machine.
# Usage: scripts/check-dockerfile.sh [--lint] [NAME=VALUE …]     As root, for chroot, unless --lint. NAME=VALUE are build arguments.
# The variables of scripts/bare-debian.sh hold. DOCKERFILE: another file.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/bare-debian.sh
file="${DOCKERFILE:-Dockerfile}"
fail() { printf 'check-dockerfile: %s\n' "$*" >&2; exit 1; }

lint_only=no
declare -A given=()
for argument in "$@"; do
    case "$argument" in
        --lint) lint_only=yes ;;
        *=*) given[${argument%%=*}]=${argument#*=} ;;
        *) fail "unknown argument $argument" ;;
    esac
done

# Instructions, one per line: comments away, continued lines joined.
instructions=$(sed -E '/^[[:space:]]*#/d' "$file" | sed -E ':a; /\\$/ { N; s/\\\n[[:space:]]*/ /; ba }' | sed '/^[[:space:]]*$/d')

lint() {
    local user="" stages=0 shell=no problems=0
    complain() { printf '%s: %s\n' "$file" "$*" >&2; problems=$((problems + 1)); }
    while IFS= read -r line; do
        local word="${line%% *}" rest="${line#* }"
        case "$word" in
            FROM)
                stages=$((stages + 1)); user=""; shell=no
                [[ "${rest%% *}" == *:* ]] || complain "DL3006: tag the version of ${rest%% *}"
                [[ "${rest%% *}" != *:latest ]] || complain "DL3007: not :latest" ;;
            SHELL) [[ "$rest" == *pipefail* ]] && shell=yes ;;
            WORKDIR) [[ "$rest" == /* ]] || complain "DL3000: WORKDIR must be absolute" ;;
            ADD) complain "DL3020: use COPY" ;;
            MAINTAINER) complain "DL4000: MAINTAINER is deprecated" ;;
            USER) user="$rest" ;;
            CMD|ENTRYPOINT) [[ "$rest" == \[* ]] || complain "DL3025: arguments as JSON" ;;
            RUN)
                [[ "$rest" != *sudo* ]] || complain "DL3004: no sudo"
                [[ "$rest" != "cd "* ]] || complain "DL3003: use WORKDIR"
                if [[ "$rest" == *"apt-get install"* ]]; then
                    [[ "$rest" == *"install -y"* ]] || complain "DL3014: apt-get install -y"
                    [[ "$rest" == *--no-install-recommends* ]] || complain "DL3015: --no-install-recommends"
                    [[ "$rest" == *"rm -rf /var/lib/apt/lists"* ]] || complain "DL3009: remove the lists of apt-get"
                    [[ "$rest" == *"apt-get update"* ]] || complain "DL3009: update and install in one RUN"
                fi
                [[ "$rest" != *"apt-get upgrade"* ]] || complain "DL3005: no apt-get upgrade"
                if [[ "${rest//||/}" == *"|"* ]] && [ $shell = no ]; then complain "DL4006: SHELL with pipefail before a pipe"; fi
                [[ "$rest" != *"apt install"* ]] || complain "DL3027: apt-get, not apt" ;;
            ENV|ARG|COPY|LABEL|EXPOSE|VOLUME|HEALTHCHECK|STOPSIGNAL|ONBUILD) ;;
            *) complain "unknown instruction $word" ;;
        esac
    done <<< "$instructions"
    [ "$stages" -ge 2 ] || complain "one stage only: build tools would end in the image"
    [ -n "$user" ] && [ "$user" != root ] || complain "DL3002: the last USER must not be root"
    [ $problems = 0 ] || fail "$problems problems"
    printf 'check-dockerfile: nothing to complain about\n'
}
lint
[ $lint_only = no ] || exit 0

[ "$(id -u)" = 0 ] || fail "needs root, for chroot"
command -v debootstrap >/dev/null || fail "needs debootstrap"
work=$(mktemp -d)
trap 'bare_debian_away "$work"' EXIT

# A root folder that stands for the image `$1`.
base() {
    local image="$1" root="$2"
    bare_debian "$root"
    case "$image" in
        swift:*) bare_debian_swift "$root" ;;
        debian:*) ;;
        *) fail "no stand-in for the image $image" ;;
    esac
}

declare -A roots=() arguments=() environment=()
root="" here="/" user="" stage=0
expand() { # Variables of the Dockerfile in a text.
    local text="$1" name
    for name in "${!arguments[@]}"; do text="${text//\$\{$name\}/${arguments[$name]}}"; done
    for name in "${!environment[@]}"; do text="${text//\$\{$name\}/${environment[$name]}}"; text="${text//\$$name/${environment[$name]}}"; done
    printf '%s' "$text"
}
inside() { # A command line in the current stage.
    local variables=("${bare_debian_trust[@]}" "HOME=$([ -n "$user" ] && echo "/home/$user" || echo /root)" "PATH=${environment[PATH]}") name
    for name in "${!arguments[@]}"; do variables+=("$name=${arguments[$name]}"); done
    for name in "${!environment[@]}"; do [ "$name" = PATH ] || variables+=("$name=${environment[$name]}"); done
    # shellcheck disable=SC2086
    env -i "${variables[@]}" chroot ${user:+--userspec="$user:$user"} "$root" /bin/bash -o pipefail -c "cd '$here' && $1"
}

while IFS= read -r line; do
    word="${line%% *}" rest="${line#* }"
    case "$word" in
        FROM)
            stage=$((stage + 1)); root="$work/stage$stage"; here="/"; user=""; arguments=()
            environment=([PATH]="/opt/swift/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            base "${rest%% *}" "$root"
            roots[$stage]="$root"
            [[ "$rest" != *" AS "* ]] || roots[${rest##* AS }]="$root" ;;
        ARG) name="${rest%%=*}"; arguments[$name]="${given[$name]:-${rest#*=}}" ;;
        ENV) for pair in $(expand "$rest"); do environment[${pair%%=*}]="${pair#*=}"; done ;;
        WORKDIR) here="$rest"; mkdir -p "$root$here" ;;
        USER) user="$rest" ;;
        COPY)
            read -r -a parts <<< "$rest"
            target="${parts[-1]}"; [[ "$target" == /* ]] || target="$here/$target"
            if [[ "${parts[0]}" == --from=* ]]; then
                source="${roots[${parts[0]#--from=}]}"
                mkdir -p "$root$target" && cp -a "$source${parts[1]}/." "$root$target/"
            else
                mkdir -p "$root$target"
                for name in "${parts[@]:0:${#parts[@]}-1}"; do
                    # What git knows stands for what .dockerignore leaves.
                    if [ "$name" = . ]; then git ls-files -z --cached --others --exclude-standard | grep -zv '^docs/' | tar cf - --null -T - | tar xf - -C "$root$target"
                    else cp -a "$name" "$root$target"; fi
                done
            fi ;;
        RUN)
            printf 'RUN %s\n' "$rest"
            begun=$SECONDS
            inside "$rest" || fail "failed: RUN $rest"
            printf '  (%s s)\n' $((SECONDS - begun)) ;;
        CMD) command_line=$(printf '%s' "$rest" | tr -d '[]"' | tr ',' ' ') ;;
        LABEL|SHELL) ;;
    esac
done <<< "$instructions"

# The image as its user meets it.
inside 'test "$(id -u)" = 1000 && test "$det_data" = /opt/data && test "$det_models" = /opt/models && touch /opt/data/x /opt/models/x && rm /opt/data/x /opt/models/x'
inside 'nndet --version && nndet env && nndet env --check --device cpu'
inside "command -v ${command_line%% *} >/dev/null"
printf 'check-dockerfile: the last stage holds %s MB\n' "$(du -smx "$root" | cut -f1)"
