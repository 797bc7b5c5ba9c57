#include <gradus/autograd/ops/matrices.hpp>

namespace gradus::matrices {

void check(const Tensor& x) {
  require<ShapeError>(x.rank() >= 2, "given {}; needs [.., n, m]", x.shape());
  check_floating(x.dtype());
}

void check_square(const Tensor& x) {
  require<ShapeError>(x.rank() >= 2 && x.size(-1) == x.size(-2), "given {}; needs [.., n, n]", x.shape());
  check(x);
}

double singular_tolerance(const Tensor& x, std::optional<double> given, std::string_view what) {
  require(!given || *given >= 0, "{} is {}; it must not be negative", what, given.value_or(0));
  return given.value_or(static_cast<double>(std::max(x.size(-2), x.size(-1))) * epsilon(x.dtype()));
}

Shape batch_of(const Tensor& x) { return Shape(std::span(x.shape().begin(), x.shape().end() - 2)); }

Shape with_size(const Tensor& x, std::int64_t rows, std::int64_t columns) {
  Shape shape = batch_of(x);
  shape.push_back(rows);
  shape.push_back(columns);
  return shape;
}

Report first_report(const Tensor& x, kernels::FunctionRef<std::int64_t(std::int64_t)> f) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(numel(batch_of(x))), 0);
  for_each(x, [&](std::int64_t i) { all[static_cast<std::size_t>(i)] = f(i); });
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] != 0) return {static_cast<std::int64_t>(i), all[i]};
  return {};
}

}  // namespace gradus::matrices
