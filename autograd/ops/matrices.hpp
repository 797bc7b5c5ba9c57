#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of linear algebra: batches of matrices [.., n, m], whose kernels take doubles without gaps.
namespace gradus::matrices {

/// Throws unless x has at least two dimensions and a floating dtype; unless they are square, too.
void check(const Tensor& x);
void check_square(const Tensor& x);

/// All dimensions but the last two, and those with matrices of another size.
Shape batch_of(const Tensor& x);
Shape with_size(const Tensor& x, std::int64_t rows, std::int64_t columns);

/// The share of the largest singular value up to which others count as 0: `given`, called `what`, or by
/// default max(n, m) times the epsilon of the dtype. Throws ValueError when it is negative.
double singular_tolerance(const Tensor& x, std::optional<double> given, std::string_view what);

inline Tensor mT(const Tensor& x) { return transpose(x, -2, -1); }

/// What kernels read, and what they write.
inline Tensor dense(const Tensor& x) { return x.to(float64).contiguous(); }
inline Tensor result(const Shape& shape) { return empty(shape, float64); }

/// Matrix i of a dense tensor.
inline const double* values(const Tensor& x, std::int64_t i) {
  return x.data<double>() + i * x.size(-2) * x.size(-1);
}
inline double* mutable_values(const Tensor& x, std::int64_t i) {
  return x.mutable_data<double>() + i * x.size(-2) * x.size(-1);
}

/// Calls `f(i)` for every matrix of the batch, perhaps in parallel, for a cubic algorithm.
template <class F>
void for_each(const Tensor& x, F f) {
  const std::int64_t n = std::max(x.size(-2), x.size(-1));
  kernels::parallel_for(numel(batch_of(x)), kernels::chunk_for(std::max<std::int64_t>(n * n * n / 4, 1)),
                        [&](std::int64_t begin, std::int64_t end) {
                          for (std::int64_t i = begin; i < end; ++i) f(i);
                        });
}

/// As above, for an `f` that returns a report; the first i whose report is not 0, and it; i = -1 for none.
struct Report {
  std::int64_t matrix = -1, value = 0;
};
Report first_report(const Tensor& x, kernels::FunctionRef<std::int64_t(std::int64_t)> f);

}  // namespace gradus::matrices
