#include <gradus/autograd/ops/adaptive_pool.hpp>

#include <algorithm>
#include <vector>

#include <gradus/autograd/kernels/windows.hpp>
#include <gradus/autograd/ops/adaptive_avg_pool2d.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// Throws unless x has one or two dimensions before as many as there are sizes.
void check(const Tensor& x, const Dims& sizes) {
  const std::size_t axes = sizes.size();
  require<ShapeError>(x.rank() == axes + 1 || x.rank() == axes + 2,
                      "the input is {}; needs {} or {} dimensions", x.shape(), axes + 1, axes + 2);
  require(std::all_of(sizes.begin(), sizes.end(), [](std::int64_t n) { return n >= 1; }),
          "an output size of {} was given; it must be at least 1", sizes);
  for (std::size_t i = x.rank() - axes; i < x.rank(); ++i)
    require<ShapeError>(x.shape()[i] >= 1, "the input is {}; dimension {} must not be empty", x.shape(), i);
}

Tensor max_along(const Tensor& x, std::int64_t dim, std::int64_t size) {
  const kernels::Windows windows = kernels::adaptive_windows(x.size(dim), size);
  std::vector<Tensor> best;
  for (const kernels::Window& window : windows.each)
    best.push_back(max(narrow(x, dim, window.begin, window.end - window.begin), dim).values);
  return stack(best, dim);
}

Tensor adaptive_max(Tensor x, const Dims& sizes) {
  check(x, sizes);
  for (std::size_t i = sizes.size(); i-- > 0;)
    x = max_along(x, static_cast<std::int64_t>(i + x.rank() - sizes.size()), sizes[i]);
  return x;
}

}  // namespace

Tensor adaptive_avg_pool1d(const Tensor& x, std::int64_t output_size, SourceLocation at) {
  const OpScope scope("adaptive_avg_pool1d", at);
  check(x, output_size);
  return squeeze(adaptive_avg_pool2d(unsqueeze(x, -2), {1, output_size}), -2);
}

Tensor adaptive_avg_pool3d(const Tensor& x, Triple output_size, SourceLocation at) {
  const OpScope scope("adaptive_avg_pool3d", at);
  const auto& [d, h, w] = output_size;
  check(x, {d, h, w});
  if (x.rank() == 4) return squeeze(adaptive_avg_pool3d(unsqueeze(x, 0), output_size, at), 0);
  const Tensor planes = adaptive_avg_pool2d(flatten(x, 1, 2), {h, w});  // [N, C D, h, w]
  const Tensor columns = flatten(unflatten(planes, 1, {x.size(1), x.size(2)}), 3, 4);
  return unflatten(adaptive_avg_pool2d(columns, {d, h * w}), 3, {h, w});
}

Tensor adaptive_max_pool1d(const Tensor& x, std::int64_t output_size, SourceLocation at) {
  const OpScope scope("adaptive_max_pool1d", at);
  return adaptive_max(x, output_size);
}

Tensor adaptive_max_pool2d(const Tensor& x, Pair output_size, SourceLocation at) {
  const OpScope scope("adaptive_max_pool2d", at);
  return adaptive_max(x, {output_size.h, output_size.w});
}

Tensor adaptive_max_pool3d(const Tensor& x, Triple output_size, SourceLocation at) {
  const OpScope scope("adaptive_max_pool3d", at);
  return adaptive_max(x, {output_size.d, output_size.h, output_size.w});
}

}  // namespace gradus
