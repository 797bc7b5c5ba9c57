#pragma once

#include <cstdint>
#include <vector>

#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::test {

/// A leaf with the values of `x` and its dimensions in reversed order in memory.
inline Tensor reversed_layout(const Tensor& x) {
  Dims order;
  for (std::size_t d = x.rank(); d-- > 0;) order.push_back(static_cast<std::int64_t>(d));
  const NoGrad guard;
  return permute(permute(x, order).contiguous(), order).detach().requires_grad_(x.requires_grad());
}

/// A leaf with the values of `x`, every second element of a larger one in each dimension.
inline Tensor sliced_layout(const Tensor& x) {
  const NoGrad guard;
  Shape larger = x.shape();
  for (std::int64_t& size : larger) size = 2 * size + 1;
  Tensor y = full(larger, x.dtype() == boolean ? 1 : 99, {.dtype = x.dtype()});
  for (std::size_t d = 0; d < x.rank(); ++d) y = slice(y, static_cast<std::int64_t>(d), 1, larger[d], 2);
  y.copy_(x);
  return y.detach().requires_grad_(x.requires_grad());
}

/// `x` in several layouts: row-major, dimensions reversed, sliced with steps.
inline std::vector<Tensor> strided(const Tensor& x) { return {x, reversed_layout(x), sliced_layout(x)}; }

/// A float64 leaf of values drawn from [-2, 2), the same for the same seed.
inline Tensor variable(const Shape& shape, std::uint64_t seed = 1) {
  Generator generator(seed);
  return uniform(shape, -2, 2, {.dtype = float64, .requires_grad = true}, &generator);
}

}  // namespace gradus::test
