#pragma once

#include <atomic>
#include <type_traits>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/kernels/memory.hpp>

/// Reading and writing at places that a tensor of integers names.
namespace gradus::kernels {

namespace detail {

/// Calls `f(step...)` with steps that the compiler knows to be 1, if all are.
template <class F, class... Step>
auto with_unit_steps(const F& f, Step... step) {
  return (... && (step == 1)) ? f(std::integral_constant<Step, 1>()...) : f(step...);
}

inline bool is_within(std::int64_t place, std::int64_t size) {
  return static_cast<std::uint64_t>(place) < static_cast<std::uint64_t>(size);  // as a negative one is not
}

/// Calls `write(i, place, read(i, place))` with place = index[i * step] for i < n, in order; but of four
/// neighbours all are read before any is written, as compilers may not do by themselves: gathering takes half
/// the time so. Returns false, and goes no further, where a place is not within [0, size).
template <class Step, class Read, class Write>
[[gnu::always_inline]] inline bool for_places(std::int64_t n, const std::int64_t* index, Step step,
                                              std::int64_t size, const Read& read, const Write& write) {
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const std::int64_t a = index[i * step], b = index[(i + 1) * step], c = index[(i + 2) * step],
                       d = index[(i + 3) * step];
    if (!is_within(a, size) || !is_within(b, size) || !is_within(c, size) || !is_within(d, size))
      return false;
    const auto u = read(i, a), v = read(i + 1, b), w = read(i + 2, c), x = read(i + 3, d);
    write(i, a, u);
    write(i + 1, b, v);
    write(i + 2, c, w);
    write(i + 3, d, x);
  }
  for (; i < n; ++i) {
    const std::int64_t place = index[i * step];
    if (!is_within(place, size)) return false;
    write(i, place, read(i, place));
  }
  return true;
}

}  // namespace detail

/// Whether 0 <= index[i] < size for all n.
inline bool all_within(const std::int64_t* index, std::int64_t n, std::int64_t size) {
  std::uint64_t outside = 0;  // its highest bit tells, as that of a negative number would
  vectorized([=, &outside] {
    std::uint64_t any = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const auto place = static_cast<std::uint64_t>(index[i]);
      any |= place | (static_cast<std::uint64_t>(size) - 1 - place);
    }
    outside = any;
  });
  return outside >> 63 == 0;
}

/// out[i] = x[i], except that the place along one dimension of `size`, whose stride in x is `step`, is
/// index[i]. The walk is of out, x (with stride 0 along that dimension) and index. Returns whether all places
/// are within the dimension; if not, some of out stays as it was.
template <class T>
bool gather(const Walk<3>& walk, T* out, const T* x, const std::int64_t* index, std::int64_t step,
            std::int64_t size) {
  std::atomic<bool> within = true;
  walk_all(walk, 2, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    T* y = out + offsets[0];
    const T* from = x + offsets[1];
    const std::int64_t* at = index + offsets[2];
    const auto run = [=](auto to, auto across, auto next, auto along) {
      return detail::for_places(
          n, at, next, size,
          [=](std::int64_t i, std::int64_t place) { return from[i * across + place * along]; },
          [=](std::int64_t i, std::int64_t, T value) { y[i * to] = value; });
    };
    bool all;
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0) {
      all = detail::is_within(*at, size);
      if (all) std::copy_n(from + *at * step, n, y);
    } else if (steps[1] == 0) {
      all = detail::with_unit_steps(
          [=](auto to, auto next, auto along) {
            return run(to, std::integral_constant<std::int64_t, 0>(), next, along);
          },
          steps[0], steps[2], step);
    } else {
      all = detail::with_unit_steps(
          [=](auto to, auto across, auto next) { return run(to, across, next, step); }, steps[0], steps[1],
          steps[2]);
    }
    if (!all) within.store(false, std::memory_order_relaxed);
  });
  return within.load(std::memory_order_relaxed);
}

/// What `scatter` walks: the columns along the indexed dimension, one writer each, and the `length` entries
/// of index and source in every column.
struct Scatter {
  Walk<3> columns;  ///< target, source, index; without the indexed dimension
  std::int64_t length;
  std::int64_t target_step, source_step, index_step;  ///< strides of the indexed dimension
  std::int64_t size;                                  ///< of the indexed dimension of the target

  /// Whether the elements of a column lie closer together than those of its neighbours.
  bool by_columns() const {
    const auto& [target, source, index] = columns.strides[0];
    return columns.count == 1 || target_step + source_step + index_step < target + source + index;
  }
  /// Columns that a task takes at least: no two should fight for a cache line.
  std::int64_t chunk() const {
    constexpr std::int64_t fewest = 64;
    return std::max(chunk_for(std::max<std::int64_t>(length, 1)), fewest);
  }
};

/// put(target[place], source[i]) with place = index[i] along one dimension, for every i; along that dimension
/// in ascending order, so that what meets at one place is combined in that order by any number of threads.
/// Returns whether all places are within the dimension; if not, some have been left out.
template <class T, class Put>
bool scatter(const Scatter& plan, T* target, const T* source, const std::int64_t* index, Put put) {
  std::atomic<bool> within = true;
  const auto run = [&](const auto& offsets, std::int64_t n, const auto& steps) {
    T* to = target + offsets[0];
    const T* from = source + offsets[1];
    const std::int64_t* at = index + offsets[2];
    // Of `count` elements, this far apart.
    const auto move = [=, size = plan.size](std::int64_t count, T* y, const T* x, const std::int64_t* places,
                                            auto y_step, auto place_step, auto x_step, auto next) {
      return detail::for_places(
          count, places, next, size, [=](std::int64_t i, std::int64_t) { return x[i * x_step]; },
          [=](std::int64_t i, std::int64_t place, T value) {
            put(y[i * y_step + place * place_step], value);
          });
    };
    bool all = true;
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0)
      vectorized_for<T>([=, &all, plan = plan] {
        for (std::int64_t k = 0; k < plan.length; ++k) {
          const std::int64_t place = at[k * plan.index_step];
          if (!detail::is_within(place, plan.size)) {
            all = false;
            return;
          }
          T* row = to + place * plan.target_step;
          const T* other = from + k * plan.source_step;
#ifndef __clang__  // which asks the addresses instead
#pragma GCC ivdep
#endif
          for (std::int64_t i = 0; i < n; ++i) put(row[i], other[i]);
        }
      });
    else if (plan.by_columns())
      for (std::int64_t i = 0; i < n && all; ++i)
        all = detail::with_unit_steps(
            [=, length = plan.length](auto target_step, auto source_step, auto index_step) {
              constexpr std::integral_constant<std::int64_t, 0> same;
              return move(length, to + i * steps[0], from + i * steps[1], at + i * steps[2], same,
                          target_step, source_step, index_step);
            },
            plan.target_step, plan.source_step, plan.index_step);
    else
      for (std::int64_t k = 0; k < plan.length && all; ++k)
        all = move(n, to, from + k * plan.source_step, at + k * plan.index_step, steps[0], plan.target_step,
                   steps[1], steps[2]);
    if (!all) within.store(false, std::memory_order_relaxed);
  };
  parallel_for(plan.columns.count, plan.chunk(),
               [&](std::int64_t begin, std::int64_t end) { walk_range(plan.columns, begin, end, run); });
  return within.load(std::memory_order_relaxed);
}

namespace detail {

/// The steps down a column and from one to the next.
template <class Down>
struct ColumnSteps {
  Down down;
  std::int64_t across;
};

/// out[k, c] = x[index[k, c], c] if no later k has that place in column c, otherwise 0. `last` has room for
/// all places of the columns.
template <class Count, class T, class D>
[[gnu::noinline]] void gather_last(std::int64_t length, Count columns, const T* __restrict x,
                                   ColumnSteps<D> of_x, T* __restrict out, ColumnSteps<D> of_out,
                                   const std::int64_t* __restrict index, ColumnSteps<D> of_index,
                                   std::int64_t* __restrict last) {
  for (std::int64_t k = 0; k < length; ++k)
    for (std::int64_t c = 0; c < columns; ++c)
      last[index[k * of_index.down + c * of_index.across] * columns + c] = k;
  for (std::int64_t k = 0; k < length; ++k)
    for (std::int64_t c = 0; c < columns; ++c) {
      const std::int64_t place = index[k * of_index.down + c * of_index.across];
      const T choice[] = {T(0), x[place * of_x.down + c * of_x.across]};  // no branch to be mispredicted
      out[k * of_out.down + c * of_out.across] = choice[last[place * columns + c] == k];
    }
}

}  // namespace detail

/// out[i] = x[place] with place = index[i] along one dimension, if no later i has that place, otherwise 0:
/// the transpose of writing to places one after the other. The plan is of x, out and index, whose places are
/// within the dimension.
template <class T>
void gather_last(const Scatter& plan, const T* x, T* out, const std::int64_t* index) {
  constexpr std::int64_t most = 16;
  const std::int64_t block = plan.by_columns() ? 1 : most;  // columns at a time
  parallel_for(plan.columns.count, plan.chunk(), [&](std::int64_t begin, std::int64_t end) {
    const Scratch<std::int64_t> last(plan.size * block);
    walk_range(plan.columns, begin, end, [&](const auto& offsets, std::int64_t n, const auto& steps) {
      for (std::int64_t i = 0; i < n; i += block) {
        const T* from = x + offsets[0] + i * steps[0];
        T* to = out + offsets[1] + i * steps[1];
        const std::int64_t* at = index + offsets[2] + i * steps[2];
        const auto columns = [&](auto count, auto x_step, auto out_step, auto index_step) {
          detail::gather_last(plan.length, count, from,
                              detail::ColumnSteps<decltype(x_step)>{x_step, steps[0]}, to,
                              detail::ColumnSteps<decltype(out_step)>{out_step, steps[1]}, at,
                              detail::ColumnSteps<decltype(index_step)>{index_step, steps[2]}, last.data());
        };
        if (block == 1)
          detail::with_unit_steps(
              [&](auto... step) { columns(std::integral_constant<std::int64_t, 1>(), step...); },
              plan.target_step, plan.source_step, plan.index_step);
        else
          columns(std::min(block, n - i), plan.target_step, plan.source_step, plan.index_step);
      }
    });
  });
}

}  // namespace gradus::kernels
