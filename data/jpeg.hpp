#pragma once

#include <filesystem>

#include <gradus/autograd/tensor.hpp>
#include <gradus/data/png.hpp>

namespace gradus::data {

/// A JPEG picture as uint8 [channels, height, width], in grey or colour as asked for. Throws IoError naming
/// the file when it is missing, damaged (if only a little), no JPEG, in a colour space that libjpeg-turbo
/// does not turn into these, larger than 2^28 pixels, or of more than 512 for each byte of the file, which is
/// what Huffman's code can hold at most.
Tensor read_jpeg(const std::filesystem::path& file, Channels channels);

struct WriteJpegOptions {
  int quality = 90;  ///< 1 to 100
};
/// Writes uint8 [1, h, w] or [3, h, w]. Throws IoError when it cannot be written, ShapeError, DTypeError,
/// ValueError for a quality out of range.
void write_jpeg(const std::filesystem::path& file, const Tensor& picture,
                const WriteJpegOptions& options = {});

/// A PNG or JPEG picture, told apart by content, as `read_png` and `read_jpeg` give it. Throws IoError.
Tensor read_picture(const std::filesystem::path& file, Channels channels);

}  // namespace gradus::data
