#pragma once

#include <algorithm>
#include <memory>
#include <numeric>

#include <gradus/autograd/kernels/fold.hpp>
#include <gradus/autograd/kernels/layout.hpp>
#include <gradus/autograd/kernels/memory.hpp>

/// Reductions of elements that lie in memory in another order than they are folded in: spans of them are put
/// in order first.
namespace gradus::kernels::detail {

/// The elements of array k of a plan, those of each row together and the rows of each kept one, and where
/// they go when they are put beside each other.
template <std::size_t N>
Walk<2> in_order(const Reduction<N>& plan, std::size_t k) {
  Walk<2> order;
  for (const auto* walk : {&plan.row, &plan.rows, &plan.kept})
    for (std::size_t d = 0; d < walk->rank; ++d) {
      const std::int64_t size = walk->sizes[d], step = walk->strides[d][k + 1];
      const std::size_t last = order.rank - 1;
      if (size == 1) continue;
      if (order.rank > 0 && step == order.sizes[last] * order.strides[last][1]) {
        order.sizes[last] *= size;
      } else {
        order.sizes[order.rank] = size;
        order.strides[order.rank++] = {order.count, step};
      }
      order.count *= size;
    }
  if (order.rank == 0) order.rank = 1, order.sizes[0] = 1, order.strides[0] = {1, 1};
  return order;
}

/// An array's elements in order, a span at a time.
template <class T>
class Ordered {
 public:
  /// Elements of a span, and how many a band may have so that spans are made of bands.
  static constexpr std::int64_t span = 131072 / sizeof(T), largest_band = 2 * span;

  /// Bands that are too large are put in order at once.
  void start(const Walk<2>& order, const T* from) {
    order_ = order;
    from_ = from;
    band_ = band(sizeof(T), order);
    if (band_ > largest_band) {
      whole_ = std::make_unique<Scratch<T>>(order.count);
      copy_walk(order, whole_->data(), from);
      from_ = whole_->data();
      order_ = {.count = order.count, .rank = 1, .sizes = {order.count}, .strides = {{{1, 1}}}};
      band_ = 1;
    }
  }
  std::int64_t unit() const { return band_; }
  bool in_place() const { return order_.rank == 1 && order_.strides[0][1] == 1; }
  /// Elements [begin, end); `room` is for as many.
  const T* get(std::int64_t begin, std::int64_t end, T* room) const {
    if (in_place()) return from_ + begin;
    gather(order_, begin, end, room, from_);
    return room;
  }

 private:
  Walk<2> order_;
  const T* from_ = nullptr;
  std::int64_t band_ = 1;
  std::unique_ptr<Scratch<T>> whole_;
};

/// How the elements, in order, are cut into pieces: the blocks of each row.
struct Pieces {
  std::int64_t n, blocks;  // elements, and blocks of them, of each row
  std::int64_t row(std::int64_t piece) const { return piece / blocks; }
  std::int64_t begin(std::int64_t piece) const { return piece % blocks * reduction_block; }  ///< in its row
  std::int64_t first(std::int64_t piece) const { return row(piece) * n + begin(piece); }
};

/// Folds pieces [begin, end), whose elements start at x, into partial[begin], ...
template <class T, std::size_t N, class Fold, std::size_t... K>
void fold_pieces(const Fold& fold, const Pieces& pieces, const RowOrder<N>& order, std::array<const T*, N> x,
                 std::int64_t begin, std::int64_t end, typename Fold::State* partial,
                 std::index_sequence<K...> arrays) {
  using State = typename Fold::State;
  std::array<State, static_cast<std::size_t>(lanes * tile<State>)> states;
  const std::int64_t start = pieces.first(begin);
  std::int64_t width;  // pieces of one length, of neighbouring kept elements or of one
  for (std::int64_t p = begin; p < end; p += width) {
    const std::int64_t first = pieces.first(p), n = pieces.first(p + 1) - first;
    width = pieces.blocks > 1 ? 1 : std::min(end - p, tile<State>);
    if (!order.along_kept) width = std::min(width, order.rows - p / pieces.blocks % order.rows);
    std::array<std::int64_t, N> steps;
    steps.fill(n);
    fold_runs(fold, std::array{x[K] + (first - start)...}, steps, width,
              order.origin(pieces.row(p), pieces.begin(p)), n, states.data(), partial + p, arrays);
  }
}

/// The plan of a fold that may merge elements in any order, so in that of the memory: one row for each kept
/// element.
template <std::size_t N>
Reduction<N> in_any_order(const Reduction<N>& plan) {
  const Walk<1 + N> all = nested(plan.row, plan.rows);
  std::array<std::size_t, Dims::max_rank> dims{};
  std::iota(dims.begin(), dims.begin() + all.rank, std::size_t(0));
  std::stable_sort(dims.begin(), dims.begin() + all.rank,
                   [&](std::size_t a, std::size_t b) { return all.strides[a][1] < all.strides[b][1]; });
  Reduction<N> sorted{plan.kept, {}, {.count = all.count}};
  Walk<1 + N>& walk = sorted.row;
  for (std::size_t i = 0; i < all.rank; ++i) {
    const std::int64_t size = all.sizes[dims[i]];
    const auto& steps = all.strides[dims[i]];
    bool joins = i > 0;
    for (std::size_t k = 1; joins && k <= N; ++k)
      joins = steps[k] == walk.sizes[walk.rank - 1] * walk.strides[walk.rank - 1][k];
    if (joins) {
      walk.sizes[walk.rank - 1] *= size;
    } else {
      walk.sizes[walk.rank] = size;
      walk.strides[walk.rank++] = steps;
    }
  }
  return sorted;
}

/// Calls store(position, result) for each row of a reduction, perhaps in parallel.
template <class Fold, class T, std::size_t N, class Store>
void reduce_spans(const Fold& fold, const Reduction<N>& plan, const RowOrder<N>& order, std::int64_t cost,
                  const std::array<const T*, N>& in, const Store& store) {
  using State = typename Fold::State;
  const std::int64_t n = order.length, rows = order.count();
  const Pieces pieces{n, std::max<std::int64_t>(chunk_count(n, reduction_block), 1)};
  std::array<Ordered<T>, N> arrays;
  std::int64_t unit = 1;
  for (std::size_t k = 0; k < N; ++k) {
    arrays[k].start(in_order(plan, k), in[k]);
    unit = std::max(unit, arrays[k].unit());
  }
  const std::int64_t size = std::clamp<std::int64_t>(n, 1, reduction_block);  // of a piece
  const std::int64_t span = unit == 1 ? reduction_block : chunk_count(Ordered<T>::span, unit) * unit;
  const std::int64_t at_once = chunk_count(span, size);
  const std::int64_t chunk = chunk_count(chunk_for(size * cost), at_once) * at_once;
  const auto memory = std::make_unique_for_overwrite<State[]>(static_cast<std::size_t>(rows * pieces.blocks));
  State* const partial = memory.get();  // [rows, blocks]
  parallel_for(rows * pieces.blocks, chunk, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t room = std::min(end - begin, at_once) * size;
    const Scratch<T> rooms(static_cast<std::int64_t>(N) * room);
    for (std::int64_t p = begin; p < end; p += at_once) {
      const std::int64_t q = std::min(end, p + at_once);
      std::array<const T*, N> x;
      for (std::size_t k = 0; k < N; ++k)
        x[k] = arrays[k].get(pieces.first(p), pieces.first(q),
                             rooms.data() + static_cast<std::int64_t>(k) * room);
      fold_pieces(fold, pieces, order, x, p, q, partial, std::make_index_sequence<N>());
    }
  });
  parallel_for(rows, chunk_for(4 * pieces.blocks), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const State* of_row = partial + r * pieces.blocks;
      State total = of_row[0];
      for (std::int64_t b = 1; b < pieces.blocks; ++b) total = fold.merge(total, of_row[b]);
      store(r, total);
    }
  });
}

}  // namespace gradus::kernels::detail
