#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include <gradus/autograd/error.hpp>

namespace gradus {

/// A short list of integers kept in place: a shape, strides (in elements), or dimension numbers.
class Dims {
 public:
  /// The most dimensions a tensor may have.
  static constexpr std::size_t max_rank = 8;

  Dims() = default;
  Dims(std::int64_t only) : size_(1) { values_[0] = only; }  // NOLINT: `sum(x, 1)`, `zeros(3)`
  Dims(std::initializer_list<std::int64_t> values) { assign(values.begin(), values.end()); }
  Dims(std::span<const std::int64_t> values) { assign(values.begin(), values.end()); }
  Dims(const std::vector<std::int64_t>& values) { assign(values.begin(), values.end()); }
  /// `count` copies of `value`.
  static Dims filled(std::size_t count, std::int64_t value) {
    Dims dims;
    for (std::size_t i = 0; i < count; ++i) dims.push_back(value);
    return dims;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::int64_t operator[](std::size_t i) const { return values_[i]; }
  std::int64_t& operator[](std::size_t i) { return values_[i]; }
  std::int64_t back() const { return values_[size_ - 1]; }
  std::int64_t& back() { return values_[size_ - 1]; }
  const std::int64_t* begin() const { return values_.data(); }
  const std::int64_t* end() const { return values_.data() + size_; }
  std::int64_t* begin() { return values_.data(); }
  std::int64_t* end() { return values_.data() + size_; }

  /// Throws ShapeError beyond `max_rank`.
  void push_back(std::int64_t value) {
    if (size_ == max_rank) [[unlikely]]
      too_long();
    values_[size_++] = value;
  }
  void insert(std::size_t position, std::int64_t value) {
    push_back(value);
    std::rotate(begin() + position, end() - 1, end());
  }
  void erase(std::size_t position) {
    std::copy(begin() + position + 1, end(), begin() + position);
    --size_;
  }
  bool contains(std::int64_t value) const { return std::find(begin(), end(), value) != end(); }

  friend bool operator==(const Dims& a, const Dims& b) {
    return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin());
  }

 private:
  template <class It>
  void assign(It first, It last) {
    for (; first != last; ++first) push_back(*first);
  }
  [[noreturn]] static void too_long();

  std::array<std::int64_t, max_rank> values_{};
  std::uint32_t size_ = 0;
};

using Shape = Dims;
using Strides = Dims;

/// Number of elements: the product of the sizes, 1 for a 0-d shape. Throws ShapeError when it overflows or a
/// size is negative.
std::int64_t numel(const Shape& shape);

/// Row-major strides, in elements: [2, 3, 4] has [12, 4, 1].
Strides contiguous_strides(const Shape& shape);

/// Whether a tensor of this shape and strides lies in memory in row-major order without gaps (sizes of 1 do
/// not count).
inline bool is_contiguous(const Shape& shape, const Strides& strides) {
  std::int64_t expected = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != expected) return shape.contains(0);
    expected *= shape[i];
  }
  return true;
}

/// NumPy's broadcast of two shapes. Throws ShapeError naming both.
Shape broadcast(const Shape& a, const Shape& b);

/// Whether `from` can be broadcast to exactly `to`.
bool broadcastable_to(const Shape& from, const Shape& to);

/// Strides that make a tensor of `shape` and `strides` look like `to`: 0 along broadcast dimensions.
Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& to);

/// `dim` counted from 0; negative dims count from the end. Throws IndexError unless -rank <= dim < rank
/// (a 0-d tensor takes 0 and -1).
std::size_t wrap_dim(std::int64_t dim, std::size_t rank);

/// The distinct dims of the list, wrapped and ascending; an empty list means all. Throws IndexError, or
/// ValueError when one is given twice.
Dims wrap_dims(const Dims& dims, std::size_t rank);

/// "[2, 3]".
std::string to_string(const Dims& dims);

}  // namespace gradus

template <>
struct fmt::formatter<gradus::Dims> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  fmt::appender format(const gradus::Dims& dims, fmt::format_context& context) const;
};
