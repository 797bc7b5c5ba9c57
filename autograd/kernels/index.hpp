#pragma once

#include <type_traits>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/kernels/memory.hpp>

/// Reading and writing at places that a tensor of integers names.
namespace gradus::kernels {

namespace detail {

/// Calls `f(step...)` with steps that the compiler knows to be 1, if all are.
template <class F, class... Step>
void with_unit_steps(const F& f, Step... step) {
  if ((... && (step == 1)))
    f(std::integral_constant<Step, 1>()...);
  else
    f(step...);
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

/// out[i] = x[i], except that the place along one dimension, whose stride in x is `step`, is index[i]. The
/// walk is of out, x (with stride 0 along that dimension) and index.
template <class T>
void gather(const Walk<3>& walk, T* out, const T* x, const std::int64_t* index, std::int64_t step) {
  walk_all(walk, 2, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    T* y = out + offsets[0];
    const T* from = x + offsets[1];
    const std::int64_t* at = index + offsets[2];
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0)
      std::copy_n(from + *at * step, n, y);
    else if (steps[1] == 0)
      detail::with_unit_steps(
          [=](auto to, auto next, auto along) {
            for (std::int64_t i = 0; i < n; ++i) y[i * to] = from[at[i * next] * along];
          },
          steps[0], steps[2], step);
    else
      for (std::int64_t i = 0; i < n; ++i) y[i * steps[0]] = from[i * steps[1] + at[i * steps[2]] * step];
  });
}

/// What `scatter` walks: the columns along the indexed dimension, one writer each, and the `length` entries
/// of index and source in every column.
struct Scatter {
  Walk<3> columns;  ///< target, source, index; without the indexed dimension
  std::int64_t length;
  std::int64_t target_step, source_step, index_step;  ///< strides of the indexed dimension

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
template <class T, class Put>
void scatter(const Scatter& plan, T* target, const T* source, const std::int64_t* index, Put put) {
  const auto run = [&](const auto& offsets, std::int64_t n, const auto& steps) {
    T* to = target + offsets[0];
    const T* from = source + offsets[1];
    const std::int64_t* at = index + offsets[2];
    if (steps[0] == 1 && steps[1] == 1 && steps[2] == 0)
      vectorized_for<T>([=, length = plan.length, next = plan.index_step, row_step = plan.target_step,
                         other_step = plan.source_step] {
        for (std::int64_t k = 0; k < length; ++k) {
          T* row = to + at[k * next] * row_step;
          const T* other = from + k * other_step;
#ifndef __clang__  // which asks the addresses instead
#pragma GCC ivdep
#endif
          for (std::int64_t i = 0; i < n; ++i) put(row[i], other[i]);
        }
      });
    else if (plan.by_columns())
      for (std::int64_t i = 0; i < n; ++i)
        detail::with_unit_steps(
            [=, length = plan.length](auto target_step, auto source_step, auto index_step) {
              for (std::int64_t k = 0; k < length; ++k)
                put(to[i * steps[0] + at[i * steps[2] + k * index_step] * target_step],
                    from[i * steps[1] + k * source_step]);
            },
            plan.target_step, plan.source_step, plan.index_step);
    else
      for (std::int64_t k = 0; k < plan.length; ++k)
        for (std::int64_t i = 0; i < n; ++i)
          put(to[i * steps[0] + at[i * steps[2] + k * plan.index_step] * plan.target_step],
              from[i * steps[1] + k * plan.source_step]);
  };
  parallel_for(plan.columns.count, plan.chunk(),
               [&](std::int64_t begin, std::int64_t end) { walk_range(plan.columns, begin, end, run); });
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
/// the transpose of writing to places one after the other. The plan is of x, out and index, and there are
/// `places`.
template <class T>
void gather_last(const Scatter& plan, std::int64_t places, const T* x, T* out, const std::int64_t* index) {
  constexpr std::int64_t most = 16;
  const std::int64_t block = plan.by_columns() ? 1 : most;  // columns at a time
  parallel_for(plan.columns.count, plan.chunk(), [&](std::int64_t begin, std::int64_t end) {
    const Scratch<std::int64_t> last(places * block);
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
