#pragma once

#include <tuple>

#include <gradus/autograd/kernels/map.hpp>

/// Functions of each element and of what the elements of a whole group share, as normalisation computes.
namespace gradus::kernels {

namespace detail {

/// out[i] = f(in[i]..., shared...) for the dense runs of elements [begin, end), where the arrays behind the
/// first ones have an element for each run.
template <class F, class R, class... X, std::size_t... Own, std::size_t... Shared>
void map_groups(const Walk<1 + sizeof...(X)>& walk, std::int64_t begin, std::int64_t end, F f, R* out,
                std::tuple<const X*...> in, std::index_sequence<Own...>, std::index_sequence<Shared...>) {
  constexpr std::size_t first = sizeof...(Own);
  vectorized_for<R, X...>([=, &walk] {
    walk_range(walk, begin, end, [=](const auto& offsets, std::int64_t n, const auto&) {
      const std::tuple shared{std::get<first + Shared>(in)[offsets[1 + first + Shared]]...};
      R* const y = out + offsets[0];
      const std::tuple x{std::get<Own>(in) + offsets[1 + Own]...};
#ifndef __clang__  // which asks the addresses instead
#pragma GCC ivdep
#endif
      for (std::int64_t i = 0; i < n; ++i) y[i] = f(std::get<Own>(x)[i]..., std::get<Shared>(shared)...);
    });
  });
}

/// Whether that was done: runs are long, dense for the first arrays and of one element for the last `count`.
template <std::size_t count, class F, class R, class... X>
bool try_groups(const Walk<1 + sizeof...(X)>& walk, std::int64_t cost, F f, R* out, const X*... in) {
  constexpr std::size_t own = sizeof...(X) - count;
  constexpr std::int64_t long_run = 16;
  if (walk.sizes[0] < long_run) return false;
  for (std::size_t k = 0; k <= sizeof...(X); ++k)
    if (walk.strides[0][k] != (k <= own ? 1 : 0)) return false;
  parallel_for(walk.count, chunk_for(cost), [&](std::int64_t begin, std::int64_t end) {
    map_groups(walk, begin, end, f, out, std::tuple{in...}, std::make_index_sequence<own>(),
               std::make_index_sequence<count>());
  });
  return true;
}

}  // namespace detail

/// As `map` of a walk, for functions of which the last arguments are often the same for many neighbours:
/// those of the first of `counts` that are so are read once for a run.
template <std::size_t... counts, class F, class R, class... X>
void map_groups(const Walk<1 + sizeof...(X)>& walk, std::int64_t cost, F f, R* out, const X*... in) {
  if (!(... || detail::try_groups<counts>(walk, cost, f, out, in...))) map(walk, cost, f, out, in...);
}

}  // namespace gradus::kernels
