#pragma once

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/loops.hpp>

/// Functions of each element, for arrays in any strides, by one vectorised loop over dense ones.
namespace gradus::kernels {

/// The cost of an element in loops that do so little that memory bounds them.
struct Streaming {
  constexpr operator std::int64_t() const { return 1; }  // NOLINT: implicit, as any other cost
};

/// A function of elements that loops over elements that are all common may compute in another way, without
/// branches and calls; the values are the same.
template <class General, class Common, class Test>
struct Cases {
  General general;
  Common common;
  Test is_common;  ///< of the same arguments
  auto operator()(auto... x) const { return general(x...); }
};
template <class General, class Common, class Test>
Cases(General, Common, Test) -> Cases<General, Common, Test>;

namespace detail {

/// Elements of an array that are put beside each other, for a loop over dense arrays, when they do not lie so
/// in memory. They are kept until others are asked for.
template <class T>
class Stage {
 public:
  static constexpr std::int64_t size = 512;

  /// n <= size elements, `step` apart.
  const T* gather(const T* from, std::int64_t n, std::int64_t step) {
    if (step == 1) return from;
    if (from != held_ || step != 0 || n > held_count_) put(0, from, n, step);
    held_ = from;
    held_count_ = n;
    return values_;
  }
  /// Puts n elements behind the first `at`.
  void put(std::int64_t at, const T* from, std::int64_t n, std::int64_t step) {
    T* to = values_ + at;
    if (step == 1)
      for (std::int64_t i = 0; i < n; ++i) to[i] = from[i];
    else if (step == 0)
      std::fill(to, to + n, *from);
    else
      for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * step];
  }
  /// Room for n <= size results that are to go to `to`, and their way there.
  T* room(T* to, std::int64_t step) { return step == 1 ? to : values_; }
  void scatter(T* to, std::int64_t n, std::int64_t step) const {
    if (step != 1)
      for (std::int64_t i = 0; i < n; ++i) to[i * step] = values_[i];
  }
  /// `period` <= size dense elements, over and over, for `size` elements from any of them on.
  void repeat(const T* from, std::int64_t period) {
    put(0, from, period, 1);
    for (std::int64_t i = period; i < size + period; ++i) values_[i] = values_[i - period];
  }
  const T* values() const { return values_; }
  T& at(std::int64_t i) { return values_[i]; }

 private:
  alignas(64) T values_[static_cast<std::size_t>(2 * size)];
  const T* held_ = nullptr;
  std::int64_t held_count_ = 0;
};

/// Some runs of n elements that lie side by side; from one to the next it is steps[k] in array k.
template <std::size_t N>
struct Runs {
  std::int64_t n, count = 1;
  std::array<std::int64_t, N> steps{};
};

/// out[i] = f(in[i]...) for the elements of a run.
template <class F, class R, class... X>
[[gnu::always_inline]] inline void map_run(std::int64_t n, const F& f, R* out, const X*... in) {
// What goes into an element does not depend on others.
#ifndef __clang__  // which asks the addresses instead
#pragma GCC ivdep
#endif
  for (std::int64_t i = 0; i < n; ++i) out[i] = f(in[i]...);
}

/// `vectorized_for` for a loop of this cost. Several arrays of one type come from the last cache, and from
/// memory, 7 to 12% faster by vectors of 256 bits than of 512, and no slower from the others.
template <class Cost, class R, class... X, class F>
void vectorized_map(F f) {
  constexpr bool same = std::is_floating_point_v<R> && (std::is_same_v<R, X> && ...);
  if constexpr (std::is_same_v<Cost, Streaming> && same && sizeof...(X) >= 2)
    vectorized_narrow(f);
  else
    vectorized_for<R, X...>(f);
}

/// out[i] = f(in[i]...) for runs of dense arrays. `out` may be one of those that go in; otherwise they share
/// no memory.
template <class Cost, class F, class R, class... X, std::size_t... K>
void map_dense(const Runs<1 + sizeof...(X)>& all, std::index_sequence<K...>, F f, R* out, const X*... in) {
  vectorized_map<Cost, R, X...>([=, runs = all] {
    for (std::int64_t r = 0; r < runs.count; ++r)
      map_run(runs.n, f, out + r * runs.steps[0], in + r * runs.steps[K + 1]...);
  });
}

/// As above, a block of a run at a time.
template <class Cost, class General, class Common, class Test, class R, class... X, std::size_t... K>
void map_dense(const Runs<1 + sizeof...(X)>& runs, std::index_sequence<K...> arrays,
               Cases<General, Common, Test> f, R* out, const X*... in) {
  constexpr std::int64_t block = 256;
  const auto map_block = [&](std::int64_t n, R* to, const X*... from) {
    int rare = 0;
    vectorized_for<R, X...>([=, &rare] {
      int any = 0;
      for (std::int64_t i = 0; i < n; ++i) any |= f.is_common(from[i]...) ? 0 : 1;
      rare = any;
    });
    if (rare != 0)
      map_dense<Cost>({n}, arrays, f.general, to, from...);
    else
      map_dense<Cost>({n}, arrays, f.common, to, from...);
  };
  for (std::int64_t r = 0; r < runs.count; ++r)
    for (std::int64_t i = 0; i < runs.n; i += block)
      map_block(std::min(block, runs.n - i), out + r * runs.steps[0] + i, in + r * runs.steps[K + 1] + i...);
}

/// Whether array k of the walk lies densely in the order of the walk.
template <std::size_t N>
bool is_dense(const Walk<N>& walk, std::size_t k) {
  std::int64_t expected = 1;
  for (std::size_t d = 0; d < walk.rank; ++d) {
    if (walk.strides[d][k] != expected) return false;
    expected *= walk.sizes[d];
  }
  return true;
}

/// Where a loop over the whole walk finds an array's elements: dense in the walk's order, so for the
/// innermost dimension and over and over for the others, or elsewhere.
enum class Lies { dense, periodic, scattered };

template <std::size_t N>
Lies lies(const Walk<N>& walk, std::size_t k) {
  if (is_dense(walk, k)) return Lies::dense;
  bool periodic = walk.strides[0][k] == 1;
  for (std::size_t d = 1; d < walk.rank; ++d) periodic = periodic && walk.strides[d][k] == 0;
  return periodic ? Lies::periodic : Lies::scattered;
}

/// Which of two arrays has a single element that goes with all those of the other, and so need not be put
/// beside itself.
enum class Single { none, first, second };

/// Does out[i] = f(in[i]...) for runs of dense arrays, but for a single element in each. What strides there
/// are otherwise does not concern it, so that the code for them is shared by all f of the same element types.
template <class R, class... X>
using DenseLoop =
    FunctionRef<void(Single single, const Runs<1 + sizeof...(X)>& runs, R* out, const X*... in)>;

/// `steps` are those of the result and of what goes in.
template <std::size_t N>
Single single_of(const std::array<std::int64_t, N>& steps) {
  if (N != 3 || (steps[1] == 0) == (steps[2] == 0)) return Single::none;
  return steps[1] == 0 ? Single::first : Single::second;
}

/// `map_dense`, with a single element in the place of a run of one of two arrays.
template <class Cost, class F, class R, class X, class Y>
void map_single(Single single, const Runs<3>& all, F f, R* out, const X* x, const Y* y) {
  vectorized_map<Cost, R, X, Y>([=, runs = all] {
    for (std::int64_t r = 0; r < runs.count; ++r) {
      R* const to = out + r * runs.steps[0];
      const X* const left = x + r * runs.steps[1];
      const Y* const right = y + r * runs.steps[2];
      if (single == Single::first)
        map_run(
            runs.n, [f, a = *left](Y b) -> R { return f(a, b); }, to, right);
      else
        map_run(
            runs.n, [f, b = *right](X a) -> R { return f(a, b); }, to, left);
    }
  });
}

/// Elements [begin, end) of the walk, run by run, or many runs together where none needs to be put in order.
template <class R, class... X, std::size_t... K>
void map_runs(const Walk<1 + sizeof...(X)>& walk, std::int64_t begin, std::int64_t end,
              std::index_sequence<K...>, DenseLoop<R, X...> loop, R* out, const X*... in) {
  const auto& steps = walk.strides[0];
  const Single single = single_of(steps);
  const auto in_place = [&](std::int64_t step) { return step == 1 || (step == 0 && single != Single::none); };
  if (steps[0] == 1 && (in_place(steps[K + 1]) && ...))
    return walk_rows(walk, begin, end, [&](const auto& offsets, std::int64_t n, std::int64_t rows) {
      loop(single, {n, rows, walk.strides[1]}, out + offsets[0], in + offsets[K + 1]...);
    });
  Stage<R> result;
  std::tuple<Stage<X>...> stages;
  walk_range(walk, begin, end, [&](const auto& offsets, std::int64_t n, const auto&) {
    for (std::int64_t i = 0; i < n; i += Stage<R>::size) {
      const std::int64_t m = std::min(Stage<R>::size, n - i);
      R* to = out + offsets[0] + i * steps[0];
      const auto put = [&](auto& stage, const auto* from, std::int64_t step) {
        return in_place(step) ? from : stage.gather(from, m, step);
      };
      loop(single, {m}, result.room(to, steps[0]),
           put(std::get<K>(stages), in + offsets[K + 1] + i * steps[K + 1], steps[K + 1])...);
      result.scatter(to, m, steps[0]);
    }
  });
}

/// Whether array k lies densely along the second dimension of the walk, not along the first: turned, as
/// against the result.
template <std::size_t N>
bool is_turned(const Walk<N>& walk, std::size_t k) {
  return walk.rank > 1 && walk.strides[1][k] == 1 && walk.strides[0][k] > 1;
}

/// Rows and columns that are taken together when an array is turned: a cache line's worth of neighbours.
inline constexpr std::int64_t tile_rows = 16, tile_columns = 64;

/// As `map_runs` for `rows` whole rows of the first dimension, the first at `begin`, with turned arrays read
/// a few rows at a time.
template <class R, class... X, std::size_t... K>
void map_tiles(const Walk<1 + sizeof...(X)>& walk, std::int64_t begin, std::int64_t rows,
               std::index_sequence<K...>, DenseLoop<R, X...> loop, R* out, const X*... in) {
  const std::array<std::int64_t, 1 + sizeof...(X)>&inner = walk.strides[0], &outer = walk.strides[1];
  const Single single = single_of(inner);
  std::tuple<Stage<X>...> stages;
  walk_range(walk, begin, begin + 1, [&](const auto& offsets, std::int64_t, const auto&) {
    for (std::int64_t j = 0; j < walk.sizes[0]; j += tile_columns) {
      const std::int64_t n = std::min(tile_columns, walk.sizes[0] - j);
      const auto turn = [&](auto& stage, const auto* from, std::int64_t step) {
        for (std::int64_t c = 0; c < n; ++c)
          for (std::int64_t r = 0; r < rows; ++r) stage.at(r * tile_columns + c) = from[c * step + r];
      };
      ((is_turned(walk, K + 1)
            ? turn(std::get<K>(stages), in + offsets[K + 1] + j * inner[K + 1], inner[K + 1])
            : void()),
       ...);
      const auto row = [&](auto& stage, bool turned, const auto* from, std::int64_t r, std::int64_t step) {
        if (turned) return stage.values() + r * tile_columns;
        return step == 0 && single != Single::none ? from : stage.gather(from, n, step);
      };
      for (std::int64_t r = 0; r < rows; ++r)
        loop(single, {n}, out + offsets[0] + r * outer[0] + j,
             row(std::get<K>(stages), is_turned(walk, K + 1),
                 in + offsets[K + 1] + r * outer[K + 1] + j * inner[K + 1], r, inner[K + 1])...);
    }
  });
}

/// Elements [begin, end) by `map_tiles`, and by `map_runs` where no whole rows remain.
template <class R, class... X, std::size_t... K>
void map_turned(const Walk<1 + sizeof...(X)>& walk, std::int64_t begin, std::int64_t end,
                std::index_sequence<K...> arrays, DenseLoop<R, X...> loop, R* out, const X*... in) {
  const std::int64_t length = walk.sizes[0];
  while (begin < end) {
    const std::int64_t row = begin / length;
    const std::int64_t rows =
        std::min({tile_rows, walk.sizes[1] - row % walk.sizes[1], (end - begin) / length});
    if (begin % length == 0 && rows > 0) {
      map_tiles(walk, begin, rows, arrays, loop, out, in...);
      begin += rows * length;
    } else {
      const std::int64_t next = std::min(end, (row + 1) * length);
      map_runs(walk, begin, next, arrays, loop, out, in...);
      begin = next;
    }
  }
}

/// As `map_runs` for a dense result and short runs, several of which are gathered; what repeats itself is
/// gathered once.
template <class R, class... X, std::size_t... K>
void map_blocks(const Walk<1 + sizeof...(X)>& walk, std::int64_t begin, std::int64_t end,
                std::index_sequence<K...>, DenseLoop<R, X...> loop, R* out, const X*... in) {
  constexpr std::int64_t size = Stage<R>::size;
  const std::int64_t period = walk.sizes[0];
  std::tuple<Stage<X>...> stages;
  const std::array<Lies, sizeof...(X)> how{lies(walk, K + 1)...};
  ((how[K] == Lies::periodic ? std::get<K>(stages).repeat(in, period) : void()), ...);
  const bool gathers = ((how[K] == Lies::scattered) || ...);
  for (std::int64_t first = begin; first < end; first += size) {
    const std::int64_t n = std::min(size, end - first);
    std::int64_t at = 0;
    if (gathers)
      walk_range(walk, first, first + n, [&](const auto& offsets, std::int64_t m, const auto& steps) {
        ((how[K] == Lies::scattered ? std::get<K>(stages).put(at, in + offsets[K + 1], m, steps[K + 1])
                                    : void()),
         ...);
        at += m;
      });
    loop(Single::none, {n}, out + first,
         (how[K] == Lies::dense
              ? in + first
              : std::get<K>(stages).values() + (how[K] == Lies::periodic ? first % period : 0))...);
  }
}

/// Whether to go by `map_blocks`: runs are so short that a call for each costs more than to gather, or need
/// no gathering but of what repeats itself.
template <std::size_t N>
bool goes_by_blocks(const Walk<N>& walk) {
  constexpr std::int64_t short_run = 64, repeatable = 256;
  if (walk.rank == 1 || walk.sizes[0] > repeatable || !is_dense(walk, 0)) return false;
  bool all = true;
  for (std::size_t k = 1; k < N; ++k) all = all && lies(walk, k) != Lies::scattered;
  return all || walk.sizes[0] < short_run;
}

/// Whether to go by `map_turned`.
template <std::size_t N>
bool goes_by_tiles(const Walk<N>& walk) {
  if (walk.strides[0][0] != 1 || walk.sizes[0] < tile_rows) return false;
  for (std::size_t k = 1; k < N; ++k)
    if (is_turned(walk, k)) return true;
  return false;
}

template <class R, class... X>
void map_walk(const Walk<1 + sizeof...(X)>& walk, std::int64_t cost, DenseLoop<R, X...> loop, R* out,
              const X*... in) {
  const auto arrays = std::index_sequence_for<X...>();
  const bool blocks = goes_by_blocks(walk), turned = !blocks && goes_by_tiles(walk);
  parallel_for(walk.count, chunk_for(cost), [&](std::int64_t begin, std::int64_t end) {
    if (blocks)
      map_blocks(walk, begin, end, arrays, loop, out, in...);
    else if (turned)
      map_turned(walk, begin, end, arrays, loop, out, in...);
    else
      map_runs(walk, begin, end, arrays, loop, out, in...);
  });
}

// What nearly every op needs of it is compiled once, in map.cpp.
extern template void map_walk<float, float>(const Walk<2>&, std::int64_t, DenseLoop<float, float>, float*,
                                            const float*);
extern template void map_walk<float, float, float>(const Walk<3>&, std::int64_t,
                                                   DenseLoop<float, float, float>, float*, const float*,
                                                   const float*);
extern template void map_walk<float, float, float, float>(const Walk<4>&, std::int64_t,
                                                          DenseLoop<float, float, float, float>, float*,
                                                          const float*, const float*, const float*);
extern template void map_walk<double, double>(const Walk<2>&, std::int64_t, DenseLoop<double, double>,
                                              double*, const double*);
extern template void map_walk<double, double, double>(const Walk<3>&, std::int64_t,
                                                      DenseLoop<double, double, double>, double*,
                                                      const double*, const double*);
extern template void map_walk<double, double, double, double>(const Walk<4>&, std::int64_t,
                                                              DenseLoop<double, double, double, double>,
                                                              double*, const double*, const double*,
                                                              const double*);

}  // namespace detail

/// out[i] = f(in[i]...) for dense arrays of n elements, perhaps in parallel; `cost` as for `chunk_for`, or
/// Streaming. `out` may be one of those that go in; otherwise they share no memory.
template <class Cost, class F, class R, class... X>
void map(std::int64_t n, Cost cost, F f, R* out, const X*... in) {
  if (n == 1) {
    *out = f(*in...);
    return;
  }
  parallel_for(n, chunk_for(cost), [&](std::int64_t begin, std::int64_t end) {
    detail::map_dense<Cost>({end - begin}, std::index_sequence_for<X...>(), f, out + begin, in + begin...);
  });
}

/// out[i] = f(in[i]...) for the arrays of a walk. `out` shares no memory with what goes in, but for arrays
/// that lie as it does.
template <class Cost, class F, class R, class... X>
void map(const Walk<1 + sizeof...(X)>& walk, Cost cost, F f, R* out, const X*... in) {
  const auto loop = [&](detail::Single single, const detail::Runs<1 + sizeof...(X)>& runs, R* y,
                        const X*... x) {
    if constexpr (sizeof...(X) == 2)
      if (single != detail::Single::none) return detail::map_single<Cost>(single, runs, f, y, x...);
    detail::map_dense<Cost>(runs, std::index_sequence_for<X...>(), f, y, x...);
  };
  detail::map_walk(walk, cost, detail::DenseLoop<R, X...>(loop), out, in...);
}

}  // namespace gradus::kernels
