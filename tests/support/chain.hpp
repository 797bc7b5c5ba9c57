#pragma once

namespace gradus::test {

/// How long "a very long chain" is: a million, unless a sanitizer makes each step some fifty times as dear.
/// Its smaller stacks overflow far earlier, should anything recurse.
#ifdef GRADUS_SANITIZE
inline constexpr int chain_length = 100'000;
#else
inline constexpr int chain_length = 1'000'000;
#endif

}  // namespace gradus::test
