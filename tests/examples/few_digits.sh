# few_digits FOLDER TRAIN TEST: the first images and labels of the sample in data/sample, as raw IDX files. To be sourced.
few_digits() {
  local folder=$1 split count
  local sample=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../data/sample" && pwd)
  big_endian() { printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))"; }
  mkdir -p "$folder"
  for split in train t10k; do
    [[ $split == train ]] && count=$2 || count=$3
    { big_endian 2051; big_endian "$count"; big_endian 28; big_endian 28
      gunzip -c "$sample/$split-images-idx3-ubyte.gz" | tail -c +17 | head -c $((784 * count)); } >"$folder/$split-images-idx3-ubyte"
    { big_endian 2049; big_endian "$count"
      gunzip -c "$sample/$split-labels-idx1-ubyte.gz" | tail -c +9 | head -c "$count"; } >"$folder/$split-labels-idx1-ubyte"
  done 2>/dev/null
}
