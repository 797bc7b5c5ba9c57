#include <gradus/nn/unpool.hpp>

#include <gradus/nn/observe.hpp>

namespace gradus::nn {

namespace {

/// The last `axes` sizes of x; throws ShapeError if there are none.
const std::int64_t* last_sizes(const Tensor& x, std::int64_t axes) {
  require<ShapeError>(x.rank() >= static_cast<std::size_t>(axes), "input is {}; needs {} dimensions or more",
                      x.shape(), axes);
  return x.shape().end() - axes;
}

std::int64_t before_pooling(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                            std::int64_t padding) {
  return (size - 1) * stride - 2 * padding + kernel;
}

}  // namespace

Tensor MaxUnpool1d::operator()(const Tensor& x, const Tensor& indices,
                               std::optional<std::int64_t> output_size, SourceLocation at) const {
  const OpScope scope("MaxUnpool1d", at);
  const std::int64_t* size = last_sizes(x, 1);
  const std::int64_t usual = before_pooling(size[0], kernel_size, stride.value_or(kernel_size), padding);
  return observed(*this, x, max_unpool1d(x, indices, output_size.value_or(usual), at));
}

Tensor MaxUnpool2d::operator()(const Tensor& x, const Tensor& indices, const OptionalPair& output_size,
                               SourceLocation at) const {
  const OpScope scope("MaxUnpool2d", at);
  const std::int64_t* size = last_sizes(x, 2);
  const Pair k = kernel_size, s = stride.value_or(k), p = padding;
  const Pair usual(before_pooling(size[0], k.h, s.h, p.h), before_pooling(size[1], k.w, s.w, p.w));
  return observed(*this, x, max_unpool2d(x, indices, output_size.value_or(usual), at));
}

Tensor MaxUnpool3d::operator()(const Tensor& x, const Tensor& indices, const OptionalTriple& output_size,
                               SourceLocation at) const {
  const OpScope scope("MaxUnpool3d", at);
  const std::int64_t* size = last_sizes(x, 3);
  const Triple k = kernel_size, s = stride.value_or(k), p = padding;
  const Triple usual(before_pooling(size[0], k.d, s.d, p.d), before_pooling(size[1], k.h, s.h, p.h),
                     before_pooling(size[2], k.w, s.w, p.w));
  const Triple wanted = output_size.value_or(usual);
  return observed(*this, x, max_unpool3d(x, indices, Shape{wanted.d, wanted.h, wanted.w}, at));
}

}  // namespace gradus::nn
