#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gradus {

/// A height and a width. One number stands for both: `.stride = 2`, `.stride = {2, 1}`.
struct Pair {
  std::int64_t h, w;

  Pair(std::int64_t both) : h(both), w(both) {}  // NOLINT: implicit on purpose
  Pair(std::int64_t height, std::int64_t width) : h(height), w(width) {}
  friend bool operator==(const Pair&, const Pair&) = default;
};

/// A Pair that may be left out. Spelled like one: `.stride = 2`, `.stride = {2, 1}`.
struct OptionalPair : std::optional<Pair> {
  OptionalPair() = default;
  OptionalPair(std::int64_t both) : optional(Pair(both)) {}  // NOLINT: implicit on purpose
  OptionalPair(std::int64_t height, std::int64_t width) : optional(Pair(height, width)) {}
  OptionalPair(const Pair& pair) : optional(pair) {}  // NOLINT: implicit on purpose
};

inline std::string to_string(const Pair& pair) {
  std::string text("[");  // piece by piece, for g++ 12 sees an overflow in "[" + string
  return text.append(std::to_string(pair.h)).append(", ").append(std::to_string(pair.w)).append("]");
}

}  // namespace gradus
