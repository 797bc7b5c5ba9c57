#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gradus {

/// A depth, a height and a width. One number stands for all: `.stride = 2`, `.stride = {1, 2, 2}`.
struct Triple {
  std::int64_t d, h, w;

  Triple(std::int64_t all) : d(all), h(all), w(all) {}  // NOLINT: implicit on purpose
  Triple(std::int64_t depth, std::int64_t height, std::int64_t width) : d(depth), h(height), w(width) {}
  friend bool operator==(const Triple&, const Triple&) = default;
};

/// A Triple that may be left out. Spelled like one.
struct OptionalTriple : std::optional<Triple> {
  OptionalTriple() = default;
  OptionalTriple(std::int64_t all) : optional(Triple(all)) {}  // NOLINT: implicit on purpose
  OptionalTriple(std::int64_t depth, std::int64_t height, std::int64_t width)
      : optional(Triple(depth, height, width)) {}
  OptionalTriple(const Triple& triple) : optional(triple) {}  // NOLINT: implicit on purpose
};

inline std::string to_string(const Triple& triple) {
  std::string text("[");
  for (const std::int64_t size : {triple.d, triple.h, triple.w})
    text.append(std::to_string(size)).append(", ");
  return text.replace(text.size() - 2, 2, "]");
}

}  // namespace gradus
