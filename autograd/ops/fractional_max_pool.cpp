#include <gradus/autograd/ops/fractional_max_pool.hpp>

#include <span>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// The places of the elements of each window along one dimension, of the samples u [..]: [.., n, kernel].
Tensor places(const Tensor& u, std::int64_t size, std::int64_t kernel, std::int64_t n) {
  require(kernel >= 1 && n >= 1 && n + kernel - 1 <= size,
          "{} windows of {} elements along {}; needs 1 <= windows, 1 <= elements, and both less 1 to fit", n,
          kernel, size);
  const Tensor column = unsqueeze(u, -1), last = zeros_like(column) + static_cast<double>(size - kernel);
  Tensor starts = last;
  if (n > 1) {
    const double a = static_cast<double>(size - kernel) / static_cast<double>(n - 1);
    const Tensor before = arange(n - 1).to(float64);
    starts = cat({floor((before + column) * a) - floor(column * a), last}, -1);
  }
  return unsqueeze(starts.to(int64), -1) + arange(kernel);
}

/// The samples of the planes `lead`, one for each of `axes` dimensions.
Tensor checked_samples(Shape lead, std::size_t axes, const FractionalMaxPoolOptions& o) {
  lead.push_back(static_cast<std::int64_t>(axes));
  if (!o.samples.defined()) return rand(lead, {.dtype = float64}, o.generator);
  require<ShapeError>(o.samples.shape() == lead, "the samples are {}; needs {}", o.samples.shape(), lead);
  require<DTypeError>(o.samples.dtype() == float64, "the samples are {}; needs float64", o.samples.dtype());
  return o.samples.detach();
}

MaxPool2dResult pool(const Tensor& x, const Shape& kernel, const Shape& output,
                     const FractionalMaxPoolOptions& options) {
  const std::size_t axes = kernel.size();
  require<ShapeError>(x.rank() == axes + 1 || x.rank() == axes + 2,
                      "the input is {}; needs {} or {} dimensions", x.shape(), axes + 1, axes + 2);
  const std::size_t first = x.rank() - axes;
  const Shape lead(std::span(x.shape().begin(), first));
  const Tensor samples = checked_samples(lead, axes, options);
  Tensor index;  // [lead.., windows.., elements..]: places of the elements in their planes
  std::int64_t windows = 1, elements = 1;
  for (std::size_t d = 0; d < axes; ++d) {
    const std::int64_t size = x.shape()[first + d];
    const Tensor along =
        places(select(samples, -1, static_cast<std::int64_t>(d)), size, kernel[d], output[d]);
    Shape shape = lead;
    for (std::size_t i = 0; i < 2 * axes; ++i) shape.push_back(1);
    shape[first + d] = output[d];
    shape[first + axes + d] = kernel[d];
    const Tensor part = reshape(along, shape);
    index = index.defined() ? index * size + part : part;
    windows *= output[d];
    elements *= kernel[d];
  }
  const auto from = static_cast<std::int64_t>(first);
  Shape split = lead, wanted = lead;
  split.push_back(windows);
  split.push_back(elements);
  for (const std::int64_t n : output) wanted.push_back(n);
  const Extremum largest =
      max(reshape(gather(flatten(x, from), from, flatten(index, from)), split), -1, true);
  return {reshape(largest.values, wanted),
          reshape(gather(reshape(index, split), -1, largest.indices), wanted)};
}

Shape sizes(Pair p) { return {p.h, p.w}; }
Shape sizes(Triple t) { return {t.d, t.h, t.w}; }

}  // namespace

MaxPool2dResult fractional_max_pool2d_with_indices(const Tensor& x, Pair kernel, Pair output_size,
                                                   const FractionalMaxPoolOptions& options,
                                                   SourceLocation at) {
  const OpScope scope("fractional_max_pool2d", at);
  return pool(x, sizes(kernel), sizes(output_size), options);
}

MaxPool2dResult fractional_max_pool3d_with_indices(const Tensor& x, Triple kernel, Triple output_size,
                                                   const FractionalMaxPoolOptions& options,
                                                   SourceLocation at) {
  const OpScope scope("fractional_max_pool3d", at);
  return pool(x, sizes(kernel), sizes(output_size), options);
}

Tensor fractional_max_pool2d(const Tensor& x, Pair kernel, Pair output_size,
                             const FractionalMaxPoolOptions& options, SourceLocation at) {
  return fractional_max_pool2d_with_indices(x, kernel, output_size, options, at).values;
}

Tensor fractional_max_pool3d(const Tensor& x, Triple kernel, Triple output_size,
                             const FractionalMaxPoolOptions& options, SourceLocation at) {
  return fractional_max_pool3d_with_indices(x, kernel, output_size, options, at).values;
}

}  // namespace gradus
