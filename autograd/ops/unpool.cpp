#include <gradus/autograd/ops/unpool.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/avg_pool2d.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/power.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

Tensor unpool(const Tensor& x, const Tensor& indices, const Shape& size) {
  const std::size_t axes = size.size();
  require<ShapeError>(x.rank() == axes + 1 || x.rank() == axes + 2,
                      "the input is {}; needs {} or {} dimensions", x.shape(), axes + 1, axes + 2);
  require<ShapeError>(indices.shape() == x.shape(), "the indices are {}; needs {}", indices.shape(),
                      x.shape());
  const auto first = static_cast<std::int64_t>(x.rank() - axes);
  Shape shape = x.shape(),
        flat(std::span(x.shape().begin(), x.shape().end() - static_cast<std::ptrdiff_t>(axes)));
  std::int64_t count = 1;
  for (std::size_t i = 0; i < axes; ++i) {
    require(size[i] >= 0, "an output size of {} was given; it must not be negative", size);
    shape[static_cast<std::size_t>(first) + i] = size[i];
    count *= size[i];
  }
  flat.push_back(count);
  const Tensor places = zeros(flat, {.dtype = x.dtype()});
  return reshape(scatter(places, first, flatten(indices, first), flatten(x, first)), shape);
}

/// sums^(1 / p), with slope 0 at 0.
Tensor root(const Tensor& sums, double p) {
  const Tensor none = sums == 0;
  return where(none, 0, pow(where(none, 1, sums), 1 / p));
}

}  // namespace

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, std::int64_t output_size, SourceLocation at) {
  const OpScope scope("max_unpool1d", at);
  return unpool(x, indices, output_size);
}

Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Pair output_size, SourceLocation at) {
  const OpScope scope("max_unpool2d", at);
  return unpool(x, indices, {output_size.h, output_size.w});
}

Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const Shape& output_size, SourceLocation at) {
  const OpScope scope("max_unpool3d", at);
  require<ShapeError>(output_size.size() == 3, "an output size of {} was given; needs three numbers",
                      output_size);
  return unpool(x, indices, output_size);
}

Tensor lp_pool2d(const Tensor& x, double p, Pair kernel, const LpPoolOptions& options, SourceLocation at) {
  const OpScope scope("lp_pool2d", at);
  require(p != 0, "p is 0");
  return root(avg_pool2d(pow(x, p), kernel,
                         {.stride = options.stride, .ceil_mode = options.ceil_mode, .divisor_override = 1}),
              p);
}

Tensor lp_pool1d(const Tensor& x, double p, std::int64_t kernel, const LpPoolOptions& options,
                 SourceLocation at) {
  const OpScope scope("lp_pool1d", at);
  require<ShapeError>(x.rank() == 2 || x.rank() == 3, "the input is {}; needs [N, C, L] or [C, L]",
                      x.shape());
  LpPoolOptions row = options;
  row.stride = options.stride ? OptionalPair(1, options.stride->w) : OptionalPair(1, kernel);
  return squeeze(lp_pool2d(unsqueeze(x, -2), p, {1, kernel}, row, at), -2);
}

}  // namespace gradus
