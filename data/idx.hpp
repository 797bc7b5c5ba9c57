#pragma once

#include <filesystem>

#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

/// Reads an IDX file (the format of MNIST), raw or gzip, told apart by content. uint8 elements stay uint8;
/// int8, int16 and int32 become int64; float and double stay what they are. Throws IoError naming the file,
/// the place and the cause when it is missing, truncated, longer than it says, or no IDX file; never
/// allocates more than the file turns out to hold.
Tensor read_idx(const std::filesystem::path& file);

struct WriteIdxOptions {
  bool gzip = false;
};

/// Writes a uint8, float32 or float64 tensor as an IDX file, which takes its name only when it is complete.
/// Throws IoError when it cannot be written, DTypeError.
void write_idx(const std::filesystem::path& file, const Tensor& x, const WriteIdxOptions& options = {});

}  // namespace gradus::data
