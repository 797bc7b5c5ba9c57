#pragma once

#include <filesystem>
#include <string>

#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

enum class Channels { grey = 1, rgb = 3 };

/// A PNG picture as uint8 [channels, height, width]; colours are converted to what is asked for, transparency
/// is laid on black. Throws IoError naming the file when it is missing, damaged, no PNG, larger than 2^28
/// pixels, or claims more pixels than its bytes can hold.
Tensor read_png(const std::filesystem::path& file, Channels channels);

/// The bytes of a PNG file of uint8 [1, h, w] or [3, h, w]. Throws ShapeError, DTypeError.
std::string encode_png(const Tensor& picture);

/// A floating picture from 0 to 1 as uint8 from 0 to 255, rounded; what lies outside is clipped, NaN is 0.
/// One of uint8 stays what it is. Throws DTypeError for others.
Tensor to_pixels(const Tensor& picture);

/// Writes `encode_png(picture)`. Throws IoError when it cannot be written, ShapeError, DTypeError.
void write_png(const std::filesystem::path& file, const Tensor& picture);

}  // namespace gradus::data
