#include <zlib.h>

#include <gradus/data/png.hpp>

#include "fuzz/target.hpp"
#include "support/files.hpp"

namespace gradus::png_target {
using data::Channels;

namespace {

std::size_t number(const test::Bytes& bytes, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + i];
  return value;
}

/// With the right checksum behind each chunk (length, type, content, checksum), as a hostile file has it.
void read_with_checksums(const std::filesystem::path& file) {
  test::Bytes bytes = test::read_bytes(file);
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    const std::size_t length = number(bytes, at);
    if (length > bytes.size() - at - 12) break;
    const auto sum = crc32(0, &bytes[at + 4], static_cast<uInt>(length + 4));
    for (std::size_t i = 0; i < 4; ++i)
      bytes[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    at += length + 12;
  }
  test::touch(data::read_png(test::write_bytes(file.parent_path() / "repaired.png", bytes), Channels::rgb));
}

}  // namespace

const test::FuzzTarget png{
    "png",
    "x.png",
    {[](const auto& file) { test::touch(data::read_png(file, Channels::grey)); }, read_with_checksums}};

}  // namespace gradus::png_target
