#pragma once

#include <gradus/autograd/kernels/spans.hpp>

namespace gradus::kernels {

namespace detail {

/// As `reduce` below for a plan that goes by rows, or whose reduced elements are dense.
template <class Fold, class T, std::size_t N>
void reduce_blocks(const Fold& fold, const Reduction<N>& plan, std::int64_t cost,
                   const std::array<const T*, N>& arrays) {
  using State = typename Fold::State;
  constexpr std::int64_t tile = detail::tile<State>;
  const std::int64_t n = plan.reduced.count;
  const std::int64_t kept = plan.kept.count;
  const std::int64_t blocks = std::max<std::int64_t>(chunk_count(n, reduction_block), 1);
  const std::int64_t chunk = std::max<std::int64_t>(chunk_for(std::max<std::int64_t>(n, 1) * cost),
                                                    detail::goes_by_rows(plan) ? tile : 1);
  if (blocks == 1 || chunk_count(kept, chunk) >= 8) {
    parallel_for(kept, chunk, [&](std::int64_t begin, std::int64_t end) {
      std::array<State, static_cast<std::size_t>(tile)> total, next;
      for (std::int64_t first = begin; first < end; first += tile) {
        const std::int64_t last = std::min(end, first + tile);
        detail::fold_block(fold, plan, arrays, first, last, 0, total.data());
        for (std::int64_t b = 1; b < blocks; ++b) {
          detail::fold_block(fold, plan, arrays, first, last, b, next.data());
          for (std::int64_t k = 0; k < last - first; ++k) {
            State& sum = total[static_cast<std::size_t>(k)];
            sum = fold.merge(sum, next[static_cast<std::size_t>(k)]);
          }
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
        detail::fold_block(fold, plan, arrays, first, std::min(kept, first + tile), b,
                           partial + b * kept + first);
  });
  for (std::int64_t k = 0; k < kept; ++k) {
    State total = partial[k];
    for (std::int64_t b = 1; b < blocks; ++b) total = fold.merge(total, partial[b * kept + k]);
    fold.finish(k, total);
  }
}

}  // namespace detail

/// Folds the reduced elements of N arrays of element type T for each kept one, as `fold` says:
///
///     using State = ...;                                                  // a partial result
///     State start() const;                                                // of no elements
///     State map(std::int64_t kept, std::int64_t index, T x...) const;     // of one
///     State merge(State, State) const;                                    // of disjoint elements
///     void finish(std::int64_t kept, State) const;                        // stores the result
///
/// where `kept` and `index` are row-major indices. All but `finish` should be free of branches. What is
/// merged in which order depends on the shape alone: the same bits for any number of threads and any strides.
/// A fold whose results depend neither on `index` nor on the order says so by a member `any_order`. `cost` as
/// for `chunk_for`.
template <class Fold, class T, class... Ts>
void reduce(const Fold& fold, const Reduction<1 + sizeof...(Ts)>& plan, std::int64_t cost, const T* in,
            const Ts*... more) {
  const auto run = [&](const auto& in_order) {
    const std::array<const T*, 1 + sizeof...(Ts)> arrays{in, more...};
    if (detail::goes_by_rows(in_order) || detail::is_dense_run(in_order.reduced))
      detail::reduce_blocks(fold, in_order, cost, arrays);
    else
      detail::reduce_spans(fold, in_order, cost, arrays);
  };
  if constexpr (requires { Fold::any_order; })
    run(detail::in_any_order(plan));
  else
    run(plan);
}

/// As above for one array of cheap elements.
template <class Fold, class T>
void reduce(const Fold& fold, const Reduction<1>& plan, const T* in) {
  reduce(fold, plan, 1, in);
}

}  // namespace gradus::kernels
