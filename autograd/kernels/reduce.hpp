#pragma once

#include <vector>

#include <gradus/autograd/kernels/loops.hpp>

namespace gradus::kernels {

/// A reduction: for each element of the kept dimensions, a walk over the reduced ones.
struct Reduction {
  Shape kept;  ///< sizes of the kept dimensions
  Strides kept_in, kept_out;
  Walk<1> reduced;  ///< relative to the kept element
};

/// Elements that one partial result covers. Where the cuts fall depends on the shape alone.
inline constexpr std::int64_t reduction_block = 4096;

/// out[kept] = finish(fold of in[kept, reduced] into `State`). `add(state, value)` takes elements in
/// row-major order within blocks of `reduction_block`; blocks are merged in order by `merge(state, next)`.
/// The same bits for any number of threads.
template <class State, class T, class R, class Add, class Merge, class Finish>
void reduce(const Reduction& plan, const T* in, R* out, State initial, Add add, Merge merge, Finish finish) {
  const std::int64_t n = plan.reduced.count;
  const std::int64_t kept_count = numel(plan.kept);
  const auto fold = [&](const T* first, std::int64_t begin, std::int64_t end) {
    State state = initial;
    walk_range(plan.reduced, begin, end, [&](const auto& offsets, std::int64_t length, const auto& steps) {
      const T* x = first + offsets[0];
      for (std::int64_t i = 0; i < length; ++i) add(state, x[i * steps[0]]);
    });
    return state;
  };
  const std::int64_t blocks = std::max<std::int64_t>(chunk_count(n, reduction_block), 1);
  const auto fold_blocks = [&](const T* first) {
    State state = fold(first, 0, std::min(n, reduction_block));
    for (std::int64_t b = 1; b < blocks; ++b)
      merge(state, fold(first, b * reduction_block, std::min(n, (b + 1) * reduction_block)));
    return state;
  };
  const Walk<2> kept = plan_walk(plan.kept, plan.kept_out, plan.kept_in);
  if (kept_count >= 8 || blocks == 1) {
    parallel_for(
        kept_count, chunk_for(std::max<std::int64_t>(n, 1)), [&](std::int64_t begin, std::int64_t end) {
          walk_range(kept, begin, end, [&](const auto& offsets, std::int64_t length, const auto& steps) {
            for (std::int64_t i = 0; i < length; ++i)
              out[offsets[0] + i * steps[0]] = finish(fold_blocks(in + offsets[1] + i * steps[1]));
          });
        });
    return;
  }
  // Few results of many elements each: the blocks are the parallel work.
  walk_range(kept, 0, kept_count, [&](const auto& offsets, std::int64_t length, const auto& steps) {
    for (std::int64_t i = 0; i < length; ++i) {
      std::vector<State> partial(static_cast<std::size_t>(blocks), initial);
      const T* first = in + offsets[1] + i * steps[1];
      parallel_for(n, reduction_block, [&](std::int64_t begin, std::int64_t end) {
        partial[static_cast<std::size_t>(begin / reduction_block)] = fold(first, begin, end);
      });
      State state = partial[0];
      for (std::size_t b = 1; b < partial.size(); ++b) merge(state, partial[b]);
      out[offsets[0] + i * steps[0]] = finish(state);
    }
  });
}

}  // namespace gradus::kernels
