#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <gradus/autograd/kernels/isa.hpp>

namespace gradus::kernels {

namespace detail {

/// to[c, r] = from[r, c] for 8 rows and columns, in registers.
[[gnu::always_inline]] inline void transpose_8x8(const float* from, std::int64_t from_step, float* to,
                                                 std::int64_t to_step) {
  using V = float __attribute__((vector_size(32)));
  V a[8], b[8];
  for (int i = 0; i < 8; ++i) std::memcpy(&a[i], from + i * from_step, sizeof(V));
  for (int i = 0; i < 8; i += 2) {  // pairs of rows, by single elements
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4)  // by pairs
    for (int j = 0; j < 2; ++j) {
      a[i + 2 * j] = __builtin_shufflevector(b[i + j], b[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      a[i + 2 * j + 1] = __builtin_shufflevector(b[i + j], b[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int j = 0; j < 4; ++j) {  // by halves
    const V low = __builtin_shufflevector(a[j], a[j + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    const V high = __builtin_shufflevector(a[j], a[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    std::memcpy(to + j * to_step, &low, sizeof(V));
    std::memcpy(to + (j + 4) * to_step, &high, sizeof(V));
  }
}

}  // namespace detail

/// to[c * to_step + r] = from[r * from_step + c] for r < rows, c < columns, which share no memory. A block at
/// a time, so that both sides stay within a few cache lines.
template <class T>
void transpose(const T* from, std::int64_t from_step, std::int64_t rows, std::int64_t columns, T* to,
               std::int64_t to_step) {
  vectorized([=] {
    constexpr std::int64_t block = 8;
    const bool squares = std::is_same_v<T, float> && rows >= block && columns >= block;
    for (std::int64_t r = 0; r < rows; r += block) {
      const std::int64_t height = std::min(block, rows - r);
      for (std::int64_t c = 0; c < columns; c += block) {
        if constexpr (std::is_same_v<T, float>)
          if (squares) {  // the last ones overlap those before
            const std::int64_t row = std::min(r, rows - block), column = std::min(c, columns - block);
            detail::transpose_8x8(from + row * from_step + column, from_step, to + column * to_step + row,
                                  to_step);
            continue;
          }
        const std::int64_t width = std::min(block, columns - c);
        const T* source = from + r * from_step + c;
        T* target = to + c * to_step + r;
        for (std::int64_t j = 0; j < width; ++j)
          for (std::int64_t i = 0; i < height; ++i) target[j * to_step + i] = source[i * from_step + j];
      }
    }
  });
}

}  // namespace gradus::kernels
