#pragma once

#include <filesystem>

#include <gradus/data/tensor_file.hpp>

namespace gradus::data {

/// Options of `write_npy`.
struct NpyOptions {
  /// Columns side by side in the file, as NumPy's `order="F"`; else rows.
  bool fortran_order = false;
};

/// Options of `write_npz`.
struct NpzOptions {
  bool compress = false;
};

/// Writes an array that `numpy.load` reads. The file appears under its name only when it is complete. Throws
/// IoError when it cannot be written.
void write_npy(const std::filesystem::path& file, const Tensor& x, const NpyOptions& options = {},
               SourceLocation at = SourceLocation::current());

/// Reads an array that `numpy.save` wrote, in C or Fortran order and of either byte order; the tensor is
/// contiguous. float16 becomes float32, integers other than uint8 of at most 32 bits int64. Throws IoError
/// naming the file and the cause: no .npy file, a header that is none, another dtype (Python objects above
/// all, which would have to be run), more or fewer bytes than the shape takes.
Tensor read_npy(const std::filesystem::path& file);

/// Writes named arrays that `numpy.load` reads: a zip of .npy files. Throws IoError when it cannot be
/// written, ValueError for a name given twice or empty.
void write_npz(const std::filesystem::path& file, const NamedTensors& tensors, const NpzOptions& options = {},
               SourceLocation at = SourceLocation::current());

/// Reads the arrays of a file that `numpy.savez` or `savez_compressed` wrote, in their order there. Throws
/// IoError naming the file, the array and the cause, as `read_npy` does, and for a damaged zip or a name
/// that occurs twice.
NamedTensors read_npz(const std::filesystem::path& file);

}  // namespace gradus::data
