#include <gradus/data/safetensors.hpp>
#include <gradus/training/checkpoint.hpp>
#include <gradus/training/checksum.hpp>

#include "fuzz/target.hpp"

namespace gradus::checkpoint_target {

namespace {

void touch(const training::Checkpoint& checkpoint) {
  test::touch(checkpoint.model);
  test::touch(checkpoint.extra);
  for (const auto& [name, state] : checkpoint.states)
    for (const auto& [key, x] : state.tensors) test::touch(x);
}

/// With a checksum that fits: whoever writes a hostile file can count, too.
void read_with_checksum(const std::filesystem::path& file) {
  data::Safetensors content = data::read_safetensors(file);
  content.metadata[training::checksum_key] = std::to_string(training::checksum(content));
  const std::filesystem::path repaired = file.parent_path() / "repaired.checkpoint";
  data::write_safetensors(repaired, content);
  touch(training::read_checkpoint(repaired));
}

}  // namespace

const test::FuzzTarget checkpoint{"checkpoint", "x.checkpoint", {read_with_checksum}};

}  // namespace gradus::checkpoint_target
