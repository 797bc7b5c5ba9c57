#include <gradus/data/elements.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

#include <gradus/autograd/ops/create.hpp>

namespace gradus::data {

namespace {

/// IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction.
struct Float16 {
  std::uint16_t bits;
  operator float() const {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
    const std::uint32_t exponent = bits >> 10 & 0x1FU, fraction = bits & 0x3FFU;
    if (exponent == 0) return std::copysign(static_cast<float>(fraction) * 0x1p-24F, sign ? -1.0F : 1.0F);
    const std::uint32_t wide = exponent == 0x1F ? 0xFFU : exponent + (127 - 15);
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
  }
};

/// The upper half of a float32.
struct BFloat16 {
  std::uint16_t bits;
  operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

/// Calls f<T>() with the type whose bits the file holds.
template <class F>
decltype(auto) dispatch(Encoding encoding, F&& f) {
  switch (encoding) {
    case Encoding::boolean:
    case Encoding::uint8:
      return f.template operator()<std::uint8_t>();
    case Encoding::int8:
      return f.template operator()<std::int8_t>();
    case Encoding::int16:
      return f.template operator()<std::int16_t>();
    case Encoding::uint16:
      return f.template operator()<std::uint16_t>();
    case Encoding::int32:
      return f.template operator()<std::int32_t>();
    case Encoding::uint32:
      return f.template operator()<std::uint32_t>();
    case Encoding::int64:
      return f.template operator()<std::int64_t>();
    case Encoding::float16:
      return f.template operator()<Float16>();
    case Encoding::bfloat16:
      return f.template operator()<BFloat16>();
    case Encoding::float32:
      return f.template operator()<float>();
    case Encoding::float64:
      break;
  }
  return f.template operator()<double>();
}

/// Whether the elements can serve as a tensor's where they are.
bool fits_in_place(Encoding encoding, const std::byte* first, ByteOrder order) {
  const std::size_t size = size_of(encoding);
  return encoding == encoding_of(dtype_of(encoding)) && (size == 1 || order == ByteOrder::little) &&
         reinterpret_cast<std::uintptr_t>(first) % size == 0;
}

template <class T>
T load(const std::byte* from, ByteOrder order) {
  std::byte bytes[sizeof(T)];
  std::copy_n(from, sizeof(T), bytes);
  if (order == ByteOrder::big) std::reverse(std::begin(bytes), std::end(bytes));
  return std::bit_cast<T>(bytes);
}

Tensor converted(Encoding encoding, const Extent& extent, const std::byte* first, ByteOrder order) {
  Tensor x = empty(extent.shape, dtype_of(encoding));
  dispatch(encoding, [&]<class From>() {
    gradus::dispatch(x.dtype(), [&]<class To>() {
      To* to = x.mutable_data<To>();
      for (std::int64_t i = 0; i < x.numel(); ++i, first += sizeof(From))
        to[i] = static_cast<To>(load<From>(first, order));
    });
  });
  return x;
}

}  // namespace

Encoding encoding_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return Encoding::float32;
    case DType::float64:
      return Encoding::float64;
    case DType::int64:
      return Encoding::int64;
    case DType::uint8:
      return Encoding::uint8;
    case DType::boolean:
      break;
  }
  return Encoding::boolean;
}

std::size_t size_of(Encoding encoding) {
  return dispatch(encoding, []<class T>() { return sizeof(T); });
}

DType dtype_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::boolean:
      return DType::boolean;
    case Encoding::uint8:
      return DType::uint8;
    case Encoding::float16:
    case Encoding::bfloat16:
    case Encoding::float32:
      return DType::float32;
    case Encoding::float64:
      return DType::float64;
    default:
      return DType::int64;
  }
}

Extent extent_of(const Source& source, std::string_view tensor, std::span<const std::uint64_t> sizes,
                 Encoding encoding) {
  source.check(sizes.size() <= Dims::max_rank, "holds tensor {} with {} dimensions; at most {} can be read",
               tensor, sizes.size(), Dims::max_rank);
  Extent extent;
  // Sizes of 0 count as 1 at first: strides must not overflow either. Elements may take 8 bytes in memory.
  std::uint64_t elements = 1;
  for (const std::uint64_t n : sizes) {
    source.check(!__builtin_mul_overflow(elements, std::max<std::uint64_t>(n, 1), &elements) &&
                     elements <= INT64_MAX / 8,
                 "gives tensor {} a shape larger than any memory", tensor);
    extent.shape.push_back(static_cast<std::int64_t>(n));
  }
  extent.bytes = extent.shape.contains(0) ? 0 : elements * size_of(encoding);
  return extent;
}

Tensor decode(const Source& source, std::string_view tensor, Encoding encoding, const Extent& extent,
              std::uint64_t place, ByteOrder order) {
  const std::span<std::byte> bytes = source.bytes().subspan(place, extent.bytes);
  if (encoding == Encoding::boolean)
    source.check(std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b <= std::byte{1}; }),
                 "holds a bool that is neither 0 nor 1 in tensor {}", tensor);
  if (bytes.empty() || !fits_in_place(encoding, bytes.data(), order))  // nothing has no place
    return converted(encoding, extent, bytes.data(), order);
  return gradus::dispatch(dtype_of(encoding), [&]<class T>() {
    return borrow(std::span(reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)), extent.shape,
                  source.owner());
  });
}

Dense::Dense(const Tensor& x) : tensor(x.detach().contiguous()) {
  gradus::dispatch(tensor.dtype(), [&]<class T>() { bytes = std::as_bytes(tensor.span<T>()); });
}

}  // namespace gradus::data
