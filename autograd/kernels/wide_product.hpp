#pragma once

#include <cstdint>

namespace gradus::kernels {

/// The two halves of a product of 128 bits.
struct WideProduct {
  std::uint64_t high, low;
};

inline WideProduct wide_product(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return {static_cast<std::uint64_t>(product >> 64), static_cast<std::uint64_t>(product)};
}

/// The number that two random words make, a fraction of 2^64, times `range`: the high half is in [0, range).
inline WideProduct scale_words(const std::uint32_t* words, std::uint64_t range) {
  return wide_product(words[0] | std::uint64_t{words[1]} << 32, range);
}

}  // namespace gradus::kernels
