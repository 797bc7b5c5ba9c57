#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include <gradus/autograd/ops/create.hpp>

namespace gradus::test {

using Numbers = std::vector<double>;
using Integers = std::vector<std::int64_t>;

constexpr TensorOptions f64{.dtype = float64};

/// A float64 or int64 tensor written out.
inline Tensor doubles(std::initializer_list<Nested> values) { return tensor(values, f64); }
inline Tensor integers(std::initializer_list<Nested> values) { return tensor(values, {.dtype = int64}); }

}  // namespace gradus::test
