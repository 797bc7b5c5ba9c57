#pragma once

#include <oneapi/tbb/task_arena.h>

#include <cstring>
#include <string>
#include <vector>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/tensor.hpp>

#include "support/sanitized.hpp"

namespace gradus::test {

/// Whether both have one dtype, shape and row-major content, bit by bit.
inline bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  return dispatch(a.dtype(), [&]<class T>() {
    const Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
    return std::memcmp(x.data<T>(), y.data<T>(), static_cast<std::size_t>(x.numel()) * sizeof(T)) == 0;
  });
}

/// As `same_bits`, but one NaN is as good as another: which of two a sum takes its sign from is not fixed.
inline bool same_values(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  return dispatch(a.dtype(), [&]<class T>() {
    const std::vector<T> x = a.to_vector<T>(), y = b.to_vector<T>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const T v = x[i], w = y[i];
      if (!(v != v && w != w) && std::memcmp(&v, &w, sizeof(T)) != 0) return false;
    }
    return true;
  });
}

/// What `f()` returns in an arena of the caller's with so many threads, which may be more than there are
/// cores.
template <class F>
auto with_threads(int threads, F f) {
  const ThreadLimit limit(threads);
  tbb::task_arena arena(threads);
  return arena.execute([&] { return f(); });
}

/// Whether `f()`, a tensor, comes out the same with 1, 2, 3, 5 and 8 threads; 1 and 3 under a sanitizer.
template <class F>
bool same_for_any_threads(F f) {
  const Tensor alone = with_threads(1, f);
  for (const int threads : sanitized ? std::vector{3} : std::vector{2, 3, 5, 8})
    if (!same_bits(alone, with_threads(threads, f))) return false;
  return true;
}

}  // namespace gradus::test
