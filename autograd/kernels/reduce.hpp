#pragma once

#include <memory>

#include <gradus/autograd/kernels/loops.hpp>

namespace gradus::kernels {

/// A reduction: for each element of the kept dimensions, a walk over the reduced ones. Array 0 of each walk
/// is the element's row-major index among its kind, array 1 its place in memory; both go in row-major order.
struct Reduction {
  Walk<2> kept;
  Walk<2> reduced;
};

/// Elements that one partial result covers.
inline constexpr std::int64_t reduction_block = 4096;

namespace detail {

/// Partial results that a block is dealt out to in turn, so that additions need not wait for each other.
inline constexpr std::int64_t lanes = 8;

constexpr std::int64_t lane_of(std::int64_t index) { return index & (lanes - 1); }

/// Neighbouring kept elements that are folded together: as many as have their lanes in 16 KiB.
template <class State>
inline constexpr std::int64_t tile =
    std::max<std::int64_t>(16, 16384 / (lanes * static_cast<std::int64_t>(sizeof(State))));

/// Adds elements i, i + 1, ... of a run, whose first is in lane 0, as long as they fill all lanes; returns
/// the first that is left. `Step` is a number or a constant.
template <class T, class Fold, class State, class Step>
std::int64_t add_groups(const Fold& fold, std::array<State, lanes>& states, const T* x, Step step,
                        std::int64_t index, std::int64_t i, std::int64_t n) {
  auto local = states;  // in registers
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t l = 0; l < lanes; ++l)
      fold.add(local[static_cast<std::size_t>(l)], x[(i + l) * step], index + i + l);
  states = local;
  return i;
}

/// Folds elements [begin, end) of one kept element, whose memory starts at `x`.
template <class T, class Fold>
typename Fold::State fold_one(const Fold& fold, const Walk<2>& reduced, const T* x, std::int64_t kept,
                              std::int64_t begin, std::int64_t end) {
  std::array<typename Fold::State, lanes> states;
  states.fill(fold.start(kept));
  walk_range(reduced, begin, end, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    const std::int64_t index = offsets[0], step = steps[1];
    const T* run = x + offsets[1];
    const auto add = [&](std::int64_t i) {
      fold.add(states[static_cast<std::size_t>(lane_of(index + i))], run[i * step], index + i);
    };
    std::int64_t i = 0;
    for (; i < n && lane_of(index + i) != 0; ++i) add(i);
    i = step == 1 ? add_groups(fold, states, run, std::integral_constant<std::int64_t, 1>(), index, i, n)
                  : add_groups(fold, states, run, step, index, i, n);
    for (; i < n; ++i) add(i);
  });
  for (std::size_t l = 1; l < static_cast<std::size_t>(std::min(lanes, end - begin)); ++l)
    fold.merge(states[0], states[l]);
  return states[0];
}

/// As `fold_one` for `width` kept elements, `step` apart, row by row; the same bits.
template <class T, class Fold>
void fold_row(const Fold& fold, const Walk<2>& reduced, const T* x, std::int64_t step, std::int64_t kept,
              std::int64_t width, std::int64_t begin, std::int64_t end, typename Fold::State* out) {
  using State = typename Fold::State;
  std::array<State, static_cast<std::size_t>(lanes * tile<State>)> states;  // [lanes, width]
  const std::int64_t used = std::clamp<std::int64_t>(end - begin, 1, lanes);
  for (std::int64_t l = 0; l < used; ++l)
    for (std::int64_t j = 0; j < width; ++j)
      states[static_cast<std::size_t>(l * width + j)] = fold.start(kept + j);
  walk_range(reduced, begin, end, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t index = offsets[0] + i;
      State* lane = states.data() + lane_of(index) * width;
      const T* row = x + offsets[1] + i * steps[1];
      if (step == 1)
        for (std::int64_t j = 0; j < width; ++j) fold.add(lane[j], row[j], index);
      else
        for (std::int64_t j = 0; j < width; ++j) fold.add(lane[j], row[j * step], index);
    }
  });
  for (std::int64_t j = 0; j < width; ++j) out[j] = states[static_cast<std::size_t>(j)];
  for (std::int64_t l = 1; l < used; ++l)
    for (std::int64_t j = 0; j < width; ++j)
      fold.merge(out[j], states[static_cast<std::size_t>(l * width + j)]);
}

/// Whether neighbouring kept elements lie closer in memory than neighbouring reduced ones.
inline bool goes_by_rows(const Reduction& plan) {
  return plan.kept.sizes[0] >= 4 && plan.kept.strides[0][1] < plan.reduced.strides[0][1];
}

/// Folds block `b` of kept elements [first, last) into out[0], out[1], ...
template <class T, class Fold>
void fold_block(const Fold& fold, const Reduction& plan, const T* in, std::int64_t first, std::int64_t last,
                std::int64_t b, typename Fold::State* out) {
  const std::int64_t begin = b * reduction_block;
  const std::int64_t end = std::min(plan.reduced.count, begin + reduction_block);
  const bool by_rows = goes_by_rows(plan);
  walk_range(plan.kept, first, last, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    const std::int64_t kept = offsets[0];
    const T* x = in + offsets[1];
    if (by_rows)
      fold_row(fold, plan.reduced, x, steps[1], kept, n, begin, end, out + (kept - first));
    else
      for (std::int64_t i = 0; i < n; ++i)
        out[kept - first + i] = fold_one(fold, plan.reduced, x + i * steps[1], kept + i, begin, end);
  });
}

}  // namespace detail

/// Folds the reduced elements of each kept one, as `fold` says:
///
///     using State = ...;                                        // a partial result
///     State start(std::int64_t kept) const;                     // of no elements
///     void add(State&, T x, std::int64_t index) const;          // one element more; indices rise
///     void merge(State&, const State& other) const;             // disjoint elements, in no particular order
///     void finish(std::int64_t kept, const State&) const;       // stores the result
///
/// where `kept` and `index` are row-major indices. What is added and merged in which order depends on the
/// shape alone: the same bits for any number of threads and any strides. `cost` as for `chunk_for`.
template <class T, class Fold>
void reduce(const Fold& fold, const Reduction& plan, const T* in, std::int64_t cost = 1) {
  using State = typename Fold::State;
  constexpr std::int64_t tile = detail::tile<State>;
  const std::int64_t n = plan.reduced.count;
  const std::int64_t kept = plan.kept.count;
  const std::int64_t blocks = std::max<std::int64_t>(chunk_count(n, reduction_block), 1);
  const std::int64_t chunk = std::max<std::int64_t>(chunk_for(std::max<std::int64_t>(n, 1) * cost),
                                                    detail::goes_by_rows(plan) ? 64 : 1);
  if (blocks == 1 || chunk_count(kept, chunk) >= 8) {
    parallel_for(kept, chunk, [&](std::int64_t begin, std::int64_t end) {
      std::array<State, static_cast<std::size_t>(tile)> total, next;
      for (std::int64_t first = begin; first < end; first += tile) {
        const std::int64_t last = std::min(end, first + tile);
        detail::fold_block(fold, plan, in, first, last, 0, total.data());
        for (std::int64_t b = 1; b < blocks; ++b) {
          detail::fold_block(fold, plan, in, first, last, b, next.data());
          for (std::int64_t k = 0; k < last - first; ++k)
            fold.merge(total[static_cast<std::size_t>(k)], next[static_cast<std::size_t>(k)]);
        }
        for (std::int64_t k = first; k < last; ++k)
          fold.finish(k, total[static_cast<std::size_t>(k - first)]);
      }
    });
    return;
  }
  // Few results of many elements each: the blocks are the parallel work.
  const auto memory = std::make_unique<State[]>(static_cast<std::size_t>(blocks * kept));
  State* const partial = memory.get();  // [blocks, kept]
  parallel_for(blocks, chunk_for(reduction_block * kept * cost), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b)
      for (std::int64_t first = 0; first < kept; first += tile)
        detail::fold_block(fold, plan, in, first, std::min(kept, first + tile), b,
                           partial + b * kept + first);
  });
  for (std::int64_t k = 0; k < kept; ++k) {
    State total = partial[k];
    for (std::int64_t b = 1; b < blocks; ++b) fold.merge(total, partial[b * kept + k]);
    fold.finish(k, total);
  }
}

}  // namespace gradus::kernels
