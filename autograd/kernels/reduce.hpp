#pragma once

#include <gradus/autograd/kernels/spans.hpp>

namespace gradus::kernels {

namespace detail {

/// Calls store(position, result) for each row of a reduction, perhaps in parallel; rows lie side by side, or
/// are dense.
template <class Fold, class T, std::size_t N, class Store>
void reduce_blocks(const Fold& fold, const RowOrder<N>& order, const Walk<1 + N>& row, std::int64_t cost,
                   const std::array<const T*, N>& arrays, const Store& store) {
  using State = typename Fold::State;
  constexpr std::int64_t tile = detail::tile<State>;
  const std::int64_t n = row.count, rows = order.count();
  const std::int64_t blocks = std::max<std::int64_t>(chunk_count(n, reduction_block), 1);
  const std::int64_t chunk = std::max<std::int64_t>(chunk_for(std::max<std::int64_t>(n, 1) * cost),
                                                    lie_side_by_side<N>(order.starts, row) ? tile : 1);
  if (blocks == 1 || chunk_count(rows, chunk) >= 8) {
    parallel_for(rows, chunk, [&](std::int64_t begin, std::int64_t end) {
      std::array<State, static_cast<std::size_t>(tile)> total, next;
      for (std::int64_t first = begin; first < end; first += tile) {
        const std::int64_t last = std::min(end, first + tile);
        fold_block(fold, order, row, arrays, first, last, 0, total.data());
        for (std::int64_t b = 1; b < blocks; ++b) {
          fold_block(fold, order, row, arrays, first, last, b, next.data());
          for (std::int64_t r = 0; r < last - first; ++r) {
            State& sum = total[static_cast<std::size_t>(r)];
            sum = fold.merge(sum, next[static_cast<std::size_t>(r)]);
          }
        }
        for (std::int64_t r = first; r < last; ++r) store(r, total[static_cast<std::size_t>(r - first)]);
      }
    });
    return;
  }
  // Few results of many elements each: the blocks are the parallel work.
  const auto memory = std::make_unique_for_overwrite<State[]>(static_cast<std::size_t>(blocks * rows));
  State* const partial = memory.get();  // [blocks, rows]
  parallel_for(blocks, chunk_for(reduction_block * rows * cost), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b)
      for (std::int64_t first = 0; first < rows; first += tile)
        fold_block(fold, order, row, arrays, first, std::min(rows, first + tile), b,
                   partial + b * rows + first);
  });
  for (std::int64_t r = 0; r < rows; ++r) {
    State total = partial[r];
    for (std::int64_t b = 1; b < blocks; ++b) total = fold.merge(total, partial[b * rows + r]);
    store(r, total);
  }
}

/// Calls store(position, result) for each row of a reduction, perhaps in parallel.
template <class Fold, class T, std::size_t N, class Store>
void reduce_rows(const Fold& fold, const Reduction<N>& plan, const RowOrder<N>& order, std::int64_t cost,
                 const std::array<const T*, N>& arrays, const Store& store) {
  if (lie_side_by_side<N>(order.starts, plan.row) || is_dense_run(plan.row))
    reduce_blocks(fold, order, plan.row, cost, arrays, store);
  else
    reduce_spans(fold, plan, order, cost, arrays, store);
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
/// A fold whose results depend neither on `index` nor on the order says so by a member `any_order`; what else
/// it may say stands in `lanes.hpp`. `cost` as for `chunk_for`.
template <class Fold, class T, class... Ts>
void reduce(const Fold& fold, const Reduction<1 + sizeof...(Ts)>& given, std::int64_t cost, const T* in,
            const Ts*... more) {
  using State = typename Fold::State;
  constexpr std::size_t n = 1 + sizeof...(Ts);
  const std::array<const T*, n> arrays{in, more...};
  Reduction<n> plan = given;
  if constexpr (requires { Fold::any_order; }) plan = detail::in_any_order(given);
  const detail::RowOrder<n> order(plan);
  if (order.rows == 1) {
    detail::reduce_rows(fold, plan, order, cost, arrays,
                        [&](std::int64_t kept, const State& state) { fold.finish(kept, state); });
    return;
  }
  const auto memory = std::make_unique_for_overwrite<State[]>(static_cast<std::size_t>(order.count()));
  State* const partial = memory.get();
  detail::reduce_rows(fold, plan, order, cost, arrays,
                      [=](std::int64_t position, const State& state) { partial[position] = state; });
  parallel_for(order.kept, chunk_for(4 * order.rows), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t kept = begin; kept < end; ++kept) {
      State total = partial[order.position(kept, 0)];
      for (std::int64_t row = 1; row < order.rows; ++row)
        total = fold.merge(total, partial[order.position(kept, row)]);
      fold.finish(kept, total);
    }
  });
}

/// As above for one array of cheap elements.
template <class Fold, class T>
void reduce(const Fold& fold, const Reduction<1>& plan, const T* in) {
  reduce(fold, plan, 1, in);
}

}  // namespace gradus::kernels
