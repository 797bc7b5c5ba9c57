#include <gradus/training/crc32c.hpp>

#include <array>

namespace gradus::training {

namespace {

constexpr std::size_t slices = 8;

/// tables[k][b]: what byte b does to the remainder when k bytes follow it, so that eight bytes are taken at
/// once ("slicing by 8", Kounavis and Berry 2005).
constexpr auto tables = [] {
  std::array<std::array<std::uint32_t, 256>, slices> t{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t rest = b;
    for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ (rest & 1 ? 0x82F63B78U : 0U);
    t[0][b] = rest;
  }
  for (std::size_t k = 1; k < slices; ++k)
    for (std::size_t b = 0; b < 256; ++b) t[k][b] = t[k - 1][b] >> 8 ^ t[0][t[k - 1][b] & 0xFF];
  return t;
}();

}  // namespace

void Crc32c::add(const void* bytes, std::size_t count) {
  const auto* p = static_cast<const unsigned char*>(bytes);
  std::uint32_t state = state_;
  for (; count >= slices; count -= slices, p += slices) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < slices; ++i) {
      const std::uint32_t mixed = i < 4 ? p[i] ^ (state >> (8 * i) & 0xFF) : p[i];
      next ^= tables[slices - 1 - i][mixed];
    }
    state = next;
  }
  for (; count > 0; --count, ++p) state = state >> 8 ^ tables[0][(state ^ *p) & 0xFF];
  state_ = state;
}

}  // namespace gradus::training
