#pragma once

#include <cstring>
#include <string>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus::test {

/// Whether both have one dtype, shape and row-major content, bit by bit.
inline bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  return dispatch(a.dtype(), [&]<class T>() {
    const Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
    return std::memcmp(x.data<T>(), y.data<T>(), static_cast<std::size_t>(x.numel()) * sizeof(T)) == 0;
  });
}

/// Whether `f()`, a tensor, comes out the same with 1, 2, 3 and 8 threads.
template <class F>
bool same_for_any_threads(F f) {
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return f();
  };
  const Tensor alone = run(1);
  return same_bits(alone, run(2)) && same_bits(alone, run(3)) && same_bits(alone, run(8));
}

}  // namespace gradus::test
