#pragma once

#include <gradus/autograd/kernels/loops.hpp>

/// Reading and writing at places that a tensor of integers names.
namespace gradus::kernels {

/// out[i] = x[i], except that the place along one dimension, whose stride in x is `step`, is index[i]. The
/// walk is of out, x (with stride 0 along that dimension) and index.
template <class T>
void gather(const Walk<3>& walk, T* out, const T* x, const std::int64_t* index, std::int64_t step) {
  walk_all(walk, 2, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    T* y = out + offsets[0];
    const T* from = x + offsets[1];
    const std::int64_t* at = index + offsets[2];
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0)
      std::copy_n(from + *at * step, n, y);
    else
      for (std::int64_t i = 0; i < n; ++i) y[i * steps[0]] = from[i * steps[1] + at[i * steps[2]] * step];
  });
}

/// What `scatter` walks: the columns along the indexed dimension, one writer each, and the `length` entries
/// of index and source in every column.
struct Scatter {
  Walk<3> columns;  ///< target, source, index; without the indexed dimension
  std::int64_t length;
  std::int64_t target_step, source_step, index_step;  ///< strides of the indexed dimension
};

/// put(target[place], source[i]) with place = index[i] along one dimension, for every i; along that dimension
/// in ascending order, so that what meets at one place is combined in that order by any number of threads.
template <class T, class Put>
void scatter(const Scatter& plan, T* target, const T* source, const std::int64_t* index, Put put) {
  constexpr std::int64_t fewest = 64;  // columns a thread: no two should fight for a cache line
  const auto run = [&](const auto& offsets, std::int64_t n, const auto& steps) {
    T* to = target + offsets[0];
    const T* from = source + offsets[1];
    const std::int64_t* at = index + offsets[2];
    const auto column = [&](std::int64_t i, std::int64_t k) {
      put(to[i * steps[0] + at[i * steps[2] + k * plan.index_step] * plan.target_step],
          from[i * steps[1] + k * plan.source_step]);
    };
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0)
      for (std::int64_t k = 0; k < plan.length; ++k) {
        T* row = to + at[k * plan.index_step] * plan.target_step;
        const T* other = from + k * plan.source_step;
        for (std::int64_t i = 0; i < n; ++i) put(row[i], other[i]);
      }
    else if (plan.source_step < steps[1])
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t k = 0; k < plan.length; ++k) column(i, k);
    else
      for (std::int64_t k = 0; k < plan.length; ++k)
        for (std::int64_t i = 0; i < n; ++i) column(i, k);
  };
  parallel_for(plan.columns.count, std::max(chunk_for(std::max<std::int64_t>(plan.length, 1)), fewest),
               [&](std::int64_t begin, std::int64_t end) { walk_range(plan.columns, begin, end, run); });
}

}  // namespace gradus::kernels
