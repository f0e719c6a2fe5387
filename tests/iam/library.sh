#!/usr/bin/env bash
# libremit-iam as others get it: installed, its symbols, what it asks for, its headers, its pkg-config file, the example
# in both forms. Run by meson: library.sh BUILD-DIR.   --update BUILD-DIR writes the list of symbols anew.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
update=no
[ "${1:-}" = --update ] && { update=yes; shift; }
build=$(cd "$1" && pwd)
so=$build/iam/libremit-iam.so.0
work=$(mktemp -d /tmp/remit.XXXXXX)
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
    echo "FAIL: $*"
    failed=1
}

# names without versions, fortified forms as plain ones, and without what every object asks for
undefined() { sed 's/@.*//; s/^__isoc99_//; s/^__\(.*\)_chk$/\1/; s/^__register_atfork$/register_atfork/' |
    grep -vE '^(_ITM_.*|__gmon_start__|__cxa_finalize|__stack_chk_fail|__stack_chk|_GLOBAL_OFFSET_TABLE_)$' | sort -u; }
allowed() { # LIST: as a regular expression
    grep -vE '^(#|$)' "$1" | sed 's/\*/.*/' | paste -sd '|' | sed 's/^/^(/; s/$/)$/'
}

exported() { nm -D --defined-only "$so" | awk '{ print $3 }' | sort; }
if [ $update = yes ]; then
    exported >"$here/libremit-iam.symbols"
    exit
fi
diff "$here/libremit-iam.symbols" <(exported) >"$work/symbols" || {
    cat "$work/symbols"
    fail "exported symbols changed: if that is meant, library.sh --update, and think of the soname"
}

nm -D --undefined-only "$so" | awk '{ print $NF }' | undefined | grep -vE "$(allowed "$here/libremit-iam.undefined")" >"$work/more" &&
    fail "libremit-iam asks for what is not in libremit-iam.undefined:" "$(tr '\n' ' ' <"$work/more")"

# The engine's objects: what they define among themselves is not asked of anybody.
(cd "$work" && ar x "$build/iam/libremit-iam.a" && rm -f crypto*.o sigv4*.o token*.o base_*.o)
ls "$work"/policy_decide.c.o >/dev/null || fail "no objects of the engine in the archive"
nm -u "$work"/*.o | awk 'NF == 2 { print $2 }' | undefined >"$work/asked"
nm --defined-only "$work"/*.o | awk 'NF == 3 { print $3 }' | sort -u >"$work/own"
comm -23 "$work/asked" "$work/own" | grep -vE "$(allowed "$here/policy.undefined")" >"$work/more" &&
    fail "the policy engine asks for what is not in policy.undefined:" "$(tr '\n' ' ' <"$work/more")"

meson install -C "$build" --no-rebuild --quiet --destdir "$work/root" --tags libremit-iam,devel,man >"$work/log" 2>&1 || {
    cat "$work/log"
    fail "install"
}
pc=$(find "$work/root" -name libremit-iam.pc)
[ -n "$pc" ] || fail "no pkg-config file"
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$work/root
read -ra cflags <<<"$(pkg-config --cflags libremit-iam) $(PKG_CONFIG_SYSROOT_DIR='' pkg-config --cflags jansson libjwt)"
read -ra libs <<<"$(pkg-config --libs libremit-iam)"
include=$(find "$work/root" -type d -path '*/include/remit')
for header in "$include"/*.h; do
    echo "#include <remit/${header##*/}>" >"$work/alone.c"
    cp "$work/alone.c" "$work/alone.cc"
    cc -std=c11 -Wall -Wextra -Werror -I"${include%/*}" -fsyntax-only "$work/alone.c" || fail "${header##*/} as C"
    c++ -std=c++17 -Wall -Wextra -Werror -I"${include%/*}" -fsyntax-only "$work/alone.cc" || fail "${header##*/} as C++"
done

cat >"$work/policy.json" <<'END'
{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*",
 "Condition": {"StringEquals": {"aws:username": "alice"}}}}
END
may() { # NAME: allowed with the key, denied without
    local user=arn:aws:iam::111122223333:user/alice
    "$work/$1" "$work/policy.json" "$user" s3:GetObject arn:aws:s3::111122223333:b/x >"$work/said"
    [ $? = 1 ] && grep -q '^ImplicitlyDenied' "$work/said" || fail "$1: no denial"
    "$work/$1" "$work/policy.json" "$user" s3:GetObject '*' aws:username=alice >"$work/said"
    [ $? = 1 ] || fail "$1: a pattern matched an action without a resource"
    sed -i 's/arn:aws:s3:::b/arn:aws:s3:*:*:b/' "$work/policy.json"
    "$work/$1" "$work/policy.json" "$user" s3:GetObject arn:aws:s3::111122223333:b/x aws:username=alice >"$work/said"
    [ $? = 0 ] && grep -q '^Allowed by identity-based policy' "$work/said" || fail "$1: no permission"
}
cc -Wall -Wextra -Werror "$top/docs/examples/may.c" "${cflags[@]}" "${libs[@]}" -o "$work/may-shared" || fail "the example, shared"
cc -Wall -Wextra -Werror "$top/docs/examples/may.c" "${cflags[@]}" "$(find "$work/root" -name libremit-iam.a)" \
    -lcrypto -ljansson -ljwt -o "$work/may-static" || fail "the example, static"
export LD_LIBRARY_PATH=${pc%/pkgconfig/*}
may may-shared
may may-static
[ "$(wc -l <"$top/docs/examples/may.c")" -le 60 ] || fail "the example is longer than 60 lines"
[ -n "$(find "$work/root" -name 'libremit-iam.3*')" ] || fail "no manual page"
exit $failed
