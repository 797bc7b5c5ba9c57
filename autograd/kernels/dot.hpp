#pragma once

#include <gradus/autograd/kernels/lanes.hpp>

namespace gradus::kernels {

/// Adds up the products of two arrays, as `Addition`.
template <class T>
struct DotAddition : Addition<T> {
  T map(std::int64_t, std::int64_t, T x, T y) const { return x * y; }
  void load(auto& to, const auto& x, const auto& y) const { to = x * y; }
};

}  // namespace gradus::kernels
