#pragma once

#include <cstdint>

#include <gradus/data/safetensors.hpp>

/// For writers of checkpoints: what they are checked by.
namespace gradus::training {

/// Where a checkpoint's metadata has its checksum, in decimal.
inline constexpr const char* checksum_key = "crc32c";

/// Of names, types, shapes, values and metadata but the checksum: of all that is read from the file, in
/// whatever order it lies there.
std::uint32_t checksum(const data::Safetensors& content);

}  // namespace gradus::training
