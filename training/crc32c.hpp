#pragma once

#include <cstddef>
#include <cstdint>

namespace gradus::training {

/// The cyclic redundancy check of 32 bits with Castagnoli's polynomial (RFC 3720, appendix B.4), of bytes
/// that come in pieces. Any damage within 32 successive bits changes it.
class Crc32c {
 public:
  void add(const void* bytes, std::size_t count);
  std::uint32_t value() const { return ~state_; }

 private:
  std::uint32_t state_ = 0xFFFFFFFF;
};

}  // namespace gradus::training
