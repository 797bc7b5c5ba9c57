#include <gradus/data/transforms.hpp>

#include <cmath>
#include <numbers>

#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::data {

namespace {

void check_image(const Tensor& image, const char* op) {
  require<ShapeError>(image.rank() == 3 && is_floating(image.dtype()),
                      "{}: given {} {}; needs a floating image [channels, height, width]", op, image.dtype(),
                      image.shape());
}

/// A whole number from -most to most.
std::int64_t draw_step(std::int64_t most, Generator& generator) {
  return static_cast<std::int64_t>(generator.next_call().below(static_cast<std::uint64_t>(2 * most + 1), 0)) -
         most;
}

/// A number from low to high.
double draw(double low, double high, Generator& generator) {
  constexpr double steps = 9007199254740992.0;  // 2^53
  return low + (high - low) * (static_cast<double>(generator.next_call().below(1ULL << 53, 0)) / steps);
}

}  // namespace

Tensor normalize(const Tensor& image, double mean, double deviation) {
  require(deviation != 0, "normalize: a deviation of 0 was given");
  require<DTypeError>(is_floating(image.dtype()), "normalize: given {}; needs a floating dtype",
                      image.dtype());
  const NoGrad guard;
  return (image - mean) / deviation;
}

Tensor pad_image(const Tensor& image, const Pair& border, double value) {
  check_image(image, "pad_image");
  require(border.h >= 0 && border.w >= 0, "pad_image: a border of {} was given; it must not be negative",
          to_string(border));
  const NoGrad guard;
  const Tensor out = full({image.size(0), image.size(1) + 2 * border.h, image.size(2) + 2 * border.w}, value,
                          {.dtype = image.dtype()});
  copy_values(image, narrow(narrow(out, 1, border.h, image.size(1)), 2, border.w, image.size(2)));
  return out;
}

Tensor random_crop(const Tensor& image, const Pair& size, Generator& generator, const Pair& border) {
  const NoGrad guard;
  const Tensor padded = pad_image(image, border);
  const std::int64_t room_h = padded.size(1) - size.h, room_w = padded.size(2) - size.w;
  require<ShapeError>(size.h >= 1 && size.w >= 1 && room_h >= 0 && room_w >= 0,
                      "random_crop: a window of {} does not fit {} with a border of {}", to_string(size),
                      image.shape(), to_string(border));
  const RandomCall call = generator.next_call();
  const auto y = static_cast<std::int64_t>(call.below(static_cast<std::uint64_t>(room_h + 1), 0));
  const auto x = static_cast<std::int64_t>(call.below(static_cast<std::uint64_t>(room_w + 1), 1));
  return narrow(narrow(padded, 1, y, size.h), 2, x, size.w).contiguous();
}

Tensor random_shift(const Tensor& image, const Pair& most, Generator& generator, double fill) {
  check_image(image, "random_shift");
  require(most.h >= 0 && most.w >= 0, "random_shift: a distance of {} was given; it must not be negative",
          to_string(most));
  const NoGrad guard;
  const std::int64_t dy = draw_step(most.h, generator), dx = draw_step(most.w, generator);
  const Tensor padded = pad_image(image, most, fill);
  return narrow(narrow(padded, 1, most.h - dy, image.size(1)), 2, most.w - dx, image.size(2)).contiguous();
}

Tensor random_flip(const Tensor& image, Generator& generator, double probability) {
  check_image(image, "random_flip");
  require(probability >= 0 && probability <= 1, "random_flip: {} is not a probability", probability);
  const NoGrad guard;
  if (draw(0, 1, generator) >= probability) return image.detach();
  return index_select(image, 2, arange(static_cast<double>(image.size(2) - 1), -1, -1));
}

Tensor affine(const Tensor& image, double radians, double scale, double shift_y, double shift_x,
              double fill) {
  check_image(image, "affine");
  require(scale > 0, "affine: a scale of {} was given; it must be positive", scale);
  const NoGrad guard;
  const Tensor in = image.contiguous();
  const Tensor out = empty(in.shape(), in.dtype());
  const std::int64_t h = in.size(1), w = in.size(2);
  const double cy = static_cast<double>(h - 1) / 2, cx = static_cast<double>(w - 1) / 2;
  const double c = std::cos(radians) / scale, s = std::sin(radians) / scale;
  dispatch_floating(in.dtype(), [&]<class T>() {
    T* to = out.mutable_data<T>();
    for (std::int64_t k = 0; k < in.size(0); ++k) {
      const T* plane = in.data<T>() + k * h * w;
      const auto at = [&](std::int64_t y, std::int64_t x) {
        return y < 0 || y >= h || x < 0 || x >= w ? fill : static_cast<double>(plane[y * w + x]);
      };
      for (std::int64_t i = 0; i < h; ++i)
        for (std::int64_t j = 0; j < w; ++j) {
          // Where the pixel came from: back by the shift, then the inverse turn and scale about the centre.
          const double y = static_cast<double>(i) - cy - shift_y, x = static_cast<double>(j) - cx - shift_x;
          const double from_y = cy + c * y + s * x, from_x = cx - s * y + c * x;
          // A neighbour at least must lie within; this also keeps the casts below in range.
          if (!(from_y > -1 && from_y < static_cast<double>(h) && from_x > -1 &&
                from_x < static_cast<double>(w))) {
            *to++ = static_cast<T>(fill);
            continue;
          }
          const double y0 = std::floor(from_y), x0 = std::floor(from_x), v = from_y - y0, u = from_x - x0;
          const auto iy = static_cast<std::int64_t>(y0), ix = static_cast<std::int64_t>(x0);
          *to++ = static_cast<T>((1 - v) * ((1 - u) * at(iy, ix) + u * at(iy, ix + 1)) +
                                 v * ((1 - u) * at(iy + 1, ix) + u * at(iy + 1, ix + 1)));
        }
    }
  });
  return out;
}

Tensor random_affine(const Tensor& image, Generator& generator, const AffineOptions& o) {
  check_image(image, "random_affine");
  require(o.degrees >= 0 && o.shift >= 0 && o.scale_least > 0 && o.scale_least <= o.scale_most,
          "random_affine: degrees {}, scale {} to {}, shift {}; angle and shift must not be negative, the "
          "scales positive "
          "and in order",
          o.degrees, o.scale_least, o.scale_most, o.shift);
  const double angle = draw(-o.degrees, o.degrees, generator) * std::numbers::pi / 180;
  const double scale = draw(o.scale_least, o.scale_most, generator);
  const double dy = draw(-o.shift, o.shift, generator) * static_cast<double>(image.size(1));
  const double dx = draw(-o.shift, o.shift, generator) * static_cast<double>(image.size(2));
  return affine(image, angle, scale, dy, dx, o.fill);
}

}  // namespace gradus::data
