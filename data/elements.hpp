#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <gradus/autograd/tensor.hpp>
#include <gradus/data/source.hpp>

/// For writers of readers: the elements of tensors as files hold them.
namespace gradus::data {

/// Types of elements in files. Those that no tensor has are widened when they are read: to float32 what has
/// fewer bits, to int64 the other integers.
enum class Encoding : std::uint8_t {
  boolean,
  uint8,
  int8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  float16,
  bfloat16,
  float32,
  float64
};

/// How each tensor is written: as what it is.
Encoding encoding_of(DType dtype);
/// Bytes of one element.
std::size_t size_of(Encoding encoding);
/// What it is read as.
DType dtype_of(Encoding encoding);

/// A shape and the bytes that its elements take in the file.
struct Extent {
  Shape shape;
  std::uint64_t bytes = 0;
};

/// Stops, naming the tensor, for more dimensions than a tensor may have or sizes whose product, or strides
/// whose product, no memory could hold.
Extent extent_of(const Source& source, std::string_view tensor, std::span<const std::uint64_t> sizes,
                 Encoding encoding);

enum class ByteOrder { little, big };

/// The elements that stand from `place` on, row-major. They stay where they are, kept alive by the source's
/// owner, if a tensor can have them so; else they are converted, or copied where they are not aligned. They
/// must lie within the source. Stops, naming the tensor, for a bool that is neither 0 nor 1.
Tensor decode(const Source& source, std::string_view tensor, Encoding encoding, const Extent& extent,
              std::uint64_t place, ByteOrder order = ByteOrder::little);

/// The elements of a tensor in row-major order, as a tensor that is contiguous, and their bytes.
struct Dense {
  explicit Dense(const Tensor& x);
  Tensor tensor;
  std::span<const std::byte> bytes;
};

}  // namespace gradus::data
