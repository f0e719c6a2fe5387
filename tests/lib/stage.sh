# The stage on which quickstart and the end-to-end tests play; sourced, not run. Needs bash, root, a built tree.
#
#   stage_open          engine (a private one unless the machine's own answers), registry, `remit up`; exports below
#   stage_close         stops all of it, in order; leaves nothing
#   as NAME COMMAND...  runs with the credentials of NAME (root, or a user made by `stage_user`)
#   task_container ARN NAME   the Docker id of a task's container
#
# Sets: stage (folder), build, docker_socket, registry (HOST:PORT), up_pid, AWS_ENDPOINT_URL, AWS_REGION, account.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${REMIT_BUILD:-$top/build}
account=123456789012
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_ENDPOINT_URL
stage= up_pid= own_engine=

free_port() {
    /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for() { # SECONDS COMMAND...: until the command succeeds
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.1
    done
}

up_ready() { grep -q '^# ready' "$stage/up.env" || ! kill -0 "$up_pid" 2>/dev/null; }

remit_up() { # more arguments for `remit up`
    "$build/cli/remit" up --state "$stage/s" --listen "${control_listen:-127.0.0.1:0}" --account $account \
        --registry "$registry" --engine "$docker_socket" "$@" >"$stage/up.env" 2>>"$stage/up.log" 9>&- &
    up_pid=$!
    wait_for 60 up_ready
    grep -q '^# ready' "$stage/up.env" || { tail -n 20 "$stage/up.log" >&2; return 1; }
    eval "$(grep '^export AWS_\(ENDPOINT_URL\|REGION\|DEFAULT_REGION\)=' "$stage/up.env")"
    control_listen=${AWS_ENDPOINT_URL#http://}
}

stage_open() {
    stage=$(mktemp -d /tmp/remit.XXXXXX)
    chmod 700 "$stage"
    docker_socket=/var/run/docker.sock
    if ! docker -H "unix://$docker_socket" version >/dev/null 2>&1; then
        docker_socket=$("$top/tests/lib/engine" start "$stage/engine") || return 1
        own_engine=1
    fi
    export DOCKER_HOST=unix://$docker_socket DOCKER_CONFIG=$stage/docker
    registry=127.0.0.1:$(free_port)
    remit_up "$@" || return 1
    "$top/tests/lib/registry" start "$stage/registry" "${registry#*:}" "$AWS_ENDPOINT_URL/registry/token" \
        "$stage/s/control/registry-bundle.pem" || return 1
    mkdir -p "$stage/keys"
    cp "$stage/s/control/root-access-key" "$stage/keys/root"
}

remit_down() {
    local n
    [ -n "$up_pid" ] || return 0
    kill -INT "$up_pid" 2>/dev/null
    wait "$up_pid"
    local code=$?
    up_pid=
    return $code
}

stage_close() {
    [ -n "$stage" ] || return 0
    remit_down
    local code=$?
    "$top/tests/lib/registry" stop "$stage/registry" 2>/dev/null
    if [ -n "$own_engine" ]; then
        "$top/tests/lib/engine" stop "$stage/engine"
    fi
    rm -rf "$stage"
    stage=
    return $code
}

as() {
    local name=$1
    shift
    (
        set -a
        # shellcheck disable=SC1090
        . "$stage/keys/$name"
        "$@"
    )
}

# Debian's own command line, whatever else is on PATH.
aws() { /usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" --output json "$@"; }

stage_user() { # NAME: makes an access key for an existing user; its credentials become `as NAME`
    as root aws iam create-access-key --user-name "$1" |
        jq -r '.AccessKey | "AWS_ACCESS_KEY_ID=\(.AccessKeyId)\nAWS_SECRET_ACCESS_KEY=\(.SecretAccessKey)"' >"$stage/keys/$1"
    [ -s "$stage/keys/$1" ]
}

task_status() { as root aws ecs describe-tasks --tasks "$1" | jq -r '.tasks[0].lastStatus'; }

task_is() { [ "$(task_status "$1")" = "$2" ]; }

task_container() {
    docker ps -aq --no-trunc --filter "label=com.amazonaws.ecs.task-arn=$1" --filter "label=com.amazonaws.ecs.container-name=$2"
}
