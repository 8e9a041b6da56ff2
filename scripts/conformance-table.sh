#!/bin/sh
# Prints the closing table of the conformance tests from their report, and the files of the conformance folder that no test reads.
#
#   scripts/conformance-table.sh REPORT
#
# REPORT is the file that NNDET_CONFORMANCE_REPORT named while the tests ran: lines of fields separated by tabs,
#   check <family> <file> <largest deviation> <tolerance> <pass|FAIL>
#   read  <seed folder>/<file>, or a file beside the seed folders
# A file that is noted several times stands once, with its worst result. Exits with 1 where a check failed or nothing was checked.
set -eu

report=${1:?"usage: $0 REPORT"}
root=${NNDET_CONFORMANCE:-}
# As the tests do: the folder beside the checkout, or beside a folder that holds it.
folder=$(cd "$(dirname "$0")/.." && pwd)
while [ -z "$root" ] && [ "$folder" != / ]; do
    folder=$(dirname "$folder")
    [ ! -d "$folder/shared/conformance" ] || root=$folder/shared/conformance
done

if [ ! -s "$report" ]; then
    echo "$report: no results; is the conformance data in $root?" >&2
    exit 1
fi

awk -F '\t' '
    $1 == "check" {
        key = $2 "\t" $3
        share = $5 > 0 ? $4 / $5 : $4
        # Infinite or no number at all counts as worse than any other.
        if ($4 !~ /^-?[0-9.]+([eE][-+]?[0-9]+)?$/) share = 1e300
        if (!(key in worst) || share > worst[key] || ($6 != "pass" && state[key] == "pass")) {
            worst[key] = share
            deviation[key] = $4
            tolerance[key] = $5
        }
        if (!(key in state) || $6 != "pass") state[key] = $6
        if (length($3) > width) width = length($3)
        if (length($2) > family) family = length($2)
    }
    END {
        if (family < 6) family = 6
        if (width < 4) width = 4
        format = "%-" family "s  %-" width "s  %11s  %9s  %s\n"
        # The head sorts before every row.
        printf "0\t" format, "family", "file", "deviation", "tolerance", "result"
        for (key in state) {
            split(key, part, "\t")
            number = deviation[key] ~ /^-?[0-9.]+([eE][-+]?[0-9]+)?$/ ? sprintf("%.3g", deviation[key]) : deviation[key]
            printf "1\t" format, part[1], part[2], number, sprintf("%g", tolerance[key]), state[key]
        }
    }
' "$report" | LC_ALL=C sort | cut -f 2-

checks=$(awk -F '\t' '$1 == "check" && !(($2, $3) in seen) { seen[$2, $3]; count++ } END { print count + 0 }' "$report")
failed=$(awk -F '\t' '$1 == "check" && $6 != "pass" && !(($2, $3) in seen) { seen[$2, $3]; count++ } END { print count + 0 }' "$report")
echo
echo "$checks checks, $failed failed"

if [ -n "$root" ] && [ -d "$root" ]; then
    unread=$(
        (cd "$root" && find . -type f ! -name '*.md' | sed 's|^\./||') | LC_ALL=C sort |
            awk -F '\t' '
                NR == FNR { if ($1 == "read") read[$2]; next }
                {
                    if ($0 in read) next
                    # A folder noted as read covers what lies in it.
                    path = $0
                    while (sub(/\/[^\/]*$/, "", path)) if (path in read) next
                    print
                }
            ' "$report" -
    )
    if [ -n "$unread" ]; then
        echo
        echo "read by no test ($(printf '%s\n' "$unread" | wc -l | tr -d ' ')):"
        printf '%s\n' "$unread" | sed 's/^/  /'
    else
        echo "every file is read by a test"
    fi
fi

[ "$checks" -gt 0 ] && [ "$failed" -eq 0 ]
