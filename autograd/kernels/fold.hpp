#pragma once

#include <gradus/autograd/kernels/lanes.hpp>
#include <gradus/autograd/kernels/map.hpp>

namespace gradus::kernels {

/// A reduction of N arrays of one shape: for each element of the kept dimensions, walks over the reduced
/// ones, which make up rows of them. Array 0 of each walk is the element's row-major index among its kind,
/// the others are its places in memory; all go in row-major order.
template <std::size_t N>
struct Reduction {
  Walk<1 + N> kept;
  Walk<1 + N> rows;  ///< of each kept element
  Walk<1 + N> row;   ///< the elements of one
};

/// Elements that one partial result covers, at most; rows have one or several of their own.
inline constexpr std::int64_t reduction_block = 4096;

/// A row is made of the last reduced dimensions, of as few as have so many elements.
inline constexpr std::int64_t reduction_row = 128;

namespace detail {

/// Neighbouring rows that are folded together: as many as have their lanes in 64 KiB, and so few that there
/// are several tiles to share out. The more, the longer are the runs that are read from memory.
template <class State>
inline constexpr std::int64_t tile =
    std::clamp<std::int64_t>(65536 / (lanes * static_cast<std::int64_t>(sizeof(State))), 16, 512);

/// What rows that are folded side by side are of: the first of them, and what the next differ by.
struct Origin {
  std::int64_t kept, index;  ///< as `map` of a fold is given them for the first element
  std::int64_t kept_step, index_step;
};

/// Folds n dense elements of each of `width` rows, which start `steps` apart, into out[0], out[1], ... There
/// is room for their lanes in `states`.
template <class T, std::size_t N, class Fold, std::size_t... K>
void fold_runs(const Fold& fold, std::array<const T*, N> x, std::array<std::int64_t, N> steps,
               std::int64_t width, Origin origin, std::int64_t n, typename Fold::State* states,
               typename Fold::State* out, std::index_sequence<K...> arrays) {
  vectorized_for<T>([=] {
    for (std::int64_t i = 0; i < width * lanes; ++i) states[i] = fold.start();
    for (std::int64_t j = 0; j < width; ++j)
      fold_dense(fold, std::array{x[K] + j * steps[K]...}, origin.kept + j * origin.kept_step,
                 origin.index + j * origin.index_step, n, states + j * lanes, arrays);
    for (std::int64_t j = 0; j < width; ++j)
      out[j] = merge_lanes<lanes>(fold, [&](std::int64_t l) { return states[j * lanes + l]; });
  });
}

/// A group of elements, or what is left of it, and where those of the first of several neighbouring rows lie
/// in each of N arrays.
template <class T, std::size_t N>
struct Group {
  std::int64_t count = 0;
  std::array<std::array<const T*, static_cast<std::size_t>(group)>, N> at;
};

/// Whether groups are asked for while the one before is folded: if runs of `width` neighbours are so short
/// that the processor does not foresee the next one, and folds of several sums work on each for so long that
/// it comes to few others while it waits for memory.
template <class T, class Fold>
bool asks_ahead(std::int64_t width) {
  constexpr std::int64_t short_run = 1024;
  return sizeof(typename Fold::State) > sizeof(double) && width * std::int64_t(sizeof(T)) < short_run;
}

/// Asks for `width` neighbours of elements [begin, end) of a group, into the second level of the cache.
template <class T, std::size_t N>
void ask_for(const Group<T, N>& next, std::int64_t width, std::int64_t begin, std::int64_t end) {
  constexpr std::int64_t line = 64 / sizeof(T);
  for (std::int64_t i = begin; i < std::min(end, next.count); ++i)
    for (const auto& array : next.at)
      for (std::int64_t j = 0; j < width; j += line)
        __builtin_prefetch(array[static_cast<std::size_t>(i)] + j, 0, 2);
}

/// Deals a group of each of `width` rows out to states[lane, width]; those of neighbouring rows lie beside
/// each other. The rows are of neighbouring kept elements, or of one. Asks for the group `next`.
template <bool along_kept, class T, std::size_t N, class Fold, std::size_t... K>
void fold_group(const Fold& fold, const Group<T, N>& in, const Group<T, N>& next, std::int64_t width,
                Origin origin, typename Fold::State* states, std::index_sequence<K...>) {
  using State = typename Fold::State;
  vectorized_for<T>([=, &in, &next, n = in.count] {
    for (std::int64_t l = 0; l < std::min(lanes, n); ++l) {
      ask_for(next, width, l * depth, (l + 1) * depth);
      State* __restrict lane = states + l * width;
      const auto map = [&](std::int64_t i, std::int64_t j) {
        const std::int64_t kept = origin.kept + (along_kept ? j : 0),
                           index = origin.index + i + (along_kept ? 0 : j * origin.index_step);
        return fold.map(kept, index, in.at[K][static_cast<std::size_t>(i)][j]...);
      };
      if (n == group)
        for (std::int64_t j = 0; j < width; ++j)
          lane[j] = fold.merge(
              lane[j], merge_elements<depth>(fold, [&](std::int64_t d) { return map(d * lanes + l, j); }));
      else
        for (std::int64_t i = l; i < n; i += lanes)
          for (std::int64_t j = 0; j < width; ++j)
            lane[j] = fold.merge(lane[j], static_cast<State>(map(i, j)));
    }
  });
}

/// As `fold_runs`, the same bits, for elements [begin, end) of rows whose elements do not lie beside each
/// other, but beside those of the neighbouring rows.
template <class T, std::size_t N, class Fold, std::size_t... K>
void fold_side_by_side(const Fold& fold, const Walk<1 + N>& row, std::array<const T*, N> x,
                       std::int64_t width, Origin origin, std::int64_t begin, std::int64_t end,
                       typename Fold::State* states, typename Fold::State* out,
                       std::index_sequence<K...> arrays) {
  std::fill_n(states, width * lanes, fold.start());
  const auto find = [&](std::int64_t first, Group<T, N>& to) {
    to.count = std::clamp<std::int64_t>(end - first, 0, group);
    std::size_t at = 0;
    walk_range(row, first, first + to.count, [&](const auto& offsets, std::int64_t m, const auto& steps) {
      for (std::int64_t i = 0; i < m; ++i, ++at)
        ((to.at[K][at] = x[K] + offsets[K + 1] + i * steps[K + 1]), ...);
    });
  };
  const bool ahead = asks_ahead<T, Fold>(width);
  Group<T, N> in, next;
  for (std::int64_t first = begin; first < end; first += group) {
    find(first, in);
    if (ahead) find(first + group, next);
    if (origin.kept_step == 1)
      fold_group<true, T, N>(fold, in, next, width, origin, states, arrays);
    else
      fold_group<false, T, N>(fold, in, next, width, origin, states, arrays);
    origin.index += in.count;
  }
  vectorized_for<T>([=] {
    for (std::int64_t j = 0; j < width; ++j)
      out[j] = merge_lanes<lanes>(fold, [&](std::int64_t l) { return states[l * width + j]; });
  });
}

/// As `fold_side_by_side` for n elements of each row, one for a lane at most, x[i, j] the i-th of row j.
template <std::int64_t n, class T, std::size_t N, class Fold, std::size_t... K>
void fold_few(const Fold& fold, std::array<const T*, N> x, std::array<std::int64_t, N> steps,
              std::int64_t width, Origin origin, typename Fold::State* out, std::index_sequence<K...>) {
  using State = typename Fold::State;
  vectorized_for<T>([=] {
    for (std::int64_t j = 0; j < width; ++j)
      out[j] = merge_lanes<n>(fold, [&](std::int64_t i) {
        return fold.merge(fold.start(), static_cast<State>(fold.map(origin.kept + j, origin.index + i,
                                                                    x[K][i * steps[K] + j]...)));
      });
  });
}

template <class T, std::size_t N, class Fold, std::size_t... M>
void fold_few(const Fold& fold, const Walk<1 + N>& row, std::array<const T*, N> x, std::int64_t width,
              Origin origin, typename Fold::State* out, std::index_sequence<M...>) {
  std::array<std::int64_t, N> steps;
  for (std::size_t k = 0; k < N; ++k) steps[k] = row.strides[0][k + 1];
  constexpr std::make_index_sequence<N> arrays;
  ((row.count == std::int64_t(M) + 1
        ? fold_few<std::int64_t(M) + 1>(fold, x, steps, width, origin, out, arrays)
        : void()),
   ...);
}

/// Whether the elements lie beside each other in all arrays but the first, their index.
template <std::size_t N>
bool is_dense_run(const Walk<N>& walk) {
  bool dense = walk.rank == 1;
  for (std::size_t k = 1; k < N; ++k) dense = dense && walk.strides[0][k] == 1;
  return dense;
}

/// Whether several neighbouring rows lie beside each other, and the elements of each do not.
template <std::size_t N>
bool lie_side_by_side(const Walk<1 + N>& starts, const Walk<1 + N>& row) {
  bool beside = starts.sizes[0] >= 4, dense = true;
  for (std::size_t k = 1; k <= N; ++k) {
    beside = beside && starts.strides[0][k] == 1;
    dense = dense && row.strides[0][k] == 1;
  }
  return beside && !dense;
}

/// The dimensions of `inner`, then those of `outer`. Array 0 is the element's place in this order. The two
/// are not joined: no run of the walk goes on from one inner walk to the next.
template <std::size_t N>
Walk<N> nested(const Walk<N>& inner, const Walk<N>& outer) {
  Walk<N> walk = inner;
  walk.count *= outer.count;
  for (std::size_t d = 0; d < outer.rank; ++d) {
    if (outer.sizes[d] == 1) continue;
    walk.sizes[walk.rank] = outer.sizes[d];
    walk.strides[walk.rank] = outer.strides[d];
    walk.strides[walk.rank++][0] *= inner.count;
  }
  return walk;
}

/// All rows of a reduction, those of a kept element after each other, or those of the same place of all kept
/// elements.
template <std::size_t N>
struct RowOrder {
  Walk<1 + N> starts;
  std::int64_t kept, rows, length;
  bool along_kept;

  explicit RowOrder(const Reduction<N>& plan)
      : kept(plan.kept.count),
        rows(plan.rows.count),
        length(plan.row.count),
        along_kept(rows == 1 || lie_side_by_side<N>(plan.kept, plan.row) || lie_by_rows(plan)) {
    if (rows == 1)
      starts = plan.kept;
    else if (along_kept)
      starts = nested(plan.kept, plan.rows);
    else
      starts = nested(plan.rows, plan.kept);
  }
  /// Whether dense rows of neighbouring kept elements lie closer to each other than those of one.
  static bool lie_by_rows(const Reduction<N>& plan) {
    return plan.kept.count > 1 && is_dense_run(plan.row) && plan.kept.strides[0][1] < plan.rows.strides[0][1];
  }
  std::int64_t count() const { return kept * rows; }
  std::int64_t position(std::int64_t of_kept, std::int64_t row) const {
    return along_kept ? row * kept + of_kept : of_kept * rows + row;
  }
  /// Of the rows from a position on, and their elements from `begin` on.
  Origin origin(std::int64_t position, std::int64_t begin) const {
    if (along_kept) return {position % kept, position / kept * length + begin, 1, 0};
    return {position / rows, position % rows * length + begin, 0, length};
  }
};

/// Folds block `b` of at most `tile` rows, [first, last), into out[0], out[1], ... The rows lie side by side,
/// or are dense.
template <class T, std::size_t N, class Fold>
void fold_block(const Fold& fold, const RowOrder<N>& order, const Walk<1 + N>& row,
                const std::array<const T*, N>& in, std::int64_t first, std::int64_t last, std::int64_t b,
                typename Fold::State* out) {
  using State = typename Fold::State;
  constexpr std::make_index_sequence<N> arrays;
  const std::int64_t begin = b * reduction_block;
  const std::int64_t end = std::min(row.count, begin + reduction_block);
  const bool side_by_side = lie_side_by_side<N>(order.starts, row);
  const bool few = row.count > 0 && row.count <= lanes && row.rank == 1 && order.along_kept;
  std::array<State, static_cast<std::size_t>(lanes * tile<State>)> states;
  walk_range(order.starts, first, last, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    const Origin origin = order.origin(offsets[0], begin);
    State* const to = out + (offsets[0] - first);
    std::array<const T*, N> x = in;
    std::array<std::int64_t, N> x_steps;
    for (std::size_t k = 0; k < N; ++k) {
      x[k] += offsets[k + 1] + (side_by_side ? 0 : begin);
      x_steps[k] = steps[k + 1];
    }
    if (side_by_side && few)
      fold_few(fold, row, x, n, origin, to, std::make_index_sequence<std::size_t(lanes)>());
    else if (side_by_side)
      fold_side_by_side(fold, row, x, n, origin, begin, end, states.data(), to, arrays);
    else
      fold_runs(fold, x, x_steps, n, origin, end - begin, states.data(), to, arrays);
  });
}

}  // namespace detail

/// Folds a row of n dense elements of each array; within `vectorized`. Blocks that are worth it, and are not
/// folded by registers, are so by a call: among the caller's loops a fold that compares would not be
/// vectorised.
template <class Fold, class T, class... Ts>
typename Fold::State fold_run(const Fold& fold, std::int64_t n, const T* in, const Ts*... more) {
  using State = typename Fold::State;
  bool inlined = n < detail::group;
  if constexpr (detail::takes_registers<Fold, T>) inlined = inlined || detail::by_register<Fold, T>();
  State total = fold.start();
  for (std::int64_t begin = 0; begin < n; begin += reduction_block) {
    const std::int64_t count = std::min(reduction_block, n - begin);
    State block = fold.start();
    if (inlined)
      block = detail::fold_lanes(fold, begin, count, in + begin, more + begin...);
    else
      vectorized_for<T>(
          [=, &block] { block = detail::fold_lanes(fold, begin, count, in + begin, more + begin...); });
    total = begin == 0 ? block : fold.merge(total, block);
  }
  return total;
}

}  // namespace gradus::kernels
