#pragma once

#include <cmath>
#include <vector>

#include <gradus/autograd/kernels/loops.hpp>

/// Normalisation of groups of elements: each group has a mean and a variance of its own.
namespace gradus::kernels {

/// How to walk N arrays group by group.
template <std::size_t N>
struct Groups {
  Walk<N + 1> each;  ///< over the groups, numbered by the first array in row-major order
  Walk<N> elements;  ///< within a group, relative to its first element
};

/// Elements of a group that one partial result covers. Where the cuts fall depends on the shape alone.
inline constexpr std::int64_t group_block = 4096;

/// Calls `finish(group, state)` with the fold of each group's elements, perhaps in parallel. `State` has
/// `add(offsets, n, steps)` for a run of elements (as in walk_range), made by `start()`, and `merge(next)`;
/// blocks of `group_block` elements are merged in order, so that the number of threads does not matter.
template <std::size_t N, class Start, class Finish>
void fold_groups(const Groups<N>& groups, Start start, Finish finish) {
  using Place = std::array<std::int64_t, N>;
  using State = decltype(start());
  const std::int64_t n = groups.elements.count;
  const std::int64_t blocks = std::max<std::int64_t>(chunk_count(n, group_block), 1);
  const auto fold = [&](const Place& origin, std::int64_t begin, std::int64_t end) {
    State state = start();
    walk_range(groups.elements, begin, end, [&](Place offsets, std::int64_t length, const Place& steps) {
      for (std::size_t k = 0; k < N; ++k) offsets[k] += origin[k];
      state.add(offsets, length, steps);
    });
    return state;
  };
  const auto for_groups = [&](std::int64_t begin, std::int64_t end, auto&& f) {
    walk_range(groups.each, begin, end, [&](const auto& offsets, std::int64_t length, const auto& steps) {
      for (std::int64_t i = 0; i < length; ++i) {
        Place origin;
        for (std::size_t k = 0; k < N; ++k) origin[k] = offsets[k + 1] + i * steps[k + 1];
        f(offsets[0] + i * steps[0], origin);
      }
    });
  };
  if (groups.each.count >= 8 || blocks == 1) {
    const std::int64_t chunk = chunk_for(std::max<std::int64_t>(4 * n, 1));
    parallel_for(groups.each.count, chunk, [&](std::int64_t begin, std::int64_t end) {
      for_groups(begin, end, [&](std::int64_t group, const Place& origin) {
        State state = fold(origin, 0, std::min(n, group_block));
        for (std::int64_t b = 1; b < blocks; ++b)
          state.merge(fold(origin, b * group_block, std::min(n, (b + 1) * group_block)));
        finish(group, state);
      });
    });
    return;
  }
  // Few groups of many elements each: the blocks are the parallel work.
  for_groups(0, groups.each.count, [&](std::int64_t group, const Place& origin) {
    std::vector<State> partial(static_cast<std::size_t>(blocks), start());
    parallel_for(n, group_block, [&](std::int64_t begin, std::int64_t end) {
      partial[static_cast<std::size_t>(begin / group_block)] = fold(origin, begin, end);
    });
    for (std::size_t b = 1; b < partial.size(); ++b) partial[0].merge(partial[b]);
    finish(group, partial[0]);
  });
}

/// Mean and sum of squared deviations; two passes over a run, and Chan, Golub and LeVeque's formula (1979) to
/// put runs together.
template <class T>
struct Moments {
  const T* x;
  double count = 0, mean = 0, squares = 0;

  void add(const std::array<std::int64_t, 1>& offsets, std::int64_t n,
           const std::array<std::int64_t, 1>& steps) {
    const T* run = x + offsets[0];
    Moments next{x, static_cast<double>(n)};
    for (std::int64_t i = 0; i < n; ++i) next.mean += static_cast<double>(run[i * steps[0]]);
    next.mean /= next.count;
    for (std::int64_t i = 0; i < n; ++i) {
      const double deviation = static_cast<double>(run[i * steps[0]]) - next.mean;
      next.squares += deviation * deviation;
    }
    merge(next);
  }
  void merge(const Moments& next) {
    const double total = count + next.count;
    const double shift = next.mean - mean;
    squares += next.squares + shift * shift * count * next.count / total;
    mean += shift * next.count / total;
    count = total;
  }
};

/// What the elements of a group are normalised by: (x - mean) * scale.
template <class T>
struct Scaling {
  T mean, scale;

  Scaling(T mean, T variance, double eps)
      : mean(mean), scale(static_cast<T>(1 / std::sqrt(static_cast<double>(variance) + eps))) {}
  T operator()(T x) const { return (x - mean) * scale; }
};

/// The sums of g w and of g w times the normalised x.
template <class T>
struct GradientSums {
  const T *x, *g, *w;
  const Scaling<T>* scaling;
  double plain = 0, weighted = 0;

  void add(const std::array<std::int64_t, 4>& at, std::int64_t n, const std::array<std::int64_t, 4>& steps) {
    for (std::int64_t i = 0; i < n; ++i) {
      const auto gw =
          static_cast<double>(g[at[1] + i * steps[1]]) * static_cast<double>(w[at[2] + i * steps[2]]);
      plain += gw;
      weighted += gw * static_cast<double>(scaling[at[3] + i * steps[3]](x[at[0] + i * steps[0]]));
    }
  }
  void merge(const GradientSums& next) {
    plain += next.plain;
    weighted += next.weighted;
  }
};

/// Calls `f(offsets)` for the places of every element in five arrays, perhaps in parallel.
template <class F>
void for_elements(const Walk<5>& walk, F f) {
  walk_all(walk, 4,
           [&](std::array<std::int64_t, 5> at, std::int64_t n, const std::array<std::int64_t, 5>& steps) {
             for (std::int64_t i = 0; i < n; ++i) {
               f(at);
               for (std::size_t k = 0; k < 5; ++k) at[k] += steps[k];
             }
           });
}

}  // namespace gradus::kernels
