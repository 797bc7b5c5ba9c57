#pragma once

#include "support/sanitized.hpp"

namespace gradus::test {

/// How long "a very long chain" is. The smaller stacks of a sanitized program overflow far earlier, should
/// anything recurse.
inline constexpr int chain_length = sanitized ? 30'000 : 1'000'000;

}  // namespace gradus::test
