#include <gradus/autograd/ops/planes.hpp>

namespace gradus::planes {

Pair size(const Tensor& x) {
  require<ShapeError>(x.rank() == 3 || x.rank() == 4, "the input is {}; needs [N, C, H, W] or [C, H, W]",
                      x.shape());
  return {x.size(-2), x.size(-1)};
}

kernels::PlaneCount count(const Tensor& x) { return {x.rank() == 4 ? x.size(0) : 1, x.size(-3)}; }

Tensor empty(const Tensor& x, Pair size, DType dtype) {
  const std::size_t c = x.rank() - 3;
  Shape shape = x.shape();
  shape[c + 1] = size.h;
  shape[c + 2] = size.w;
  const std::int64_t channels = shape[c];
  const bool channels_last = channels > 1 && x.strides()[c] == 1 && x.strides()[c + 2] >= channels;
  if (!channels_last || numel(shape) == 0) return gradus::empty(shape, dtype);
  Strides strides{1, size.w * channels, channels};
  if (c == 1) strides.insert(0, size.h * size.w * channels);
  return empty_strided(shape, strides, dtype);
}

Tensor empty_channels_last(const Shape& shape, DType dtype) {
  const std::int64_t c = shape[1], h = shape[2], w = shape[3];
  if (c <= 1 || numel(shape) == 0) return gradus::empty(shape, dtype);
  return empty_strided(shape, {h * w * c, 1, w * c, c}, dtype);
}

}  // namespace gradus::planes
