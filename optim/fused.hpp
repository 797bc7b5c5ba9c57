#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/tensor.hpp>
#include <gradus/optim/rule_optimizer.hpp>

/// For writers of update rules: one pass over memory for a whole group of parameters.
namespace gradus::optim::fused {

/// Makes the given states, `&State::member`, where a parameter has none yet: its companions, filled with
/// `value`. Notes in `fresh` that it did.
template <class S, class... Member>
void prepare(std::span<Update<S>> updates, double value, Member... member) {
  const auto make = [value](Update<S>& u, Tensor& state) {
    if (state.defined()) return;
    state = full_like(u.parameter, value);
    u.fresh = true;
  };
  for (Update<S>& u : updates) (make(u, u.state.*member), ...);
}

/// One parameter's share of a pass: N arrays (parameter, gradient, states) walked together.
template <class T, std::size_t N, class F>
struct Part {
  std::int64_t begin;  ///< its first element's place in the pass
  kernels::Walk<N> walk;
  std::array<T*, N> data;
  F f;
};

namespace detail {

template <class T, class F, class... S>
void dense_run(std::int64_t n, F f, T* __restrict w, const T* __restrict g, S* __restrict... state) {
  for (std::int64_t i = 0; i < n; ++i) f(w[i], g[i], state[i]...);
}

template <class T, std::size_t N, class F>
void walk_part(const Part<T, N, F>& part, std::int64_t begin, std::int64_t end) {
  kernels::walk_range(part.walk, begin, end, [&](const auto& offsets, std::int64_t n, const auto& steps) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      if (((steps[I] == 1) && ...))
        kernels::vectorized([=, f = part.f, data = part.data] { dense_run(n, f, data[I] + offsets[I]...); });
      else
        for (std::int64_t i = 0; i < n; ++i) part.f(part.data[I][offsets[I] + i * steps[I]]...);
    }
    (std::make_index_sequence<N>{});
  });
}

template <class T, std::size_t N, class F>
void run(const std::vector<Part<T, N, F>>& parts, std::int64_t count, std::int64_t cost) {
  kernels::parallel_for(count, kernels::chunk_for(cost), [&](std::int64_t begin, std::int64_t end) {
    auto part = std::upper_bound(parts.begin(), parts.end(), begin,
                                 [](std::int64_t place, const auto& p) { return place < p.begin; }) -
                1;
    for (; begin < end; ++part) {
      const std::int64_t stop = std::min(end, part->begin + part->walk.count);
      walk_part(*part, begin - part->begin, stop - part->begin);
      begin = stop;
    }
  });
}

template <class T, class S, class Make, class... Member>
void pass(std::span<Update<S>> updates, std::int64_t cost, const Make& make, Member... member) {
  constexpr std::size_t n = 2 + sizeof...(Member);
  using F = decltype(make.template operator()<T>(updates[0]));
  std::vector<Part<T, n, F>> parts;
  std::int64_t count = 0;
  for (const Update<S>& u : updates) {
    const Tensor& w = u.parameter;
    if (w.dtype() != dtype_of<T> || w.numel() == 0) continue;
    parts.push_back(
        {count,
         kernels::plan_walk(w.shape(), w.strides(), u.gradient.strides(), (u.state.*member).strides()...),
         {w.mutable_data<T>(), u.gradient.template mutable_data<T>(),
          (u.state.*member).template mutable_data<T>()...},
         make.template operator()<T>(u)});
    count += w.numel();
  }
  run(parts, count, cost);
}

}  // namespace detail

/// Calls `f(w, g, s...)` once for every element of every parameter, where `f = make.operator()<T>(update)`,
/// T is the parameter's element type, w the element to update, g that of the gradient, and s... those of the
/// given states, `&State::member`, to update too: `void f(T& w, T g, T&... s) const`. Where the parallel cuts
/// fall depends on the shapes alone. `cost` as for `kernels::chunk_for`.
template <class S, class Make, class... Member>
void update_all(std::span<Update<S>> updates, std::int64_t cost, const Make& make, Member... member) {
  detail::pass<float>(updates, cost, make, member...);
  detail::pass<double>(updates, cost, make, member...);
}

}  // namespace gradus::optim::fused
