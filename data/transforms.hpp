#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

/// Functions of an image [channels, height, width] (floating), for `map`. The random ones draw from the
/// generator they are given and from nothing else. None is recorded.
namespace gradus::data {

/// (x - mean) / deviation, of any shape. Throws ValueError for a deviation of 0, DTypeError unless floating.
Tensor normalize(const Tensor& image, double mean, double deviation);
/// `border` more pixels of `value` on every side; {height, width} or one number. Throws ValueError for a
/// negative border.
Tensor pad_image(const Tensor& image, const Pair& border, double value = 0);
/// A window of `size` at a random place of the image after padding it by `border`. Throws ShapeError if it
/// does not fit.
Tensor random_crop(const Tensor& image, const Pair& size, Generator& generator, const Pair& border = 0);
/// Moved by up to `most` whole pixels along each axis; `fill` moves in.
Tensor random_shift(const Tensor& image, const Pair& most, Generator& generator, double fill = 0);
/// Mirrored left to right with this probability.
Tensor random_flip(const Tensor& image, Generator& generator, double probability = 0.5);

struct AffineOptions {
  double degrees = 0;      ///< turned by up to this angle either way
  double scale_least = 1;  ///< scaled by a factor from here
  double scale_most = 1;   ///< to here
  double shift = 0;        ///< moved by up to this share of the size along each axis
  double fill = 0;         ///< what lies outside the image
};
/// Turned, scaled and moved about its centre by random amounts, with bilinear interpolation. Throws
/// ValueError for a negative angle or shift, or scales that are not positive and in order.
Tensor random_affine(const Tensor& image, Generator& generator, const AffineOptions& options);

/// The image under x -> centre + scale rotation (x - centre) + shift (in pixels), by bilinear interpolation
/// of where each pixel of the result came from. A positive angle turns counter-clockwise as seen.
Tensor affine(const Tensor& image, double radians, double scale, double shift_y, double shift_x,
              double fill = 0);

}  // namespace gradus::data
