#pragma once

#include <gradus/autograd/kernels/map.hpp>

namespace gradus::kernels {

/// A reduction of N arrays of one shape: for each element of the kept dimensions, a walk over the reduced
/// ones. Array 0 of each walk is the element's row-major index among its kind, the others are its places in
/// memory; both go in row-major order.
template <std::size_t N>
struct Reduction {
  Walk<1 + N> kept;
  Walk<1 + N> reduced;
};

/// Elements that one partial result covers.
inline constexpr std::int64_t reduction_block = 4096;

namespace detail {

/// A block is dealt out to this many partial results in turn, so that additions need not wait for each other
/// and vectors can hold them. Of each, `depth` elements are merged in pairs before they join it; `group`
/// elements make one such step.
inline constexpr std::int64_t lanes = 8;
inline constexpr std::int64_t depth = 8;
inline constexpr std::int64_t group = lanes * depth;

/// Neighbouring kept elements that are folded together: as many as have their lanes in 16 KiB.
template <class State>
inline constexpr std::int64_t tile =
    std::max<std::int64_t>(16, 16384 / (lanes * static_cast<std::int64_t>(sizeof(State))));

/// at(first), at(first + 1), ... at(first + n - 1), merged in pairs.
template <std::int64_t n, class Fold, class At>
auto merge_pairs(const Fold& fold, const At& at, std::int64_t first = 0) {
  if constexpr (n == 1)
    return at(first);
  else
    return fold.merge(merge_pairs<n / 2>(fold, at, first), merge_pairs<n / 2>(fold, at, first + n / 2));
}

/// Deals n dense elements, the first of index `index`, out to the lanes.
template <class T, std::size_t N, class Fold, std::size_t... K>
void fold_dense(const Fold& fold, std::array<const T*, N> x, std::int64_t kept, std::int64_t index,
                std::int64_t n, typename Fold::State* states, std::index_sequence<K...>) {
  const auto map = [&](std::int64_t i) { return fold.map(kept, index + i, x[K][i]...); };
  std::int64_t i = 0;
  for (; i + group <= n; i += group)
    for (std::int64_t l = 0; l < lanes; ++l)
      states[l] = fold.merge(
          states[l], merge_pairs<depth>(fold, [&](std::int64_t d) { return map(i + d * lanes + l); }));
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t l = 0; l < lanes; ++l) states[l] = fold.merge(states[l], map(i + l));
  for (std::int64_t l = 0; i + l < n; ++l) states[l] = fold.merge(states[l], map(i + l));
}

/// Deals n dense elements of each of `width` kept elements, which start `steps` apart, out to
/// states[kept, lane].
template <class T, std::size_t N, class Fold, std::size_t... K>
void fold_runs(const Fold& fold, std::array<const T*, N> x, std::array<std::int64_t, N> steps,
               std::int64_t width, std::int64_t kept, std::int64_t index, std::int64_t n,
               typename Fold::State* states, std::index_sequence<K...> arrays) {
  vectorized_for<T>([=] {
    for (std::int64_t j = 0; j < width; ++j)
      fold_dense(fold, std::array{x[K] + j * steps[K]...}, kept + j, index, n, states + j * lanes, arrays);
  });
}

/// Deals `n` rows, a group or what is left of it, out to states[lane, width]: an element of each to each of
/// `width` neighbouring kept elements.
template <class T, std::size_t N, class Fold, std::size_t... K>
void fold_group(const Fold& fold, const std::array<const T*, static_cast<std::size_t>(group)>* rows,
                std::int64_t kept, std::int64_t width, std::int64_t index, std::int64_t n,
                typename Fold::State* states, std::index_sequence<K...>) {
  using State = typename Fold::State;
  vectorized_for<T>([=] {
    for (std::int64_t l = 0; l < std::min(lanes, n); ++l) {
      State* __restrict lane = states + l * width;
      const auto row = [&](std::int64_t i, std::int64_t j) {
        return fold.map(kept + j, index + i, rows[K][static_cast<std::size_t>(i)][j]...);
      };
      if (n == group)
        for (std::int64_t j = 0; j < width; ++j)
          lane[j] = fold.merge(
              lane[j], merge_pairs<depth>(fold, [&](std::int64_t d) { return row(d * lanes + l, j); }));
      else
        for (std::int64_t i = l; i < n; i += lanes)
          for (std::int64_t j = 0; j < width; ++j) lane[j] = fold.merge(lane[j], row(i, j));
    }
  });
}

/// Elements [begin, end) of `width` kept elements that lie beside each other (or, in some arrays, are one and
/// the same: steps of 0), row by row, to states[lane, width]; the same bits.
template <class T, std::size_t N, class Fold, std::size_t... K>
void fold_rows(const Fold& fold, const Walk<1 + N>& reduced, std::array<const T*, N> x, std::int64_t kept,
               std::int64_t width, std::int64_t begin, std::int64_t end, typename Fold::State* states,
               std::index_sequence<K...> arrays) {
  std::array<std::array<const T*, static_cast<std::size_t>(group)>, N> rows;
  for (std::int64_t first = begin; first < end; first += group) {
    const std::int64_t n = std::min(group, end - first);
    std::size_t at = 0;
    walk_range(reduced, first, first + n, [&](const auto& offsets, std::int64_t m, const auto& steps) {
      for (std::int64_t i = 0; i < m; ++i, ++at)
        ((rows[K][at] = x[K] + offsets[K + 1] + i * steps[K + 1]), ...);
    });
    fold_group<T, N>(fold, rows.data(), kept, width, first, n, states, arrays);
  }
}

/// Whether the elements lie beside each other in all arrays but the first, their index.
template <std::size_t N>
bool is_dense_run(const Walk<N>& walk) {
  bool dense = walk.rank == 1;
  for (std::size_t k = 1; k < N; ++k) dense = dense && walk.strides[0][k] == 1;
  return dense;
}

/// Whether several neighbouring kept elements lie beside each other, and the reduced ones do not.
template <std::size_t N>
bool goes_by_rows(const Reduction<N>& plan) {
  bool rows = plan.kept.sizes[0] >= 4, reduced_dense = true;
  for (std::size_t k = 1; k <= N; ++k) {
    rows = rows && plan.kept.strides[0][k] == 1;
    reduced_dense = reduced_dense && plan.reduced.strides[0][k] == 1;
  }
  return rows && !reduced_dense;
}

/// Folds block `b` of at most `tile` kept elements, [first, last), into out[0], out[1], ... The plan goes by
/// rows, or its reduced elements are dense.
template <class T, std::size_t N, class Fold>
void fold_block(const Fold& fold, const Reduction<N>& plan, const std::array<const T*, N>& in,
                std::int64_t first, std::int64_t last, std::int64_t b, typename Fold::State* out) {
  using State = typename Fold::State;
  constexpr std::make_index_sequence<N> arrays;
  const std::int64_t begin = b * reduction_block;
  const std::int64_t end = std::min(plan.reduced.count, begin + reduction_block);
  const bool rows = goes_by_rows(plan);
  std::array<State, static_cast<std::size_t>(lanes * tile<State>)> states;
  walk_range(plan.kept, first, last, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    const std::int64_t kept = offsets[0];
    std::array<const T*, N> x = in;
    std::array<std::int64_t, N> x_steps;
    for (std::size_t k = 0; k < N; ++k) {
      x[k] += offsets[k + 1] + (rows ? 0 : begin);
      x_steps[k] = steps[k + 1];
    }
    std::fill_n(states.begin(), lanes * n, fold.start());
    if (rows)
      fold_rows(fold, plan.reduced, x, kept, n, begin, end, states.data(), arrays);
    else
      fold_runs(fold, x, x_steps, n, kept, begin, end - begin, states.data(), arrays);
    const std::int64_t lane_step = rows ? n : 1, kept_step = rows ? 1 : lanes;
    for (std::int64_t i = 0; i < n; ++i)
      out[kept - first + i] = merge_pairs<lanes>(fold, [&](std::int64_t l) {
        return states[static_cast<std::size_t>(l * lane_step + i * kept_step)];
      });
  });
}

}  // namespace detail

/// Folds n dense elements of each array; within `vectorized`.
template <class Fold, class... T>
typename Fold::State fold_run(const Fold& fold, std::int64_t n, const T*... in) {
  typename Fold::State states[static_cast<std::size_t>(detail::lanes)];
  for (auto& state : states) state = fold.start();
  detail::fold_dense(fold, std::array{in...}, 0, 0, n, states, std::index_sequence_for<T...>());
  return detail::merge_pairs<detail::lanes>(fold, [&](std::int64_t l) { return states[l]; });
}

}  // namespace gradus::kernels
