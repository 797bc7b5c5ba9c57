#pragma once

#include <filesystem>

#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

enum class Channels { grey = 1, rgb = 3 };

/// A PNG picture as uint8 [channels, height, width]; colours are converted to what is asked for, transparency
/// is laid on black. Throws IoError naming the file when it is missing, damaged, no PNG, or larger than 2^28
/// pixels.
Tensor read_png(const std::filesystem::path& file, Channels channels);

/// Writes uint8 [1, h, w] or [3, h, w]. Throws IoError when it cannot be written, ShapeError, DTypeError.
void write_png(const std::filesystem::path& file, const Tensor& picture);

}  // namespace gradus::data
