#pragma once

#include <filesystem>

#include <gradus/data/tensor_file.hpp>

namespace gradus::data {

using Safetensors = TensorFile;

/// Options of `read_safetensors`.
struct SafetensorsOptions {
  /// Leaves the tensors in the file, mapped into memory: nothing is copied, pages are read when they are
  /// touched, and a tensor that is changed changes for this process alone. The file must not be cut short
  /// meanwhile (writing it anew with `write_safetensors` puts another in its place, and does no harm).
  bool map = false;
};

/// Writes the tensors and metadata as a safetensors file, which Python's `safetensors` package reads. The
/// file appears under its name only when it is complete. Throws IoError when it cannot be written, ValueError
/// for a name given twice, the name `__metadata__`, and text that is not UTF-8.
void write_safetensors(const std::filesystem::path& file, const Safetensors& content,
                       SourceLocation at = SourceLocation::current());

/// Reads float32, float64, int64, uint8 and bool tensors, in the order of their data; float16 and bfloat16
/// become float32, other integers of at most 32 bits int64. The tensors share the memory that the file was
/// read into, or mapped to, where their elements are aligned in it. Throws IoError naming the file and the
/// tensor when something does not fit: header length, JSON, dtype, shape against length, offsets with gaps,
/// overlaps or beyond the file.
Safetensors read_safetensors(const std::filesystem::path& file, const SafetensorsOptions& options = {});

}  // namespace gradus::data
