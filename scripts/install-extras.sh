#!/bin/sh
# What goes with an installed program: names of the original, shell completions and manual pages.
# Usage: scripts/install-extras.sh <nndet> <prefix>
set -eu
nndet="$1"
prefix="$2"
# Names that users of the Python nnDetection type.
for name in example prep unpack train sweep eval consolidate predict env searchpath cls2fg seg2det boxes2nii seg2nii cv-split; do
    ln -sf nndet "$prefix/bin/nndet_$name"
done
install -d "$prefix/share/bash-completion/completions" "$prefix/share/zsh/site-functions" "$prefix/share/fish/vendor_completions.d" "$prefix/share/man/man1"
"$nndet" completion bash > "$prefix/share/bash-completion/completions/nndet"
"$nndet" completion zsh > "$prefix/share/zsh/site-functions/_nndet"
"$nndet" completion fish > "$prefix/share/fish/vendor_completions.d/nndet.fish"
"$nndet" manual --output "$prefix/share/man/man1"
