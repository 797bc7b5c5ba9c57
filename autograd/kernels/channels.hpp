#pragma once

#include <cstdint>

#include <gradus/autograd/kernels/isa.hpp>

namespace gradus::kernels {

/// Calls f.template operator()<V>(k) for channels k that lie side by side, by registers V of them, as wide as
/// the processor has, the rest by narrower ones and then single ones. Within `vectorized`.
template <class T, class F>
[[gnu::always_inline]] inline void for_channels(std::int64_t channels, const F& f) {
  std::int64_t k = 0;
  const auto by = [&]<class V>(const V&) {
    constexpr auto lanes = static_cast<std::int64_t>(sizeof(V) / sizeof(T));
    for (; k + lanes <= channels; k += lanes) f.template operator()<V>(k);
  };
  typedef T Wide __attribute__((vector_size(64)));
  typedef T Register __attribute__((vector_size(32)));
  typedef T Half __attribute__((vector_size(16)));
  if (isa() == Isa::avx512) by(Wide());
  by(Register());
  by(Half());
  by(T());
}

}  // namespace gradus::kernels
