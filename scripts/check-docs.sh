#!/bin/bash
# Executes the commands that README and docs show, on toy data that take their place.
#
# In blocks of code (indented or fenced as sh), lines that begin with nndet, and those that make folders and files, run here; a block behind
# <!-- not run: why --> is left out and counted. All other commands must stand in such a block, but for targets of make, which must exist. Of every nndet command anywhere,
# also within text and in blocks that are left out, command and options must exist. Links between the pages must lead somewhere.
#
# A training is as short as can be: det_conf puts another train/v001.yaml in the place of the program's own.
# NNDET_BUILD: the folder of the program (default: .build/release)
set -euo pipefail
cd "$(dirname "$0")/.."
repository="$PWD"
build="$(cd "${NNDET_BUILD:-.build/release}" && pwd)"
problems=0
complain() { printf '%s\n' "$*" >&2; problems=$((problems + 1)); }

pages=(README.md CONTRIBUTING.md)
while IFS= read -r page; do pages+=("$page"); done < <(find docs -name '*.md' ! -path docs/reference/command-line.md ! -path docs/reference/configuration-keys.md | sort)

# 1. Lines of code of a page: number, state (run or the reason why not), text.
lines_of() {
    awk '
        function flush_reason() { reason = "" }
        /^<!-- not run: .* -->$/ { reason = $0; sub(/^<!-- not run: /, "", reason); sub(/ -->$/, "", reason); next }
        /^ *```/ { fence = !fence; language = $0; gsub(/^ *```/, "", language); if (!fence) flush_reason(); next }
        fence { if (language == "" || language == "sh" || language == "bash") print NR "\t" (reason == "" ? "run" : reason) "\t" $0; next }
        /^    / { indented = 1; print NR "\t" (reason == "" ? "run" : reason) "\t" $0; next }
        /^$/ { next }
        { if (indented) flush_reason(); indented = 0 }
    ' "$1"
}

# 2. A place to run in.
sandbox=$(mktemp -d)
trap 'rm -rf "$sandbox"' EXIT
export det_data="$sandbox/data" det_models="$sandbox/models" det_verbose=0 det_num_threads=2 det_conf="$sandbox/conf" PATH="$build:$PATH"
unset OMP_NUM_THREADS
mkdir -p "$det_data" "$det_models" "$det_conf/train" "$sandbox/here"
sed -E 's/^(  max_num_epochs:).*/\1 1/; s/^(  swa_epochs:).*/\1 1/; s/^(  num_train_batches_per_epoch: )[0-9].*/\1 2/; s/^(  num_val_batches_per_epoch: )[0-9].*/\1 1/
        s/^(  warm_iterations:).*/\1 1/; s/^(  plan_arch_overwrites:).*/\1 {start_channels: 4, fpn_channels: 16, head_channels: 16}/; s/^(  batch_size:).*/\1 1/' \
    Sources/Core/Conf/train/v001.yaml > "$det_conf/train/v001.yaml"
sed -E 's/^defaults:.*/defaults: {train: v001, augmentation: base_more}/; s/^(  max_num_epochs:).*/\1 1/; s/^(  num_train_batches_per_epoch:).*/\1 2/; s/^(    start_channels:).*/\1 4/' \
    Sources/Core/Conf/train/toy.yaml > "$det_conf/train/toy.yaml"
cd "$sandbox/here"
quiet() { "$@" > "$sandbox/log" 2>&1 || { cat "$sandbox/log" >&2; printf 'check-docs: the toy data cannot be made: %s\n' "$*" >&2; exit 1; }; }
model=RetinaUNetV001_D3V001_3d
quiet nndet example --train 8 --test 2 --image-size 36
# The task that the pages speak of.
mv "$det_data/Task000D3_Example" "$det_data/Task100_Lung"
sed -i 's/Task000D3_Example/Task100_Lung/' "$det_data/Task100_Lung/dataset.json"
for folder in imagesTr labelsTr; do
    for file in "$det_data/Task100_Lung/raw_splitted/$folder"/case_*; do mv "$file" "${file/case_/patient}"; done
done
for file in "$det_data/Task100_Lung/raw_splitted/"*/patient*; do
    name=$(basename "$file"); digits=$(printf '%s' "$name" | sed -E 's/^patient([0-9]+).*/\1/')
    mv "$file" "$(dirname "$file")/patient${digits}_a${name#patient"$digits"}"
done
# The split that the pages make.
quiet nndet cv-split 100 --group-pattern '^(patient[0-9]+)_' --stratify
quiet nndet run 100
cp "$det_data/Task100_Lung/raw_splitted/imagesTs/case_8_0000.nii.gz" scan.nii.gz
cp -r "$det_models/Task100_Lung/$model" model
mkdir -p model_a model_b && cp -r model/consolidated model_a/ && cp -r model/consolidated model_b/
cp -r model/consolidated/test_predictions found
cp -r "$det_data/Task100_Lung/preprocessed/labelsTs" annotated
cp -r "$det_data/Task100_Lung/raw_splitted/imagesTs" images
cat > annotated.json <<'JSON'
{"images": [{"id": 1, "file_name": "a"}], "categories": [{"id": 0, "name": "nodule"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 0, "bbox": [2, 2, 4, 4], "area": 16, "iscrowd": 0}]}
JSON
printf '[{"image_id": 1, "category_id": 0, "bbox": [2, 2, 4, 4], "score": 0.9}]\n' > found.json

cd ..
mkdir kept && cp -a data models here kept/
# Every page begins with the same files.
fresh() {
    cd "$sandbox"
    rm -rf data models here
    cp -a kept/data kept/models kept/here .
    export HOME="$sandbox/here" det_conf="$sandbox/conf"
    cd here
}

# 3. Commands and options that exist.
declare -A help=()
help_of() { # of "nndet a b", into help_text; empty where there is no such command
    local key="$*"
    [ -n "${help[$key]+x}" ] || help[$key]=$(nndet "$@" --help 2>/dev/null || true)
    help_text="${help[$key]}"
}
check_words() { # place, then the words behind nndet
    local place="$1" command="" text word; shift
    [[ "${1:-}" =~ ^[a-z0-9][a-z0-9_-]*$ ]] || return 0
    command="${1//_/-}"
    help_of "$command"
    text="$help_text"
    [ -n "$text" ] || { complain "$place: there is no command 'nndet $1'"; return 0; }
    shift
    if grep -q '^SUBCOMMANDS' <<< "$text" && [[ "${1:-}" =~ ^[a-z][a-z-]*$ ]]; then
        command="$command $1"
        help_of $command
        text="$help_text"
        [ -n "$text" ] || { complain "$place: there is no command 'nndet $command'"; return 0; }
    fi
    for word in "$@"; do
        word="${word%%=*}"; word="${word%%[^a-zA-Z0-9_-]*}"
        [[ "$word" =~ ^--?[a-zA-Z] ]] || continue
        grep -qE -- "(^|[ ,|])${word//_/-}([ ,]|\$)" <<< "$text" || complain "$place: 'nndet $command' has no option $word"
    done
}

run=0 skipped=0
for page in "${pages[@]}"; do
    fresh
    while IFS= read -r word_list; do
        read -r -a words <<< "$word_list"
        check_words "$page" "${words[@]:1}"
    done < <(grep -oE '`nndet [^`]*`' "$repository/$page" | tr -d '`' || true)
    while IFS=$'\t' read -r number state text; do
        text="${text#"${text%%[![:space:]]*}"}"
        command=$(sed -E "s/[[:space:]]+#[^'\"]*\$//" <<< "$text")
        place="$page:$number"
        case "$command" in
            nndet\ *)
                read -r -a words <<< "$command"
                check_words "$place" "${words[@]:1}"
                # A form, not a command.
                if [[ "$command" == *…* || "$command" =~ \<[a-z] ]]; then continue; fi
                if [ "$state" != run ]; then skipped=$((skipped + 1)); continue; fi
                run=$((run + 1))
                if ! (eval "$command") > "$sandbox/log" 2>&1 < /dev/null; then complain "$place: fails: $command: $(grep -m 1 '^error' "$sandbox/log" || tail -n 1 "$sandbox/log")"; fi ;;
            make\ *)
                for word in ${command#make}; do
                    [[ "$word" == *=* ]] || grep -qE "^$word:" "$repository/Makefile" || complain "$place: the Makefile has no target $word"
                done
                skipped=$((skipped + 1)) ;;
            [A-Z]*=*\ make\ *) ;;
            # Where data and models lie is the sandbox's business.
            export\ det_data=*|export\ det_models=*) ;;
            mkdir\ *|cat\ *|export\ *)
                if [[ "$command" =~ \<\<\'([A-Z]+)\' ]]; then
                    while IFS=$'\t' read -r _ _ text; do
                        text="${text#    }"
                        command+=$'\n'"$text"
                        [ "$text" != "${BASH_REMATCH[1]}" ] || break
                    done
                fi
                if [ "$state" != run ]; then skipped=$((skipped + 1)); continue; fi
                run=$((run + 1))
                if ! eval "$command" > "$sandbox/log" 2>&1 < /dev/null; then complain "$place: fails: $command: $(tail -n 1 "$sandbox/log")"; fi ;;
            *)
                # Files, tables, formulas and Python are no commands.
                if [[ "$command" == scripts/* || "$command" =~ ^[A-Z_]+=[^\ ]*\ [a-z] ]] || command -v -- "${command%% *}" >/dev/null; then
                    [ "$state" != run ] || complain "$place: not marked with <!-- not run: why -->: $command"
                    skipped=$((skipped + 1))
                fi ;;
        esac
    done < <(lines_of "$repository/$page")
    # 4. Links.
    folder=$(dirname "$repository/$page")
    while IFS= read -r link; do
        case "$link" in http*|mailto:*|"") continue ;; esac
        [ -e "$folder/${link%%#*}" ] || complain "$page: the link $link leads nowhere"
    done < <(grep -oE '\]\([^)#]+[^)]*\)' "$repository/$page" | sed -E 's/^\]\(//; s/\)$//' || true)
done
printf 'check-docs: %s commands run, %s marked as not to be run, %s pages\n' $run $skipped ${#pages[@]}
[ $problems = 0 ] || { printf 'check-docs: %s problems\n' $problems >&2; exit 1; }
