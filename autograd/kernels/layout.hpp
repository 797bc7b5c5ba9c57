#pragma once

#include <cstddef>
#include <cstdint>

#include <gradus/autograd/kernels/loops.hpp>

/// Elements put from one memory layout into another, as they are: by their size, so that the code is shared
/// by all types. Neighbours on either side are moved together, in blocks that are transposed in registers.
namespace gradus::kernels {

/// Steps, in elements, from row to row and from column to column.
struct Steps {
  std::int64_t row, column;
};

namespace detail {

void copy_tile(std::size_t size, std::int64_t rows, std::int64_t columns, void* to, Steps to_steps,
               const void* from, Steps from_steps);

void gather(std::size_t size, const Walk<2>& order, std::int64_t begin, std::int64_t end, void* to,
            const void* from);

/// How many elements from the walk's first on it takes until the cache lines of `from` that they lie in have
/// been used up, more or less; 1 if each element follows the one before.
std::int64_t band(std::size_t size, const Walk<2>& walk);

void copy_range(std::size_t size, const Walk<2>& walk, std::int64_t begin, std::int64_t end, void* to,
                const void* from);

void copy_walk(std::size_t size, const Walk<2>& walk, void* to, const void* from);

}  // namespace detail

/// to[r, c] = from[r, c], which share no memory.
template <class T>
void copy_tile(std::int64_t rows, std::int64_t columns, T* to, Steps to_steps, const T* from,
               Steps from_steps) {
  detail::copy_tile(sizeof(T), rows, columns, to, to_steps, from, from_steps);
}

/// to[i - begin] = element i of `from` in this order, the walk of a dense array and `from`, for i in [begin,
/// end).
template <class T>
void gather(const Walk<2>& order, std::int64_t begin, std::int64_t end, T* to, const T* from) {
  detail::gather(sizeof(T), order, begin, end, to, from);
}

/// Whether `from` has neighbours in memory along another dimension than `to`, so that to copy tiles pays.
template <class T>
bool is_turned(const Walk<2>& walk) {
  return detail::band(sizeof(T), walk) > 1;
}

/// Whether `from` lies the other way round along the walk's first dimension.
inline bool is_reversed(const Walk<2>& walk) { return walk.strides[0][0] == 1 && walk.strides[0][1] == -1; }

/// Elements [begin, end) of a walk over arrays that share no memory, `to` and `from`.
template <class T>
void copy_range(const Walk<2>& walk, std::int64_t begin, std::int64_t end, T* to, const T* from) {
  detail::copy_range(sizeof(T), walk, begin, end, to, from);
}

/// All elements of a walk over arrays that share no memory, `to` and `from`, perhaps in parallel.
template <class T>
void copy_walk(const Walk<2>& walk, T* to, const T* from) {
  detail::copy_walk(sizeof(T), walk, to, from);
}

}  // namespace gradus::kernels
