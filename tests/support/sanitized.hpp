#pragma once

namespace gradus::test {

/// Whether a sanitizer watches, which makes each step some fifty times as dear: it asks for every path once,
/// where the other builds ask for figures.
#ifdef GRADUS_SANITIZE
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace gradus::test
